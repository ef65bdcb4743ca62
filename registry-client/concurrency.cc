#include "registry-client/concurrency.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr double kWorthIt = 1.05;  // what one step up has to bring, as a factor
constexpr int kPatience = 3;       // windows that a step has to bring it
constexpr auto kRest = 4s;
constexpr auto kSoreness = 10s;  // after a refusal

}  // namespace

ConcurrencyLimits concurrency_for(std::chrono::microseconds round_trip, unsigned most) {
    ConcurrencyLimits out;
    out.most = std::max(1U, most);
    // Where the path is long, an image is there before the number has grown. In the same room one
    // connection fills the line, and a second fills the gaps between its ranges.
    out.initial = round_trip < 1ms     ? 2
                  : round_trip < 10ms  ? 4
                  : round_trip < 60ms  ? 8
                  : round_trip < 120ms ? 32
                                       : 64;
    out.initial = std::min(out.initial, out.most);
    out.window = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(3 * round_trip),
                            200ms, std::chrono::milliseconds{2000});
    return out;
}

ConcurrencyController::ConcurrencyController(ConcurrencyLimits limits, Time now)
    : limits_(limits),
      target_(limits.initial),
      before_(limits.initial),
      rest_until_(now),
      backed_off_(now - kSoreness),
      window_start_(now) {}

void ConcurrencyController::move(Phase phase, unsigned target, double goodput) {
    phase_ = phase;
    before_ = target_;
    target_ = std::clamp(target, limits_.least, limits_.most);
    baseline_ = goodput;
    windows_ = 0;
    best_ = 0;
}

void ConcurrencyController::rest(Time now, unsigned target) {
    move(Phase::Rest, target, baseline_);
    rest_until_ = now + kRest;
}

void ConcurrencyController::tick(Time now, std::uint64_t bytes, bool busy) {
    if (now - window_start_ < limits_.window) return;
    const double seconds = std::chrono::duration<double>(now - window_start_).count();
    const double goodput = static_cast<double>(bytes - window_bytes_) / seconds;
    window_start_ = now;
    window_bytes_ = bytes;
    // An outage, or too little work for all, says nothing about the number.
    if (!busy || goodput <= 0) return;
    judge(now, goodput);
}

void ConcurrencyController::judge(Time now, double goodput) {
    ++windows_;
    best_ = std::max(best_, goodput);
    const bool sore = now - backed_off_ < kSoreness;
    switch (phase_) {
        case Phase::Climb:
        case Phase::TryMore:
            if (sore) return rest(now, target_);
            if (goodput > baseline_ * kWorthIt) {
                if (target_ == limits_.most) return rest(now, target_);
                return move(Phase::Climb, std::max(target_ + 1, target_ * 3 / 2), goodput);
            }
            if (windows_ >= kPatience) rest(now, before_);
            return;
        case Phase::TryFewer:
            if (windows_ < kPatience) return;
            rest(now, best_ * kWorthIt < baseline_ ? before_ : target_);
            return;
        case Phase::Rest:
            if (now < rest_until_ || sore) return;
            more_next_ = !more_next_;
            if (more_next_) return move(Phase::TryMore, target_ + std::max(1U, target_ / 4), best_);
            move(Phase::TryFewer, target_ - target_ / 4, best_);
            return;
    }
}

void ConcurrencyController::back_off(Time now) {
    if (now - backed_off_ < 1s) return;  // many answers to one burst are one refusal
    backed_off_ = now;
    rest(now, target_ / 2);
}

}  // namespace boltseal
