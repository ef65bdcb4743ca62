// How much each client may write: a token bucket for each, kept as one moment in time. Bounded: so
// many clients, and no more, are remembered.
#pragma once

#include "transparency/ip_address.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

namespace boltseal {

struct RateLimit {
    std::uint32_t per_second = 10;  // entries, at least 1
    std::uint32_t burst = 100;      // at once after a pause, at least 1
    std::size_t max_clients = 65'536;
};

// Safe from many threads.
class RateLimiter {
public:
    using Clock = std::chrono::steady_clock;

    explicit RateLimiter(const RateLimit& limit);

    // Takes one entry from the client's bucket. If there is none, takes nothing and says how long
    // to wait. When all places are taken by clients who are not paid up, a new one has to wait.
    std::optional<std::chrono::seconds> take(const IpAddress& client, Clock::time_point now);

    // Takes so many more, which may leave the client in debt: what a batch holds is known late.
    void charge(const IpAddress& client, std::size_t entries);

private:
    bool make_room(Clock::time_point now);

    const Clock::duration interval_;   // that one entry takes
    const Clock::duration tolerance_;  // how far ahead of time a client may be, and still write
    const std::size_t max_clients_;
    std::mutex mutex_;  // guards everything below; held for no more than that
    // When each bucket will be full again (the generic cell rate algorithm). Ordered, so that
    // nobody can make it slow by choosing addresses.
    std::map<IpAddress, Clock::time_point> full_at_;
    Clock::time_point swept_{};
};

}  // namespace boltseal
