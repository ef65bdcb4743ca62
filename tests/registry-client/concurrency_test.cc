#include "registry-client/concurrency.h"

#include "tests/check.h"

#include <functional>

using namespace boltseal;
using namespace std::chrono_literals;

namespace {

// A path on which n connections bring goodput(n) bytes a second.
struct Path {
    using Time = ConcurrencyController::Time;
    explicit Path(std::function<double(unsigned)> of, ConcurrencyLimits limits = {})
        : goodput(std::move(of)), controller(limits, now) {}

    void run(std::chrono::milliseconds time, bool busy = true) {
        for (const Time end = now + time; now < end; now += 20ms) {
            bytes += static_cast<std::uint64_t>(goodput(controller.target()) / 50);
            controller.tick(now, bytes, busy);
        }
    }
    std::function<double(unsigned)> goodput;
    Time now{};
    std::uint64_t bytes = 0;
    ConcurrencyController controller;
};

}  // namespace

TEST_CASE("connections grow while they bring more, up to the most", "[concurrency]") {
    Path lossy([](unsigned n) { return 1e5 * n; });
    lossy.run(4s);
    REQUIRE(lossy.controller.target() == ConcurrencyLimits().most);
}

TEST_CASE("they stop where the line is full", "[concurrency]") {
    Path full([](unsigned n) { return 1e5 * std::min(n, 20U); });
    full.run(6s);
    REQUIRE(full.controller.target() >= 18);
    REQUIRE(full.controller.target() <= 28);
    full.run(120s);
    REQUIRE(full.controller.target() >= 15);
    REQUIRE(full.controller.target() <= 30);
}

TEST_CASE("where more connections do harm, fewer are found", "[concurrency]") {
    Path bbr([](unsigned n) { return 1e6 / (1 + 0.05 * n); }, {1, 16, 64, 400ms});
    bbr.run(90s);
    REQUIRE(bbr.controller.target() <= 4);
}

TEST_CASE("a refusal halves them, and there is no growth for ten seconds", "[concurrency]") {
    Path path([](unsigned n) { return 1e5 * n; }, {1, 16, 64, 400ms});
    path.controller.back_off(path.now);
    REQUIRE(path.controller.target() == 8);
    path.controller.back_off(path.now + 500ms);  // of the same burst
    REQUIRE(path.controller.target() == 8);
    path.run(9s);
    REQUIRE(path.controller.target() == 8);
    path.run(30s);
    REQUIRE(path.controller.target() > 16);
    for (int i = 0; i < 9; ++i) path.controller.back_off(path.now += 2s);
    REQUIRE(path.controller.target() == 1);
}

TEST_CASE("an outage and a lack of work change nothing", "[concurrency]") {
    Path path([](unsigned) { return 0.0; });
    path.run(20s);
    REQUIRE(path.controller.target() == 8);
    path.goodput = [](unsigned n) { return 1e5 * n; };
    path.run(20s, false);
    REQUIRE(path.controller.target() == 8);
}

TEST_CASE("a long path begins with many connections, a short one with few", "[concurrency]") {
    REQUIRE(concurrency_for(999us, 64).initial == 2);
    REQUIRE(concurrency_for(1ms, 64).initial == 4);
    REQUIRE(concurrency_for(30ms, 64).initial == 8);
    REQUIRE(concurrency_for(100ms, 64).initial == 32);
    REQUIRE(concurrency_for(200ms, 128).initial == 64);
    REQUIRE(concurrency_for(200ms, 6).initial == 6);
    REQUIRE(concurrency_for(200ms, 6).most == 6);
    REQUIRE(concurrency_for(200ms, 64).window == 600ms);
    REQUIRE(concurrency_for(1us, 64).window == 200ms);
}
