#include "registry-client/range_planner.h"

#include "tests/check.h"

using namespace boltseal;

namespace {
constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
}  // namespace

TEST_CASE("ranges cover every byte once, in order, and get smaller", "[planner]") {
    RangePlanner planner;
    planner.add_blob(20 * kMiB + 7, {}, 0);
    planner.add_blob(0, {}, 0);
    planner.add_blob(3 * kMiB, {}, 0);
    ExtentSet seen[3];
    std::uint64_t largest = 0;
    std::uint64_t smallest = 1 << 30;
    while (const auto range = planner.next(8)) {
        REQUIRE(seen[range->blob].missing(range->extent) == std::vector<Extent>{range->extent});
        REQUIRE(range->extent.from == seen[range->blob].end_of_prefix());
        seen[range->blob].add(range->extent);
        planner.arrived(range->blob, range->extent);
        largest = std::max(largest, range->extent.size());
        smallest = std::min(smallest, range->extent.size());
    }
    REQUIRE(planner.is_complete());
    REQUIRE(seen[0].list() == std::vector<Extent>{{0, 20 * kMiB + 7}});
    REQUIRE(seen[2].list() == std::vector<Extent>{{0, 3 * kMiB}});
    REQUIRE(largest > 800 * kKiB);
    REQUIRE(largest <= 4 * kMiB);
    REQUIRE(smallest >= 64 * kKiB);
    REQUIRE(smallest <= 200 * kKiB);
}

TEST_CASE("on a fast line ranges last a second, up to 64 MiB", "[planner]") {
    RangePlanner planner;
    planner.add_blob(1000 * kMiB, {}, 0);
    REQUIRE(planner.next(4)->extent.size() == 4 * kMiB);
    REQUIRE(planner.next(4, 20e6)->extent.size() == 20'000'000);
    REQUIRE(planner.next(4, 1e9)->extent.size() == 64 * kMiB);
}

TEST_CASE("on a fast line no range is shorter than 50 ms but the last", "[planner]") {
    RangePlanner planner;
    planner.add_blob(20'000'000, {}, 0);
    REQUIRE(planner.next(64)->extent.size() == 128 * kKiB);
    REQUIRE(planner.next(64, 60e6)->extent.size() == 3'000'000);
    REQUIRE(planner.next(64, 1e9)->extent.size() == 64 * kMiB / 20);
    planner.take_rest(0);
    planner.give_back(0, {0, 4'000'000});
    REQUIRE(planner.next(64, 60e6)->extent == Extent{0, 4'000'000});  // not 1 MB by itself
}

TEST_CASE("what is there already is not asked for", "[planner]") {
    RangePlanner planner;
    ExtentSet have({0, kMiB});
    have.add({kMiB + 10, 2 * kMiB});
    planner.add_blob(2 * kMiB, have, 0);
    REQUIRE(planner.left() == 10);
    REQUIRE(planner.next(4) == BlobRange{0, {kMiB, kMiB + 10}});
    REQUIRE(planner.next(4) == std::nullopt);
    planner.give_back(0, {kMiB, kMiB + 10});
    REQUIRE(planner.unasked() == 10);
    planner.arrived(0, {kMiB, kMiB + 4});
    REQUIRE(planner.next(4) == BlobRange{0, {kMiB + 4, kMiB + 10}});
    planner.arrived(0, {kMiB + 4, kMiB + 10});
    REQUIRE(planner.is_complete());
    planner.give_back(0, {0, 2 * kMiB});  // all of it came from elsewhere
    REQUIRE(planner.next(4) == std::nullopt);
    planner.lost(0, {100, 200});
    REQUIRE_FALSE(planner.is_complete());
    REQUIRE(planner.next(4) == BlobRange{0, {100, 200}});
}

TEST_CASE("ranges end where chunks end", "[planner]") {
    RangePlanner planner;
    const std::uint64_t chunk = 256 * kKiB;
    planner.add_blob(9 * kMiB + 1, {}, chunk);
    while (const auto range = planner.next(32)) {
        REQUIRE(range->extent.from % chunk == 0);
        REQUIRE((range->extent.to % chunk == 0 || range->extent.to == 9 * kMiB + 1));
        planner.arrived(0, range->extent);
    }
    REQUIRE(planner.is_complete());
}

TEST_CASE("the rest of a blob can go to one stream", "[planner]") {
    RangePlanner planner;
    planner.add_blob(8 * kMiB, {}, 0);
    REQUIRE(planner.unasked() == 8 * kMiB);
    planner.take_rest(0);
    REQUIRE(planner.unasked() == 0);
    REQUIRE(planner.next(4) == std::nullopt);
    planner.give_back(0, {0, 8 * kMiB});
    REQUIRE(planner.unasked() == 8 * kMiB);
}

TEST_CASE("help goes to whoever would take longest, if it helps", "[planner]") {
    const std::vector<ActiveRange> active = {{7, 400 * kKiB, 100e3}, {9, 800 * kKiB, 1000e3}};
    const HelpLimits eager{.times = 1.5, .seconds = 0};
    const auto help = choose_help(active, 100e3, 0.4, eager);
    REQUIRE(help.has_value());
    REQUIRE(help->index == 7);
    REQUIRE(help->skip == 200 * kKiB);
    REQUIRE_FALSE(choose_help(active, 100e3, 30, eager).has_value());  // too late to be of use
    REQUIRE_FALSE(choose_help({}, 100e3, 0.1, eager).has_value());
    REQUIRE_FALSE(choose_help({{1, 20 * kKiB, 100e3}}, 100e3, 0.2, eager).has_value());
    const auto mute = choose_help({{1, 900 * kKiB, 0}}, 100e3, 0.2);
    REQUIRE(mute->skip == 0);  // whoever brings nothing is not left with half of it
    const auto dead = choose_help({{1, 20 * kKiB, 0}}, 100e3, 0.2);
    REQUIRE(dead->skip == 0);  // so little that half of it is not worth a request
}

TEST_CASE("help that saves little is not worth what it costs", "[planner]") {
    const std::vector<ActiveRange> slow = {{1, 300 * kKiB, 50e3}};
    REQUIRE_FALSE(choose_help(slow, 100e3, 0.4, {.times = 3, .seconds = 0}).has_value());
    REQUIRE_FALSE(choose_help(slow, 100e3, 0.4, {.times = 1.5, .seconds = 4}).has_value());
    REQUIRE(choose_help(slow, 100e3, 0.4, {.times = 1.5, .seconds = 2}).has_value());
    REQUIRE(choose_help({{1, 300 * kKiB, 10e3}}, 100e3, 0.4).has_value());
}
