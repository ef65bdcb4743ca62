#include "net/receive_limit.h"

#include <algorithm>
#include <cmath>

namespace boltseal {

ReceiveLimit::ReceiveLimit(std::uint64_t rate, Time start)
    : rate_(static_cast<double>(rate)), room_(rate_ / 10), filled_(start) {}

void ReceiveLimit::fill(Time now) {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    room_ = std::min(room_ + seconds * rate_, rate_ / 10);
    filled_ = now;
}

bool ReceiveLimit::has_room(Time now) {
    fill(now);
    return room_ > 0;
}

void ReceiveLimit::take(std::uint64_t bytes) {
    room_ -= static_cast<double>(bytes);
}

std::chrono::milliseconds ReceiveLimit::wait(Time now) {
    if (has_room(now)) return {};
    const double seconds = -room_ / rate_;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000)) + 1);
}

}  // namespace boltseal
