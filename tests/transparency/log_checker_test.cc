#include "transparency/log_checker.h"

#include "net/http_client.h"
#include "tests/check.h"
#include "tests/support/running_log.h"
#include "transparency/log_client.h"

#include <atomic>
#include <future>
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

// How many requests a log was asked at a time.
class CountedTransport : public Transport {
public:
    Result<Response> send(const Request& request) override {
        ++singly;
        return http_.send(request);
    }
    std::vector<Result<Response>> send_all(const std::vector<Request>& requests) override {
        together.push_back(requests.size());
        auto answers = http_.send_all(requests);
        if (loses) answers.front() = Error(Fault::Io, "lost");
        return answers;
    }

    std::size_t singly = 0;
    std::vector<std::size_t> together;
    bool loses = false;

private:
    HttpClient http_;
};

}  // namespace

TEST_CASE("a log is checked over the network with many requests at a time", "[log_checker]") {
    RunningLog log;
    std::vector<Buffer> entries;
    for (std::uint64_t i = 0; i < 17 * kTileWidth + 3; ++i) {
        entries.push_back(to_buffer(std::to_string(i)));
    }
    std::promise<void> sequenced;
    REQUIRE_OK(
        log.sequencer->submit(std::move(entries), [&](const auto&) { sequenced.set_value(); }));
    sequenced.get_future().wait();
    const TreeHead head = log.sequencer->published()->head();
    CountedTransport transport;
    HttpTiles tiles(transport, log.url(), {});
    SECTION("each tile once") {
        REQUIRE_OK(check_stored_log(tiles, head));
        REQUIRE(transport.together == std::vector<std::size_t>{34, 3});
        REQUIRE(transport.singly == 1);  // the checkpoint
    }
    SECTION("and again what was lost") {
        transport.loses = true;
        REQUIRE_OK(check_stored_log(tiles, head));
        REQUIRE(transport.singly == 3);
    }
    SECTION("a tile that is cut short") {
        log.tamper = [](ApiResponse& response) {
            if (response.body.size() == kTileWidth * TreeHash::kSize) response.body.pop_back();
        };
        const auto differs = check_stored_log(tiles, head);
        REQUIRE_REFUSED(differs, "hash tile has the wrong size");
        REQUIRE_FAULT(differs, Fault::Integrity);
    }
}

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
