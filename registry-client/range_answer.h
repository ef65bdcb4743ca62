// What the answer to a request for a range says about itself, before its first byte is believed:
// RFC 9110 sections 14.4 and 15.3.7. Pure.
#pragma once

#include "net/transport.h"
#include "registry-client/extents.h"

#include <optional>
#include <string_view>

namespace boltseal {

struct ContentRange {
    Extent extent;
    std::optional<std::uint64_t> total;  // none for "*"
    bool operator==(const ContentRange&) const = default;
};

// "bytes 0-99/1234" or "bytes 0-99/*"; nothing for whatever else, also for "bytes */1234".
std::optional<ContentRange> parse_content_range(std::string_view value);

// Which bytes of a blob of `size` bytes the body holds: a part of `asked` from its first byte on,
// or, if the server ignores ranges, all. Integrity if a part is shorter or longer than it says,
// Malformed if the answer is anything else, or encoded.
Result<Extent> check_range_answer(const Response& head, Extent asked, std::uint64_t size);

}  // namespace boltseal
