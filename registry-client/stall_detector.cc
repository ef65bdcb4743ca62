#include "registry-client/stall_detector.h"

#include <algorithm>

namespace boltseal {

namespace {

double seconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

}  // namespace

StallLimits stall_limits_for(std::chrono::microseconds round_trip) {
    StallLimits out;
    const auto trip = std::chrono::duration_cast<std::chrono::milliseconds>(round_trip);
    out.silence = std::max(out.silence, 8 * trip);
    out.first_byte = std::max(out.first_byte, 12 * trip);
    return out;
}

void StallDetector::on_bytes(Time now, std::uint64_t bytes) {
    if (!answered_) window_start_ = now;
    answered_ = true;
    last_ = now;
    window_bytes_ += bytes;
}

void StallDetector::excuse(Time until) {
    last_ = until;
    window_start_ = until;
    window_bytes_ = 0;
}

double StallDetector::rate(Time now) const {
    const double time = seconds(now - window_start_);
    if (!answered_ || time < 0.2) return rate_;
    return static_cast<double>(window_bytes_) / time;
}

Stall StallDetector::check(Time now, double typical) {
    if (!answered_) return now - last_ >= limits_.first_byte ? Stall::NoAnswer : Stall::None;
    if (now - last_ >= limits_.silence) return Stall::Silent;
    if (now - window_start_ < limits_.window) return Stall::None;
    rate_ = static_cast<double>(window_bytes_) / seconds(now - window_start_);
    window_start_ = now;
    window_bytes_ = 0;
    return rate_ < std::max(limits_.least, typical * limits_.share) ? Stall::Slow : Stall::None;
}

}  // namespace boltseal
