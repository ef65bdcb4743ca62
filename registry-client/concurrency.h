// How many connections are worth having, by what they bring. Pure: time is passed in.
//
// Against a sender that takes loss for congestion more connections bring more, up to the line; for
// one that does not (BBR), or on a clean line, they bring nothing and may do harm. So it climbs
// while goodput climbs with it, steps back when it does not, and now and then tries a step up and
// a step down.
#pragma once

#include <chrono>
#include <cstdint>

namespace boltseal {

struct ConcurrencyLimits {
    unsigned least = 1;
    unsigned initial = 8;
    unsigned most = 128;
    std::chrono::milliseconds window{400};  // over which goodput is measured: a few round trips
};

// Where to begin, by the time that a TCP connection took: a long path needs many to fill it.
ConcurrencyLimits concurrency_for(std::chrono::microseconds round_trip, unsigned most);

class ConcurrencyController {
public:
    using Time = std::chrono::steady_clock::time_point;

    ConcurrencyController(ConcurrencyLimits limits, Time now);

    unsigned target() const { return target_; }

    // `bytes` is all that came so far; `busy` that as many connections as allowed are at work.
    // Cheap, and to be called often.
    void tick(Time now, std::uint64_t bytes, bool busy);

    // A server said that it is too much (429, 503) or turned connections away: half as many, and
    // no more for a while.
    void back_off(Time now);

private:
    enum class Phase { Climb, Rest, TryMore, TryFewer };
    void judge(Time now, double goodput);
    void move(Phase phase, unsigned target, double goodput);
    void rest(Time now, unsigned target);

    ConcurrencyLimits limits_;
    unsigned target_;
    unsigned before_;      // the last step, to go back to
    double baseline_ = 0;  // goodput before the last step
    Phase phase_ = Phase::Climb;
    int windows_ = 0;        // since the last step
    double best_ = 0;        // goodput of a window since the last step
    bool more_next_ = true;  // what a rest ends with
    Time rest_until_;
    Time backed_off_;
    Time window_start_;
    std::uint64_t window_bytes_ = 0;
};

}  // namespace boltseal
