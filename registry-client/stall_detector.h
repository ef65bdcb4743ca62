// Whether a connection still brings anything worth waiting for: progress over a window, never a
// limit on the whole. Pure: time is passed in.
#pragma once

#include <chrono>
#include <cstdint>

namespace boltseal {

struct StallLimits {
    std::chrono::milliseconds first_byte{10'000};  // until an answer begins
    std::chrono::milliseconds silence{5'000};      // without a byte, once it has
    std::chrono::milliseconds window{10'000};      // over which slowness is measured
    double least = 100;                            // bytes a second, below which nothing is alive
    double share = 0.1;                            // of what the typical connection brings
};

// `round_trip` stretches the times where they would be no more than a few of it.
StallLimits stall_limits_for(std::chrono::microseconds round_trip);

enum class Stall { None, NoAnswer, Silent, Slow };

class StallDetector {
public:
    using Time = std::chrono::steady_clock::time_point;

    StallDetector(StallLimits limits, Time start)
        : limits_(limits), last_(start), window_start_(start) {}

    void on_bytes(Time now, std::uint64_t bytes);

    // That nothing came was not this connection's fault, nor is it until then.
    void excuse(Time until);

    // `typical` is what the median connection brings, in bytes a second; 0 if there is none to
    // compare with.
    Stall check(Time now, double typical);

    double rate(Time now) const;  // of the window so far, or the one before while it is young

private:
    StallLimits limits_;
    Time last_;
    Time window_start_;
    std::uint64_t window_bytes_ = 0;
    double rate_ = 0;
    bool answered_ = false;
};

}  // namespace boltseal
