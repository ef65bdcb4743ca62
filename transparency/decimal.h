// Numbers as paths have them: decimal digits, no leading zero but for "0" itself.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace boltseal {

inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool leading_zero = text.size() > 1 && text.front() == '0';
    if (error != std::errc() || stop != end || leading_zero) return std::nullopt;
    return value;
}

}  // namespace boltseal
