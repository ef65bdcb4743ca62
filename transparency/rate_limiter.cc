#include "transparency/rate_limiter.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::chrono::seconds kForgetEvery{1};
constexpr std::chrono::seconds kMostDebt{3600};

}  // namespace

RateLimiter::RateLimiter(const RateLimit& limit)
    : interval_(Clock::duration(std::chrono::seconds(1)) / limit.per_second),
      tolerance_(interval_ * (limit.burst - 1)),
      max_clients_(limit.max_clients) {}

std::optional<std::chrono::seconds> RateLimiter::take(const IpAddress& client,
                                                      Clock::time_point now) {
    const std::lock_guard guard(mutex_);
    auto place = full_at_.find(client);
    if (place == full_at_.end()) {
        if (full_at_.size() >= max_clients_ && !make_room(now)) return kForgetEvery;
        place = full_at_.emplace(client, now).first;
    }
    const auto ahead = std::max(place->second, now) - now;
    if (ahead > tolerance_) {
        return std::chrono::ceil<std::chrono::seconds>(ahead - tolerance_);
    }
    place->second = now + ahead + interval_;
    return std::nullopt;
}

void RateLimiter::charge(const IpAddress& client, std::size_t entries) {
    const std::lock_guard guard(mutex_);
    const auto place = full_at_.find(client);
    if (place == full_at_.end()) return;
    const auto most = static_cast<std::size_t>(Clock::duration(kMostDebt) / interval_);
    place->second += interval_ * static_cast<Clock::rep>(std::min(entries, most));
}

// Forgets those whose bucket is full again, which is as if they had never been here.
bool RateLimiter::make_room(Clock::time_point now) {
    if (now - swept_ < kForgetEvery) return false;
    swept_ = now;
    std::erase_if(full_at_, [&](const auto& client) { return client.second <= now; });
    return full_at_.size() < max_clients_;
}

}  // namespace boltseal
