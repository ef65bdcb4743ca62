#include "transparency/lookup_checker.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/lookup_writer.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

namespace fs = std::filesystem;

// A log with look-ups in several runs, and a rest that no run has.
struct LookedUp : TestLog {
    TempFolder folder;
    const fs::path lookup = folder / "lookup";
    const LookupIndexLimits limits{.places = 1000, .entries = 100, .fan_in = 8};

    LookedUp() {
        restart();
        for (int i = 0; i < 350; ++i) {
            if (i % 100 == 99) follow();
            const std::string number = std::to_string(i);
            REQUIRE_OK(append(i % 3 == 0 ? number : entry_of(number)));
            REQUIRE_OK(append("raw " + number));
        }
    }
    static std::string entry_of(const std::string& artifact) {
        return std::string(as_text(encode_entry(signed_entry(artifact)).value()));
    }
    void follow() const {
        const auto names = LookupIndex::open(lookup, limits);
        REQUIRE_OK(names);
        REQUIRE_OK(bring_up(**names, sequencer->log(), head()));
    }
    TreeHead head() const { return sequencer->published()->head(); }
    Result<void> check() const { return check_lookups(lookup, sequencer->log(), head()); }
    std::vector<fs::path> runs() const {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::directory_iterator(lookup)) paths.push_back(entry.path());
        std::ranges::sort(paths);
        return paths;
    }
    // Writes the run again, with other places.
    void rewrite(const fs::path& path,
                 const std::function<void(std::vector<LeafPlace>&)>& change) const {
        std::vector<LeafPlace> places;
        LeafRange range;
        {
            const auto run = LeafRun::open(path).value();
            range = run->range();
            const auto next = run->reader();
            for (auto place = next(); *place; place = next()) places.push_back(**place);
        }
        change(places);
        std::size_t i = 0;
        REQUIRE_OK(LeafRun::write(path, range, places.size(), [&] {
            return Result<std::optional<LeafPlace>>(
                i == places.size() ? std::optional<LeafPlace>() : std::optional(places[i++]));
        }));
    }
};

}  // namespace

TEST_CASE("look-ups that have what the log has are found sound", "[lookup_checker]") {
    const LookedUp log;
    REQUIRE(log.runs().size() > 1);
    const auto before = log.runs();
    REQUIRE_OK(log.check());
    REQUIRE_OK(write_file(log.lookup / "whatever.leaves.new", as_bytes("left by a crash")));
    REQUIRE_OK(log.check());
    REQUIRE(log.runs().size() == before.size() + 1);
    REQUIRE_OK(check_lookups(log.folder / "none", log.sequencer->log(), log.head()));
}

TEST_CASE("what has changed in look-ups is found", "[lookup_checker]") {
    const LookedUp log;
    const fs::path run = log.runs().front();
    const std::string name = "'" + run.string() + "'";
    std::string why;
    SECTION("a byte") {
        Buffer bytes = read_file(run, std::size_t{1} << 24).value();
        SECTION("of places") {
            bytes.at(4096 + 20) ^= 1;
            why = name + " is damaged";
        }
        SECTION("of the head") {
            bytes.at(30) ^= 1;
            why = name + " is no finished run of leaves";
        }
        SECTION("of the table") {
            bytes.at(bytes.size() - 20) ^= 1;
            why = name + " is no finished run of leaves";
        }
        REQUIRE_OK(write_file(run, bytes));
    }
    SECTION("a place that lacks") {
        log.rewrite(run, [](auto& places) { places.erase(places.begin() + 1); });
        why = name + " has other places than what it is made from";
    }
    SECTION("a place of another entry") {
        log.rewrite(run, [](auto& places) { places.back().index ^= 1; });
        why = name + " has other places than what it is made from";
    }
    SECTION("a place more") {
        log.rewrite(run, [](auto& places) {
            places.push_back({places.back().leaf, places.back().index + 1});
        });
        why = name + " has other places than what it is made from";
    }
    SECTION("another order") {
        log.rewrite(run, [](auto& places) { std::swap(places[0], places[1]); });
        why = name + " is not in order";
    }
    SECTION("a run that lacks") {
        const fs::path second = log.runs().at(1);
        fs::remove(run);
        why = "nothing leads to '" + second.string() + "'";
    }
    SECTION("a run with another's name") {
        const fs::path other = log.lookup / "00000000000000000000-00000000000000000001.leaves";
        fs::rename(run, other);
        why = "'" + other.string() + "' has another's name";
    }
    const auto found = log.check();
    REQUIRE_REFUSED(found, why);
    REQUIRE_FAULT(found, Fault::Integrity);
    REQUIRE(found.error().hint() ==
            "remove '" + log.lookup.string() + "': it is made again from the log");
}

TEST_CASE("look-ups of another log are found", "[lookup_checker]") {
    const LookedUp log;
    TestLog other;
    other.restart();
    for (int i = 0; i < 800; ++i) REQUIRE_OK(other.append("other " + std::to_string(i)));
    const auto found =
        check_lookups(log.lookup, other.sequencer->log(), other.sequencer->published()->head());
    REQUIRE_REFUSED(found, "'" + log.runs().front().string() + "': is of another log");
}
