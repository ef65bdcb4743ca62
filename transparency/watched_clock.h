// The time, from a clock that is not believed blindly: whoever can set a server's clock must not be
// able to have it sign another time. specs/log-api.md#the-clock
//
// The wall clock is held against one that only counts what has passed since the machine started
// (CLOCK_BOOTTIME): adjustments of speed move both, so their difference stays what it was at the
// start unless somebody sets the clock. No time is given that lies before one that was given, by an
// earlier process either: the newest is kept in a file, which is written once a second at most.
#pragma once

#include "core/time.h"

#include <chrono>
#include <filesystem>
#include <functional>

namespace boltseal {

// Both read at once.
struct ClockReading {
    std::chrono::milliseconds wall{};    // since 1970-01-01T00:00:00Z
    std::chrono::milliseconds steady{};  // since some moment, never set
};

// How far the two may part: less than the accuracy that time stamps state, one second.
inline constexpr std::chrono::milliseconds kClockTolerance{500};

// Not for use from two threads at once.
class WatchedClock {
public:
    using Read = std::function<ClockReading()>;

    // The file is made when it is first needed. Config if it does not hold a time.
    static Result<WatchedClock> open(std::filesystem::path file, Read read);

    // The second that it is. Declined, with what is wrong, if the clock was set since the start, or
    // shows less than was given before; once it agrees again, it is believed again. Io if the time
    // cannot be kept.
    Result<Timestamp> now();

private:
    WatchedClock(std::filesystem::path file, Read read, Timestamp newest);

    std::filesystem::path file_;
    Read read_;
    std::chrono::milliseconds difference_;  // of the two clocks, at the start
    Timestamp newest_;                      // that was given, and is in the file
};

}  // namespace boltseal
