// One direction of a slow line that loses packets, as a packet meets it: first a queue of so many
// bytes, then the bottleneck, then loss, then the way there.
//
// Pure: the time is passed in, and the dice are seeded, so that a line treats the same packets the
// same way again. What a line does to real packets is link.cc's.
#pragma once

#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>

namespace boltseal::wan {

using Nanos = std::chrono::nanoseconds;  // since the line came up

struct LineProfile {
    std::uint64_t rate = 0;         // bits a second of IP packets; 0: no limit
    Nanos delay{0};                 // one way
    Nanos jitter{0};                // times |N(0, 1)| on top; packets stay in order
    double loss = 0;                // share of the packets that are lost
    double burst = 0;               // mean number lost in a row (Gilbert); 0: each by itself
    std::uint64_t queue = 1 << 20;  // bytes before the bottleneck; what comes then is dropped
    Nanos outage_every{0};          // 0: never
    Nanos outage{0};                // so long, once in each `outage_every`, nothing gets through
    Nanos outage_first{0};          // when the first begins
    std::uint64_t seed = 1;
};

// Words such as "rate=100mbit", "delay=100ms", "jitter=2ms", "loss=1%", "burst=3", "queue=1mb",
// "outage=5s/20s/2s" (length, period, first) and "seed=7"; each at most once. Config if one makes
// no sense.
Result<LineProfile> parse_line_profile(std::span<const std::string> words);

struct LineCounts {
    std::uint64_t packets = 0;  // that came; of these:
    std::uint64_t lost = 0;
    std::uint64_t overflowed = 0;  // the queue
    std::uint64_t cut = 0;         // by an outage
};

class Line {
public:
    explicit Line(const LineProfile& profile);

    // When the packet that comes at `now` is at the other end; nullopt if never. `now` never goes
    // back between calls, and neither does what is returned.
    std::optional<Nanos> send(Nanos now, std::size_t bytes);

    const LineCounts& counts() const { return counts_; }

private:
    bool is_out(Nanos now) const;
    bool loses();
    double uniform();  // in [0, 1)
    Nanos jitter();

    LineProfile profile_;
    LineCounts counts_;
    std::mt19937_64 dice_;
    Nanos busy_until_{0};    // the bottleneck, with all that waits for it
    Nanos last_arrival_{0};  // at the other end
    bool losing_ = false;    // the bad state of the Gilbert model
};

}  // namespace boltseal::wan
