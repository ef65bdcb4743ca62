// How many bytes a second may come in, over all connections together: a bucket that fills at that
// rate, and holds no more than a tenth of a second of it. Pure: time is passed in.
#pragma once

#include <chrono>
#include <cstdint>

namespace boltseal {

class ReceiveLimit {
public:
    using Time = std::chrono::steady_clock::time_point;

    // REQUIRES: rate > 0, in bytes a second
    ReceiveLimit(std::uint64_t rate, Time start);

    // Whether a piece may come in now, of whatever size: what it takes beyond what is there makes
    // the wait for the next one longer.
    bool has_room(Time now);
    void take(std::uint64_t bytes);

    std::chrono::milliseconds wait(Time now);  // until there is room again, rounded up

private:
    void fill(Time now);

    double rate_;
    double room_;
    Time filled_;
};

}  // namespace boltseal
