#include "cli/in_order.h"

#include "tests/catch.h"

#include <atomic>
#include <chrono>
#include <stdexcept>

using namespace boltseal;
using namespace std::chrono_literals;

TEST_CASE("results come in order, whoever is done first", "[in_order]") {
    const std::size_t jobs = GENERATE(as<std::size_t>{}, 1, 2, 5);
    constexpr std::size_t kCount = 200;
    std::atomic<std::size_t> calls{0};
    InOrder<std::size_t> work(kCount, jobs, [&](std::size_t i) {
        ++calls;
        if (i % 7 == 0) std::this_thread::sleep_for(1ms);
        return i * i;
    });
    for (std::size_t i = 0; i < kCount; ++i) REQUIRE(work.take() == i * i);
    REQUIRE(calls == kCount);
}

TEST_CASE("no more is begun than there is room for results", "[in_order]") {
    std::atomic<std::size_t> calls{0};
    InOrder<int> work(1000, 2, [&](std::size_t) { return ++calls, 0; });
    while (calls < 32) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
    REQUIRE(calls == 32);
    work.take();
    while (calls < 33) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
    REQUIRE(calls == 33);
}

TEST_CASE("what the work throws is thrown in its place, and the rest goes on", "[in_order]") {
    InOrder<std::size_t> work(50, 3, [](std::size_t i) {
        if (i == 20) throw std::runtime_error("broken");
        return i;
    });
    for (std::size_t i = 0; i < 50; ++i) {
        if (i == 20) {
            REQUIRE_THROWS_AS(work.take(), std::runtime_error);
        } else {
            REQUIRE(work.take() == i);
        }
    }
}

TEST_CASE("work that nobody waits for is not begun", "[in_order]") {
    std::atomic<std::size_t> calls{0};
    {
        const InOrder<int> none(0, 2, [&](std::size_t) { return ++calls, 0; });
    }
    REQUIRE(calls == 0);
    {
        InOrder<int> work(100'000, 2, [&](std::size_t) { return ++calls, 0; });
        work.take();
    }
    REQUIRE(calls <= 1 + 32);
}
