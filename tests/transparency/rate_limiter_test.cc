#include "transparency/rate_limiter.h"

#include "tests/check.h"

using namespace boltseal;
using namespace std::chrono_literals;

namespace {

using Time = RateLimiter::Clock::time_point;

IpAddress client(int number) {
    return parse_ip_address("192.0.2." + std::to_string(number)).value();
}

const Time kStart{1000h};

}  // namespace

TEST_CASE("a client may write a burst, and then at its rate", "[rate_limiter]") {
    RateLimiter limiter({.per_second = 2, .burst = 3});
    for (int i = 0; i < 3; ++i) REQUIRE_FALSE(limiter.take(client(1), kStart));
    REQUIRE(limiter.take(client(1), kStart) == 1s);
    REQUIRE_FALSE(limiter.take(client(2), kStart));
    REQUIRE(limiter.take(client(1), kStart + 499ms) == 1s);
    REQUIRE_FALSE(limiter.take(client(1), kStart + 500ms));
    REQUIRE(limiter.take(client(1), kStart + 500ms) == 1s);
    for (int i = 0; i < 3; ++i) REQUIRE_FALSE(limiter.take(client(1), kStart + 1h));
    REQUIRE(limiter.take(client(1), kStart + 1h));
}

TEST_CASE("a batch is paid for afterwards, before the next request", "[rate_limiter]") {
    RateLimiter limiter({.per_second = 10, .burst = 5});
    REQUIRE_FALSE(limiter.take(client(1), kStart));
    limiter.charge(client(1), 99);
    REQUIRE(limiter.take(client(1), kStart) == 10s);  // 100 - 5 + 1 entries
    REQUIRE(limiter.take(client(1), kStart + 9s) == 1s);
    REQUIRE_FALSE(limiter.take(client(1), kStart + 9600ms));
    REQUIRE_FALSE(limiter.take(client(2), kStart));
    limiter.charge(client(2), SIZE_MAX);
    REQUIRE(limiter.take(client(2), kStart).value() <= 1h);
    limiter.charge(client(3), 1000);  // never let in: nothing to pay
    REQUIRE_FALSE(limiter.take(client(3), kStart));
}

TEST_CASE("only so many clients are remembered, and none who still owes is forgotten",
          "[rate_limiter]") {
    RateLimiter limiter({.per_second = 1, .burst = 1, .max_clients = 2});
    REQUIRE_FALSE(limiter.take(client(1), kStart));
    REQUIRE_FALSE(limiter.take(client(2), kStart));
    limiter.charge(client(2), 60);
    REQUIRE(limiter.take(client(3), kStart + 100ms) == 1s);   // nobody has paid
    REQUIRE(limiter.take(client(3), kStart + 1050ms) == 1s);  // looked at a moment ago
    REQUIRE_FALSE(limiter.take(client(3), kStart + 1150ms));  // in the place of the first
    REQUIRE(limiter.take(client(1), kStart + 1200ms) == 1s);
    REQUIRE(limiter.take(client(2), kStart + 1200ms) == 60s);
}
