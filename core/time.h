// Moments in UTC, and how they are written. There is no clock here: the time is passed in.
#pragma once

#include "core/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boltseal {

struct Timestamp {
    std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z, without leap seconds
    auto operator<=>(const Timestamp&) const = default;
};

// RFC 3339 in capitals, with up to nine fraction digits, which are dropped, and any offset. Years
// 0000 to 9999; leap seconds are refused.
Result<Timestamp> parse_rfc3339(std::string_view text);
std::string to_rfc3339(Timestamp time);  // "2026-11-23T15:44:29Z"

// From start to end, both included; an end that is not given is open.
struct TimeRange {
    std::optional<Timestamp> start;
    std::optional<Timestamp> end;

    bool contains(Timestamp time) const {
        return (!start || *start <= time) && (!end || time <= *end);
    }
    bool operator==(const TimeRange&) const = default;
};
std::string to_string(
    const TimeRange& range);  // "from 2021-03-14T00:00:00Z to 2022-10-31T23:59:59Z"

}  // namespace boltseal
