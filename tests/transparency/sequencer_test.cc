#include "transparency/sequencer.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/test_log.h"
#include "tests/support/vectors.h"

#include <atomic>
#include <future>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

// The answer holds by itself, and its checkpoint is the log's.
void check_answer(const TestLog& log, const Sequenced& answer, const std::string& entry) {
    const auto checkpoint = check_checkpoint(as_bytes(answer.checkpoint->note()), log.key.note_key);
    REQUIRE_OK(checkpoint);
    const auto proof =
        log.sequencer->log().prove_inclusion(answer.places.at(0).index, checkpoint->head());
    REQUIRE_OK(proof);
    REQUIRE_OK(check_inclusion(hash_leaf(as_bytes(entry)), *proof, checkpoint->head()));
}

std::vector<Buffer> check_whole(const TestLog& log) {
    return check_whole_log(log.sequencer->log(), *log.store->head, log.key.note_key);
}

// No two checkpoints of one size with different roots, and sizes that only grow.
void check_heads(const TestLog& log) {
    std::optional<TreeHead> last;
    for (const std::string& note : log.store->heads) {
        const TreeHead head = check_checkpoint(as_bytes(note), log.key.note_key).value().head();
        if (last) REQUIRE(last->size < head.size);
        last = head;
    }
}

// Keeps the store's caller waiting until it is opened.
struct Gate {
    std::mutex mutex;
    std::unique_lock<std::mutex> closed{mutex};
    std::atomic<bool> reached{false};

    explicit Gate(MemoryStore& store) {
        store.before_change = [this] {
            reached = true;
            const std::lock_guard pass(mutex);
        };
    }
    void open() { closed.unlock(); }
    void wait_until_reached() const {
        while (!reached) std::this_thread::yield();
    }
};

}  // namespace

TEST_CASE("tessera's published log is reproduced byte for byte", "[sequencer][vectors]") {
    const auto folder = require_vectors("tlog-tiles/tessera-log");
    const auto file = [&](const std::string& name) {
        return read_file(folder / name, 1 << 20).value();
    };
    TestLog log;
    REQUIRE(*log.store->head == as_text(file("checkpoint.0")));
    log.restart();
    std::uint64_t size = 0;
    for (const char* word : {"one", "two", "three", "four", "five", "six", "seven", "eit", "nain",
                             "ten", "ileven", "twelf", "threeten", "fourten", "fivten"}) {
        const auto answer = log.append(word);
        REQUIRE_OK(answer);
        REQUIRE(answer->places.at(0).index == size++);
        REQUIRE(*log.store->head == as_text(file("checkpoint." + std::to_string(size))));
        REQUIRE(log.store->shown == log.store->head);
    }
    REQUIRE(size == 15);
    for (std::uint64_t width = 1; width <= size; ++width) {
        for (const Tile::Kind kind : {Tile::Kind::Hashes, Tile::Kind::Entries}) {
            const Tile tile{kind, 0, 0, width};
            CAPTURE(to_path(tile));
            REQUIRE(log.sequencer->log().get(tile).value() == file(to_path(tile)));
        }
    }
}

TEST_CASE("an answer says where the entry is, and proves it", "[sequencer]") {
    TestLog log;
    log.restart();
    for (std::uint64_t i = 0; i < 600; ++i) {
        const std::string entry = "entry " + std::to_string(i);
        const auto answer = log.append(entry);
        REQUIRE_OK(answer);
        REQUIRE(answer->places.size() == 1);
        REQUIRE(answer->places[0].is_new);
        REQUIRE(answer->places[0].index == i);
        REQUIRE(answer->checkpoint->head().size == i + 1);
        REQUIRE(answer->checkpoint->note() == *log.store->shown);
        check_answer(log, *answer, entry);
    }
    REQUIRE(check_whole(log).size() == 600);
    check_heads(log);
    log.restart();
    REQUIRE(check_whole(log).size() == 600);
}

TEST_CASE("entries of one submission stand together under one checkpoint", "[sequencer]") {
    TestLog log;
    log.restart();
    REQUIRE_OK(log.append("b"));
    std::vector<Buffer> entries;
    for (const char* entry : {"a", "b", "c", "a"}) entries.push_back(to_buffer(entry));
    std::promise<Result<Sequenced>> promise;
    REQUIRE_OK(log.sequencer->submit(
        entries, [&](Result<Sequenced> answer) { promise.set_value(std::move(answer)); }));
    const auto answer = promise.get_future().get();
    REQUIRE_OK(answer);
    REQUIRE(answer->checkpoint->head().size == 3);
    std::vector<std::pair<std::uint64_t, bool>> places;
    for (const Place& place : answer->places) places.emplace_back(place.index, place.is_new);
    REQUIRE(places == std::vector<std::pair<std::uint64_t, bool>>{
                          {1, true}, {0, false}, {2, true}, {1, false}});
}

TEST_CASE("the same bytes stand in the log once, with a fresh proof each time", "[sequencer]") {
    TestLog log;
    log.restart();
    REQUIRE_OK(log.append("a"));
    REQUIRE_OK(log.append("b"));
    const auto again = [&] {
        const std::string before = *log.store->head;
        const auto answer = log.append("a");
        REQUIRE_OK(answer);
        REQUIRE_FALSE(answer->places[0].is_new);
        REQUIRE(answer->places[0].index == 0);
        REQUIRE(answer->checkpoint->head().size == 2);
        check_answer(log, *answer, "a");
        REQUIRE(*log.store->head == before);
        REQUIRE(log.store->heads.size() == 3);  // nothing was signed for it
    };
    again();
    log.restart();  // the index is made again from the log
    again();
}

TEST_CASE("entries that come together share a batch", "[sequencer]") {
    TestLog log;
    log.restart();
    Gate gate(*log.store);
    constexpr std::size_t kWriters = 40;
    std::vector<std::optional<Result<Sequenced>>> answers(kWriters);
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < kWriters; ++i) {
        // Every entry comes twice.
        writers.emplace_back([&, i] { answers[i] = log.append(std::to_string(i / 2)); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    gate.open();
    for (std::thread& writer : writers) writer.join();

    std::size_t fresh = 0;
    for (std::size_t i = 0; i < kWriters; ++i) {
        REQUIRE_OK(*answers[i]);
        check_answer(log, **answers[i], std::to_string(i / 2));
        REQUIRE((*answers[i])->places[0].index == (*answers[i ^ 1])->places[0].index);
        fresh += (*answers[i])->places[0].is_new ? 1 : 0;
    }
    REQUIRE(fresh == kWriters / 2);
    // The first batch was whatever came first; the rest waited for it and became one.
    REQUIRE(log.store->records.size() <= 3);
    REQUIRE(log.store->heads.size() <= 4);
    REQUIRE(check_whole(log).size() == kWriters / 2);
}

TEST_CASE("batches that become durable while a head is published share the next head",
          "[sequencer]") {
    TestLog log;
    log.restart();
    std::atomic<int> changes{0};
    std::mutex head;
    std::mutex record;
    std::unique_lock first_head(head);
    std::unique_lock last_record(record);
    log.store->before_change = [&] {
        const int change = changes++;
        if (change == 1) const std::lock_guard pass(head);
        if (change == 5) const std::lock_guard pass(record);
    };
    std::atomic<int> answered{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 5; ++i) {
        writers.emplace_back([&, i] {  // Catch2's assertions are for one thread
            if (log.append(std::to_string(i))) ++answered;
        });
        const int before = i == 0 ? 1 : i + 1;
        while (changes <= before) std::this_thread::yield();  // its record is being written
    }
    // So those before the last one are durable, and the last one is not.
    first_head.unlock();
    while (answered < 4) std::this_thread::yield();
    last_record.unlock();
    for (std::thread& writer : writers) writer.join();
    REQUIRE(answered == 5);
    REQUIRE(log.store->records.size() == 5);
    // The empty one, the first, one for the three batches behind it, and the last.
    REQUIRE(log.store->heads.size() == 4);
    REQUIRE(check_whole(log).size() == 5);
}

TEST_CASE("many writers at once, and every answer holds in the final log", "[sequencer]") {
    TestLog log;
    std::mutex mutex;
    std::map<std::uint64_t, std::string> acknowledged;
    log.restart();
    std::vector<std::thread> writers;
    std::atomic<int> wrong{0};
    for (int w = 0; w < 8; ++w) {
        writers.emplace_back([&, w] {
            for (int i = 0; i < 100; ++i) {
                const std::string entry = std::to_string(w) + "/" + std::to_string(i);
                const auto answer = log.append(entry);
                if (!answer || !answer->places[0].is_new) ++wrong;
                if (!answer) continue;
                const std::lock_guard guard(mutex);
                acknowledged[answer->places[0].index] = entry;
            }
        });
    }
    for (std::thread& writer : writers) writer.join();
    REQUIRE(wrong == 0);
    log.restart();
    const auto entries = check_whole(log);
    REQUIRE(acknowledged.size() == 800);
    REQUIRE(entries.size() == 800);
    for (const auto& [index, entry] : acknowledged) REQUIRE(as_text(entries[index]) == entry);
    check_heads(log);
}

TEST_CASE("more entries than the queue holds are turned away", "[sequencer]") {
    TestLog log;
    REQUIRE_OK(log.start({.queue = {.max_entries = 2, .max_bytes = 100}}));
    Gate gate(*log.store);
    std::vector<std::thread> writers;
    const auto write = [&](const std::string& entry) {
        writers.emplace_back([&, entry] { (void)log.append(entry); });
    };
    write("in its batch");
    gate.wait_until_reached();
    write("waits");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::string large(96, 'a');
    REQUIRE_REFUSED(log.append(large), "too many entries are waiting");  // by bytes
    write("waits too");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE_REFUSED(log.append("one more"), "too many entries are waiting");
    REQUIRE_FAULT(log.append("one more"), Fault::Declined);
    gate.open();
    for (std::thread& writer : writers) writer.join();
    REQUIRE_OK(log.append("one more"));
    REQUIRE_REFUSED(log.append(std::string(65'536, 'a')), "entry is larger than 65535 bytes");
}

TEST_CASE("batches wait while the store lags too far behind", "[sequencer]") {
    TestLog log;
    REQUIRE_OK(
        log.start({.tiles = {.pause = std::chrono::milliseconds(10), .max_unstored = 10'000}}));
    for (int i = 0; i < 2000; ++i) REQUIRE_OK(log.append("entry " + std::to_string(i)));
    REQUIRE(log.sequencer->log().bytes() < 11'000);
    REQUIRE(check_whole(log).size() == 2000);
}

TEST_CASE("full tiles get into the store, and out of the journal", "[sequencer]") {
    TestLog log;
    log.restart();
    for (int i = 0; i < 700; ++i) REQUIRE_OK(log.append(std::to_string(i)));
    log.stop();
    REQUIRE(log.store->objects.size() == 4);  // two bundles, two tiles
    REQUIRE(log.store->objects.contains("tile/entries/001"));
    REQUIRE(log.store->journal_begin == 512);
    log.restart();
    REQUIRE(check_whole(log).size() == 700);
    REQUIRE_OK(log.append("next"));
    REQUIRE(check_whole(log).size() == 701);
    const auto known = log.append("300");
    REQUIRE_OK(known);
    REQUIRE(known->places[0].index == 300);
    check_answer(log, *known, "300");
}

TEST_CASE("any failing store call stops the log, and nothing acknowledged is lost", "[sequencer]") {
    const auto failure = GENERATE(Failure::NotPersisted, Failure::PersistedAnyway);
    const std::uint64_t before = GENERATE(0u, 3u, 255u, 511u);
    int call = 0;
    for (bool failed = true; failed; ++call) {
        CAPTURE(call, before, failure == Failure::PersistedAnyway);
        TestLog log;
        REQUIRE_OK(log.start({.tiles = {.pause = std::chrono::hours(1)}}));
        std::vector<std::string> acknowledged;
        for (std::uint64_t i = 0; i < before; ++i) {
            acknowledged.push_back("entry " + std::to_string(i));
            REQUIRE_OK(log.append(acknowledged.back()));
        }
        log.store->plan = {call, failure, 0};
        const auto answer = log.append("the one that fails");
        failed = !answer;
        if (!failed) break;  // there are no more calls to fail
        REQUIRE_FAULT(answer, Fault::Io);
        log.store->plan = {};  // the disk is back, but nobody may rely on it before a restart
        const std::string head = *log.store->head;
        const std::size_t records = log.store->records.size();
        REQUIRE_REFUSED(log.append("later"),
                        "the log has stopped until it is restarted: the disk is gone");
        REQUIRE_FAULT(log.sequencer->check_ready(), Fault::Io);
        log.stop();
        REQUIRE(*log.store->head == head);
        REQUIRE(log.store->records.size() == records);
        REQUIRE(log.store->objects.empty());

        log.restart();
        REQUIRE_OK(log.sequencer->check_ready());
        check_whole(log);
        const auto next = log.append("another one");
        REQUIRE_OK(next);
        check_answer(log, *next, "another one");
        const auto entries = check_whole(log);
        REQUIRE(entries.size() >= before + 1);
        for (std::uint64_t i = 0; i < before; ++i) REQUIRE(as_text(entries[i]) == acknowledged[i]);
        check_heads(log);
    }
    REQUIRE(call == 3);  // the journal, the head, its publication
}

TEST_CASE("a failure while tiles are stored stops the log, and nothing is lost", "[sequencer]") {
    const auto failure = GENERATE(Failure::NotPersisted, Failure::PersistedAnyway);
    const int call = GENERATE(0, 1);  // the objects, the journal
    CAPTURE(call, failure == Failure::PersistedAnyway);
    TestLog log;
    std::atomic<int> complaints{0};
    const auto complain = [&](const Error&) { ++complaints; };
    REQUIRE_OK(log.start({.tiles = {.pause = std::chrono::hours(1)}}, complain));
    for (int i = 0; i < 600; ++i) REQUIRE_OK(log.append(std::to_string(i)));
    log.store->plan = {call, failure, 0};
    log.stop();  // after a last round
    REQUIRE(complaints == 1);
    log.store->plan = {};
    log.restart();
    REQUIRE(check_whole(log).size() == 600);
    log.stop();
    REQUIRE(log.store->objects.size() == 4);
    log.restart();
    REQUIRE(check_whole(log).size() == 600);
}

TEST_CASE("all that wait are told when the log stops", "[sequencer]") {
    TestLog log;
    std::atomic<int> complaints{0};
    REQUIRE_OK(log.start({}, [&](const Error&) { ++complaints; }));
    Gate gate(*log.store);
    log.store->plan.fail_at = 0;
    std::atomic<int> told{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 10; ++i) {
        writers.emplace_back([&, i] {
            const auto answer = log.append(std::to_string(i));
            if (!answer && answer.error().fault() == Fault::Io) ++told;
        });
        gate.wait_until_reached();  // the first is in its batch, the others wait
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    gate.open();
    for (std::thread& writer : writers) writer.join();
    REQUIRE(told == 10);
    REQUIRE(complaints == 1);
    REQUIRE(log.store->heads.size() == 1);
}

TEST_CASE("what was durable and not signed is signed at the next start", "[sequencer]") {
    TestLog log;
    log.restart();
    REQUIRE_OK(log.append("a"));
    log.store->plan = {1, Failure::NotPersisted, 0};  // the head
    REQUIRE_FAULT(log.append("b"), Fault::Io);
    log.stop();
    log.store->plan = {};
    log.restart();
    REQUIRE(log.size() == 2);
    const auto again = log.append("b");
    REQUIRE_OK(again);
    REQUIRE_FALSE(again->places[0].is_new);
    REQUIRE(again->places[0].index == 1);
}

TEST_CASE("a log that is not what was signed does not start", "[sequencer]") {
    TestLog log;
    log.restart();
    for (int i = 0; i < 300; ++i) REQUIRE_OK(log.append(std::to_string(i)));
    log.stop();
    const std::string other_root = "stored entries do not hash to the root of the signed head";
    const std::string lost = "entries that were signed are not in the journal";
    SECTION("an entry of the journal differs") {
        log.store->records.back().entries.back() ^= 1;
        REQUIRE_REFUSED(log.start(), other_root);
    }
    SECTION("a stored tile differs") {
        log.store->objects.at("tile/0/000")[5] ^= 1;
        REQUIRE_REFUSED(log.start(), other_root);
    }
    SECTION("the last record is gone") {
        log.store->records.pop_back();
        REQUIRE_REFUSED(log.start(), lost);
    }
    SECTION("the journal is gone") {
        log.store->records.clear();
        log.store->journal_begin = 0;
        REQUIRE_REFUSED(log.start(), lost);
    }
    SECTION("a stored tile is gone") {
        log.store->objects.erase("tile/0/000");
        REQUIRE_REFUSED(log.start(), "tile/0/000 is missing");
    }
    SECTION("the head is of another key") {
        log.store->head = other_log_key(std::string(kLogOrigin)).sign({0, hash_empty()});
        REQUIRE_FAULT(log.start(), Fault::Untrusted);
    }
    SECTION("there is no head") {
        log.store->head.reset();
        REQUIRE_REFUSED(log.start(), "the log has no signed head");
    }
    SECTION("the signer has been put back to an older state") {
        log.store->head = log.store->heads.at(10);
        REQUIRE_REFUSED(
            log.start(),
            "the published checkpoint has 300 entries, and the signer knows of 10 only");
    }
}

TEST_CASE("another writer's head is not overwritten", "[sequencer]") {
    TestLog log;
    log.restart();
    LocalHeadSigner signer(*log.key.signer, log.key.note_key, *log.store);
    MemoryLeafIndex index;
    const auto second =
        Sequencer::start({*log.store, *log.store, signer, *log.store, index}, {}, {});
    REQUIRE_OK(second);
    REQUIRE_OK(log.append("a"));
    REQUIRE_REFUSED((*second)->append(to_buffer("b")),
                    "the log has stopped until it is restarted: "
                    "refusing to sign: same size, different root");
    REQUIRE(log.store->heads.size() == 2);
}
