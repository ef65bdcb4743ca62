#include "transparency/run_index.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <random>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

// Small, so that there are many runs. The slack of a table is never used up.
constexpr RunIndexLimits kSmall{.table = 100, .fan_in = 3};

TreeHash leaf(std::uint64_t number) {
    return hash_leaf(as_bytes(std::to_string(number)));
}

// What settling needs to know of a log: the root is not looked at by the index.
TreeHead head(std::uint64_t size) {
    return {size, leaf(size)};
}

std::unique_ptr<RunIndex> open(const std::filesystem::path& folder,
                               const RunIndexLimits& limits = kSmall) {
    auto index = RunIndex::open(folder, limits);
    REQUIRE_OK(index);
    return *std::move(index);
}

void add(RunIndex& index, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
        REQUIRE_OK(index.add(leaf(i), i));
        if (i % 10 == 9) REQUIRE_OK(index.settle(head(i + 1)));
    }
}

void require_all(RunIndex& index, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
        const auto found = index.find(leaf(i));
        if (!found || *found != i) FAIL(i);
    }
}

void require_none(RunIndex& index, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
        const auto found = index.find(leaf(i));
        if (!found || *found) FAIL(i);
    }
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        files.push_back(file.path());
    }
    std::ranges::sort(files);
    return files;
}

void wait_until(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(done());
}

}  // namespace

TEST_CASE("a table finds what was added, and nothing else", "[run_index]") {
    LeafTable table(5000);
    for (std::uint64_t i = 0; i < 5000; ++i) table.add(leaf(i), i);
    for (std::uint64_t i = 0; i < 5000; ++i) REQUIRE(table.find(leaf(i)) == i);
    for (std::uint64_t i = 5000; i < 6000; ++i) REQUIRE_FALSE(table.find(leaf(i)).has_value());
    table.clear();
    REQUIRE_FALSE(table.find(leaf(1)).has_value());
}

TEST_CASE("a run finds what it has, whichever block it is in", "[run_index]") {
    const TempFolder folder;
    const std::size_t count = GENERATE(0u, 1u, 101u, 102u, 103u, 3000u);
    CAPTURE(count);
    std::vector<LeafPlace> places;
    for (std::uint64_t i = 0; i < count; ++i) places.push_back({leaf(i), i});
    std::ranges::sort(places, {}, &LeafPlace::leaf);
    std::size_t at = 0;
    const auto next = [&]() -> Result<std::optional<LeafPlace>> {
        return at == places.size() ? std::optional<LeafPlace>() : std::optional(places[at++]);
    };
    const LeafRange range{7, head(7 + count)};
    REQUIRE_OK(LeafRun::write(folder.path() / "run", range, count, next));
    const auto run = LeafRun::open(folder.path() / "run");
    REQUIRE_OK(run);
    REQUIRE((*run)->range() == range);
    REQUIRE((*run)->count() == count);
    for (const LeafPlace& place : places) {
        if ((*run)->find(place.leaf).value() != place.index) FAIL(place.index);
    }
    for (std::uint64_t i = count; i < count + 1000; ++i) {
        if ((*run)->find(leaf(i)).value()) FAIL(i);
    }
    const auto reader = (*run)->reader();
    for (const LeafPlace& place : places) {
        const auto read = reader();
        REQUIRE_OK(read);
        REQUIRE(read->value().leaf == place.leaf);
    }
    REQUIRE_FALSE(reader().value().has_value());
}

TEST_CASE("leaves that begin alike are told apart", "[run_index]") {
    const TempFolder folder;
    std::vector<LeafPlace> places;
    for (std::uint64_t i = 0; i < 400; ++i) {  // several blocks with one beginning
        std::array<std::uint8_t, 32> bytes{};
        bytes[30] = static_cast<std::uint8_t>(i >> 8);
        bytes[31] = static_cast<std::uint8_t>(i & 0xff);
        places.push_back({TreeHash(bytes), i});
    }
    std::size_t at = 0;
    const auto next = [&]() -> Result<std::optional<LeafPlace>> {
        return at == places.size() ? std::optional<LeafPlace>() : std::optional(places[at++]);
    };
    const auto run = LeafRun::write(folder.path() / "run", {0, head(400)}, 400, next);
    REQUIRE_OK(run);
    for (const LeafPlace& place : places) REQUIRE((*run)->find(place.leaf).value() == place.index);
}

TEST_CASE("a run that is damaged is noticed", "[run_index]") {
    const TempFolder folder;
    auto index = open(folder.path());
    add(*index, 0, 100);
    wait_until([&] { return index->runs() == 1; });
    index.reset();
    const auto file = files_in(folder.path()).front();
    const Buffer whole = read_file(file, 1 << 20).value();
    const auto damage = [&](std::size_t at) {
        Buffer bytes = whole;
        bytes.at(at) ^= 1;
        REQUIRE_OK(write_file(file, bytes));
    };
    for (const std::size_t at : {std::size_t{3}, std::size_t{20}, std::size_t{30}, std::size_t{60},
                                 std::size_t{70}, 2 * kDiskBlock + 1, whole.size() - 1}) {
        CAPTURE(at);
        damage(at);
        REQUIRE_FAULT(LeafRun::open(file), Fault::Malformed);
    }
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{100}, kDiskBlock, whole.size() - 8}) {
        CAPTURE(size);
        REQUIRE_OK(write_file(file, Bytes(whole).first(size)));
        REQUIRE_FAULT(LeafRun::open(file), Fault::Malformed);
    }
    damage(kDiskBlock + 100);  // a block: found when it is read, and the log makes the run again
    index = open(folder.path());
    REQUIRE(index->kept().size == 100);
    REQUIRE_REFUSED(index->find(leaf(1)), "'" + file.string() + "' is damaged");
    index = open(folder.path());
    REQUIRE(index->kept().size == 0);
}

TEST_CASE("an index finds every leaf, in tables and runs of all sizes", "[run_index]") {
    const TempFolder folder;
    auto index = open(folder.path());
    for (std::uint64_t end = 0; end < 3000; end += 100) {
        add(*index, end, end + 100);
        require_all(*index, end, end + 100);
        require_none(*index, end + 100, end + 110);
        // A disk that is behind would make runs of other sizes, which merge otherwise.
        wait_until([&] {
            REQUIRE_OK(index->settle(head(end + 100)));
            return index->kept().size == end + 100;
        });
    }
    require_all(*index, 0, 3000);
    wait_until([&] { return index->runs() <= 4; });
    REQUIRE(files_in(folder.path()).size() == index->runs());
    require_all(*index, 0, 3000);
    require_none(*index, 3000, 4000);
    add(*index, 3000, 3050);
    require_all(*index, 0, 3050);
    index.reset();
    index = open(folder.path());
    REQUIRE(index->kept() == head(3000));  // the rest was in memory only
    require_all(*index, 0, 3000);
    require_none(*index, 3000, 3050);
}

TEST_CASE("other threads look up while one adds", "[run_index]") {
    const TempFolder folder;
    auto index = open(folder.path());
    std::atomic<std::uint64_t> added{0};
    std::atomic<std::uint64_t> wrong{0};
    std::thread reader([&] {
        for (std::uint64_t all = 0; all < 5000;) {
            all = added;
            for (std::uint64_t i = 0; i < all; i += 1 + i / 7) {
                const auto found = index->look_up(leaf(i));
                if (!found || *found != i) ++wrong;
            }
            const auto none = index->look_up(leaf(10'000));
            if (!none || *none) ++wrong;
        }
    });
    for (std::uint64_t end = 100; end <= 5000; end += 100) {
        add(*index, end - 100, end);
        added = end;
    }
    reader.join();
    REQUIRE(wrong == 0);
}

TEST_CASE("runs that a crash has left are put in order", "[run_index]") {
    const TempFolder folder;
    auto index = open(folder.path(), {.table = 100, .fan_in = 100});
    for (std::uint64_t end = 0; end < 600; end += 100) {
        add(*index, end, end + 100);
        wait_until([&] {
            REQUIRE_OK(index->settle(head(end + 100)));
            return index->kept().size == end + 100;
        });
    }
    index.reset();
    const auto parts = files_in(folder.path());
    REQUIRE(parts.size() == 6);
    const std::filesystem::path aside = folder.path().string() + ".aside";
    std::filesystem::copy(folder.path(), aside);
    index = open(folder.path());  // becomes two
    wait_until([&] { return index->runs() == 2; });
    index.reset();
    SECTION("the parts of a merged run are still there") {
        for (const auto& part : parts) {
            std::filesystem::copy_file(aside / part.filename(), part,
                                       std::filesystem::copy_options::skip_existing);
        }
        REQUIRE(files_in(folder.path()).size() == 8);
        index = open(folder.path());
        REQUIRE(index->runs() == 2);
        REQUIRE(files_in(folder.path()).size() == 2);
        require_all(*index, 0, 600);
    }
    SECTION("one is missing, and what comes behind it is of no use") {
        std::filesystem::remove_all(folder.path());
        std::filesystem::copy(aside, folder.path());
        std::filesystem::remove(parts[2]);
        index = open(folder.path(), {.table = 100, .fan_in = 100});
        REQUIRE(index->kept() == head(200));
        REQUIRE(files_in(folder.path()).size() == 2);
    }
    SECTION("there is something else") {
        REQUIRE_OK(write_file(folder.path() / "x.new", as_bytes("abc")));
        index = open(folder.path());
        REQUIRE(files_in(folder.path()).size() == 2);
    }
    std::filesystem::remove_all(aside);
}

TEST_CASE("an index is brought up to the log, or made again", "[run_index]") {
    const TempFolder folder;
    MemoryStore store;
    LogTail log(store);
    const auto grow = [](LogTail& tail, std::uint64_t end, const std::string& prefix) {
        for (std::uint64_t i = tail.head().size; i < end; ++i) {
            const std::string entry = prefix + std::to_string(i);
            tail.append(as_bytes(entry), hash_leaf(as_bytes(entry)));
        }
    };
    grow(log, 1000, "");
    auto index = open(folder.path());
    REQUIRE_OK(reconcile(*index, log, log.head()));
    wait_until([&] { return index->kept().size == 1000; });
    require_all(*index, 0, 1000);
    index.reset();

    grow(log, 1300, "");
    index = open(folder.path());
    REQUIRE(index->kept().size == 1000);
    REQUIRE_OK(reconcile(*index, log, log.head()));
    require_all(*index, 0, 1300);
    index.reset();

    LogTail other(store);
    const bool shorter = GENERATE(false, true);
    grow(other, shorter ? 500 : 2000, "other ");
    index = open(folder.path());
    REQUIRE_OK(reconcile(*index, other, other.head()));
    require_none(*index, 0, 1300);
    REQUIRE(index->find(hash_leaf(as_bytes("other 499"))).value() == 499);
}

TEST_CASE("a folder that cannot be written to ends the index with a reason", "[run_index]") {
    const TempFolder folder;
    auto index = open(folder.path() / "index");
    std::filesystem::remove_all(folder.path() / "index");
    std::optional<Error> failure;
    for (std::uint64_t i = 0; i < 1'000'000 && !failure; ++i) {
        REQUIRE_OK(index->add(leaf(i), i));
        if (i % 1000 != 999) continue;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (const auto settled = index->settle(head(i + 1)); !settled) failure = settled.error();
    }
    REQUIRE(failure.has_value());
    REQUIRE(failure->fault() == Fault::Io);
}
