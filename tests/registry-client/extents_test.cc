#include "registry-client/extents.h"

#include "tests/check.h"

#include <algorithm>
#include <random>

using namespace boltseal;

namespace {

constexpr std::uint64_t kMost = 40;

ExtentSet from_bits(const std::vector<bool>& bits) {
    ExtentSet out;
    for (std::uint64_t i = 0; i < kMost; ++i) {
        if (bits[i]) out.add({i, i + 1});
    }
    return out;
}

}  // namespace

TEST_CASE("sets of extents do what sets of single bytes do", "[extents]") {
    std::mt19937 dice(7);  // NOLINT: the same every time
    const auto random_extent = [&] {
        const std::uint64_t from = dice() % kMost;
        return Extent{from, from + dice() % (kMost + 1 - from)};
    };
    std::vector<bool> bits(kMost);
    ExtentSet set;
    for (int step = 0; step < 4000; ++step) {
        const Extent extent = random_extent();
        const bool adds = dice() % 2 == 0;
        adds ? set.add(extent) : set.remove(extent);
        for (std::uint64_t i = extent.from; i < extent.to; ++i) bits[i] = adds;
        REQUIRE(set == from_bits(bits));
        REQUIRE(set.size() ==
                static_cast<std::uint64_t>(std::count(bits.begin(), bits.end(), true)));
        const Extent look = random_extent();
        ExtentSet gaps;
        for (const Extent& gap : set.missing(look)) gaps.add(gap);
        bool all = true;
        for (std::uint64_t i = look.from; i < look.to; ++i) {
            all = all && bits[i];
            REQUIRE(gaps.covers({i, i + 1}) == !bits[i]);
        }
        REQUIRE(set.covers(look) == all);
        std::uint64_t prefix = 0;
        while (prefix < kMost && bits[prefix]) ++prefix;
        REQUIRE(set.end_of_prefix() == prefix);
    }
}

TEST_CASE("what touches becomes one", "[extents]") {
    ExtentSet set;
    set.add({10, 20});
    set.add({30, 40});
    set.add({20, 30});
    REQUIRE(set.list() == std::vector<Extent>{{10, 40}});
    set.remove({15, 16});
    REQUIRE(set.list() == std::vector<Extent>{{10, 15}, {16, 40}});
    REQUIRE(set.missing({0, 50}) == std::vector<Extent>{{0, 10}, {15, 16}, {40, 50}});
    REQUIRE(ExtentSet().missing({5, 5}).empty());
}
