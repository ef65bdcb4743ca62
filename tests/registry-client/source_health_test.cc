#include "registry-client/source_health.h"

#include "tests/check.h"

using namespace boltseal;
using namespace std::chrono_literals;

namespace {
const SourceHealth::Time kNow = SourceHealth::Time{} + 1h;
}

TEST_CASE("a connection that breaks once is no reason to wait, the next is", "[source]") {
    SourceHealth health;
    health.failed(kNow, Trouble::Broken, {}, 0);
    REQUIRE(health.not_before() <= kNow);
    health.failed(kNow, Trouble::Broken, {}, 0);
    REQUIRE(health.not_before() == kNow + 250ms);
    health.brought(1);
    REQUIRE(health.row() == 0);
    health.failed(kNow + 1s, Trouble::Stalled, {}, 0);
    REQUIRE(health.not_before() < kNow + 1s);
    REQUIRE(health.failures() == 3);
}

TEST_CASE("a server that cannot be reached is asked less and less often", "[source]") {
    SourceHealth health;
    SourceHealth::Time now = kNow;
    for (const auto pause : {125ms, 250ms, 500ms, 1000ms}) {
        health.failed(now, Trouble::Unreachable, {}, 0);
        REQUIRE(health.not_before() == now + pause);
        now = health.not_before();
    }
    for (int i = 0; i < 1000; ++i) {
        now = health.not_before();
        health.failed(now, Trouble::Unreachable, {}, 0.999);
    }
    REQUIRE(health.not_before() <= now + 30s);
    REQUIRE(health.not_before() > now + 29s);
}

TEST_CASE("Retry-After is a floor that is never cut, and the longest counts", "[source]") {
    SourceHealth health;
    health.failed(kNow, Trouble::Busy, 3600s, 0);
    REQUIRE(health.not_before() >= kNow + 3600s);
    const auto first = health.not_before();
    health.failed(kNow, Trouble::Busy, 1s, 0);
    REQUIRE(health.not_before() == first);
}

TEST_CASE("a busy server gets half of the connections that it had", "[source]") {
    SourceHealth health;
    health.took(16);
    health.failed(kNow, Trouble::Busy, {}, 0);
    REQUIRE(health.most_connections() == 8);
    health.took(8);
    health.failed(health.not_before(), Trouble::Busy, {}, 0);
    REQUIRE(health.most_connections() == 4);
    health.measured(1000);
    REQUIRE(health.most_connections() == 5);
    health.took(0);
    health.failed(health.not_before(), Trouble::Busy, {}, 0);
    REQUIRE(health.most_connections() == 1);
}

TEST_CASE("of failures at one time only the first makes the pause", "[source]") {
    SourceHealth health;
    for (int i = 0; i < 8; ++i) health.failed(kNow, Trouble::Refused, {}, 0);
    REQUIRE(health.row() == 1);
    REQUIRE(health.not_before() == kNow + 125ms);
    REQUIRE(health.failures() == 8);
}

TEST_CASE("who damages bytes is demoted, and not made to wait", "[source]") {
    SourceHealth health;
    REQUIRE_FALSE(health.is_demoted());
    health.failed(kNow, Trouble::Damaged, {}, 0);
    REQUIRE(health.is_demoted());
    REQUIRE(health.not_before() <= kNow);
    health.brought(100);
    REQUIRE(health.is_demoted());
    REQUIRE(health.damaged() == 1);
}

TEST_CASE("the rate of a source follows what its connections bring", "[source]") {
    SourceHealth health;
    REQUIRE_FALSE(health.rate());
    health.measured(100);
    REQUIRE(health.rate() == 100);
    health.measured(200);
    REQUIRE(*health.rate() > 100);
    REQUIRE(*health.rate() < 200);
}
