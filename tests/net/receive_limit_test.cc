#include "net/receive_limit.h"

#include "tests/check.h"

using namespace boltseal;
using namespace std::chrono_literals;

namespace {
const ReceiveLimit::Time kStart{1h};
}  // namespace

TEST_CASE("no more comes in than the rate, but for a tenth of a second at first",
          "[receive_limit]") {
    ReceiveLimit limit(1'000'000, kStart);
    std::uint64_t taken = 0;
    ReceiveLimit::Time now = kStart;
    for (; now < kStart + 10s; now += 1ms) {
        while (limit.has_room(now)) {
            limit.take(5'000);
            taken += 5'000;
        }
    }
    REQUIRE(taken >= 10'000'000);
    REQUIRE(taken <= 10'000'000 + 100'000 + 5'000);
}

TEST_CASE("what was not used is not saved up", "[receive_limit]") {
    ReceiveLimit limit(1'000'000, kStart);
    const ReceiveLimit::Time later = kStart + 1h;
    REQUIRE(limit.has_room(later));
    limit.take(100'000);
    REQUIRE_FALSE(limit.has_room(later));
}

TEST_CASE("a piece larger than the room is paid for afterwards", "[receive_limit]") {
    ReceiveLimit limit(1'000'000, kStart);
    REQUIRE(limit.wait(kStart) == 0ms);
    limit.take(600'000);
    REQUIRE(limit.wait(kStart) == 501ms);
    REQUIRE_FALSE(limit.has_room(kStart + 500ms));
    REQUIRE(limit.has_room(kStart + 501ms));
}
