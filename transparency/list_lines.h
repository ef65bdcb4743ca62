// Lists that people write, one thing a line: blank lines and those that begin with '#' say nothing.
#pragma once

#include "core/result.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace boltseal {

// `take` is given each line; its error ends the list, and is told with the line's number.
template <typename Take>
Result<void> for_each_list_line(std::string_view text, Take take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.starts_with('#')) continue;
        Result<void> taken = take(line);
        if (!taken) return std::move(taken).error().context("line " + std::to_string(number));
    }
    return {};
}

}  // namespace boltseal
