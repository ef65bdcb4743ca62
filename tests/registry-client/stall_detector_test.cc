#include "registry-client/stall_detector.h"

#include "tests/check.h"

using namespace boltseal;
using namespace std::chrono_literals;

namespace {

// What becomes of a connection that brings `bytes` every `step`, within `time`.
Stall run(StallDetector& detector, StallDetector::Time& now, std::chrono::milliseconds time,
          std::chrono::milliseconds step, std::uint64_t bytes, double typical = 0) {
    for (const auto end = now + time; now < end;) {
        now += step;
        if (bytes > 0) detector.on_bytes(now, bytes);
        const Stall stall = detector.check(now, typical);
        if (stall != Stall::None) return stall;
    }
    return Stall::None;
}

}  // namespace

TEST_CASE("an answer that does not come, and one that stops, are stalls", "[stall]") {
    StallDetector::Time now{};
    StallDetector detector(StallLimits(), now);
    REQUIRE(run(detector, now, 9900ms, 100ms, 0) == Stall::None);
    detector.on_bytes(now, 1);
    REQUIRE(run(detector, now, 4900ms, 100ms, 0) == Stall::None);
    detector.on_bytes(now, 1000);
    REQUIRE(run(detector, now, 5100ms, 100ms, 0) == Stall::Silent);
    StallDetector never(StallLimits(), now);
    REQUIRE(run(never, now, 10100ms, 100ms, 0) == Stall::NoAnswer);
}

TEST_CASE("one byte a second is no progress, a slow line is", "[stall]") {
    StallDetector::Time now{};
    StallDetector drip(StallLimits(), now);
    REQUIRE(run(drip, now, 20s, 1s, 1) == Stall::Slow);
    StallDetector modem(StallLimits(), now);
    REQUIRE(run(modem, now, 600s, 1s, 2000) == Stall::None);
    REQUIRE(modem.rate(now) > 1900);
    REQUIRE(modem.rate(now) < 2100);
}

TEST_CASE("what is slow beside the others is slow", "[stall]") {
    StallDetector::Time now{};
    StallDetector slow(StallLimits(), now);
    REQUIRE(run(slow, now, 60s, 1s, 2000, 30'000) == Stall::Slow);
    StallDetector fair(StallLimits(), now);
    REQUIRE(run(fair, now, 60s, 1s, 4000, 30'000) == Stall::None);
}

TEST_CASE("long paths get more time", "[stall]") {
    REQUIRE(stall_limits_for(1ms).silence == 5s);
    REQUIRE(stall_limits_for(2s).silence == 16s);
    REQUIRE(stall_limits_for(2s).first_byte == 24s);
}

TEST_CASE("silence that is excused is no stall until it has lasted as long again", "[stall]") {
    StallDetector::Time now{};
    StallDetector detector(StallLimits(), now);
    detector.on_bytes(now, 1000);
    detector.excuse(now + 4s);
    REQUIRE(run(detector, now, 8900ms, 100ms, 0) == Stall::None);
    REQUIRE(run(detector, now, 200ms, 100ms, 0) == Stall::Silent);
}
