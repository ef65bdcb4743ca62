#include "transparency/log_checker.h"

#include "tests/check.h"
#include "tests/support/test_log.h"

#include <atomic>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct StoredLog : TestLog {
    StoredLog() {
        restart();
        for (int i = 0; i < 700; ++i) REQUIRE_OK(append(std::to_string(i)));
        restart();  // the tile writer has done its last round
    }
    TreeHead head() const { return sequencer->published()->head(); }
};

}  // namespace

TEST_CASE("a log that is as it was signed is found sound", "[log_checker]") {
    const StoredLog log;
    std::vector<std::uint64_t> progress;
    REQUIRE_OK(check_stored_log(log.sequencer->log(), log.head(),
                                [&](std::uint64_t done) { progress.push_back(done); }));
    REQUIRE(progress == std::vector<std::uint64_t>{700});
}

TEST_CASE("a flipped bit in what is stored is found", "[log_checker]") {
    const StoredLog log;
    SECTION("in an entry") {
        log.store->objects.at("tile/entries/000")[5] ^= 1;
        REQUIRE_REFUSED(check_stored_log(log.sequencer->log(), log.head()),
                        "'tile/entries/000' is not what was signed");
    }
    SECTION("in a length") {
        log.store->objects.at("tile/entries/001")[1] ^= 1;
        REQUIRE_REFUSED(check_stored_log(log.sequencer->log(), log.head()),
                        "'tile/entries/001' is not what was signed");
    }
    SECTION("at the end") {
        log.store->objects.at("tile/entries/001").push_back(0);
        REQUIRE_REFUSED(check_stored_log(log.sequencer->log(), log.head()),
                        "'tile/entries/001' is not what was signed");
    }
}

TEST_CASE("the scrubber finds what changes while the log is served", "[log_checker]") {
    const StoredLog log;
    std::atomic<int> found{0};
    std::string why;
    const Scrubber scrubber(
        log.sequencer->log(), [&] { return log.head(); },
        [&](const Error& error) {
            why = error.message();
            ++found;
        },
        {.pause = std::chrono::milliseconds(1), .rest = std::chrono::milliseconds(1)});
    while (scrubber.rounds() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(found == 0);
    {
        Buffer changed = log.store->objects.at("tile/entries/000");
        changed[5] ^= 1;
        log.store->replace("tile/entries/000", changed);
    }
    for (int i = 0; i < 2000 && found == 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    REQUIRE(found == 1);
    REQUIRE(why == "'tile/entries/000' is not what was signed");
}
