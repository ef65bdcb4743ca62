#include "transparency/sequencer.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/test_log.h"
#include "tests/support/vectors.h"

#include <algorithm>
#include <set>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

std::unique_ptr<Sequencer> start(MemoryStore& store, const TestLogKey& key,
                                 const SequencerLimits& limits = {}) {
    auto sequencer = Sequencer::start(store, store, key.head_signer(), limits);
    REQUIRE_OK(sequencer);
    return *std::move(sequencer);
}

// The answer holds by itself, and its checkpoint is the log's.
void check_answer(const Sequenced& answer, Bytes entry, const NoteKey& key) {
    const auto checkpoint = check_checkpoint(as_bytes(answer.checkpoint.note()), key);
    REQUIRE_OK(checkpoint);
    REQUIRE_OK(check_inclusion(hash_leaf(entry), answer.proof, checkpoint->head()));
}

// No two checkpoints of one size with different roots, and sizes that only grow.
void check_heads(const MemoryStore& store, const NoteKey& key) {
    std::optional<TreeHead> last;
    for (const std::string& note : store.heads) {
        const TreeHead head = check_checkpoint(as_bytes(note), key).value().head();
        if (last) REQUIRE(last->size < head.size);
        last = head;
    }
}

}  // namespace

TEST_CASE("tessera's published log is reproduced byte for byte", "[sequencer][vectors]") {
    const auto folder = require_vectors("tlog-tiles/tessera-log");
    const auto file = [&](const std::string& name) {
        return read_file(folder / name, 1 << 20).value();
    };
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    REQUIRE(as_bytes(*store->head).size() == file("checkpoint.0").size());
    REQUIRE(*store->head == as_text(file("checkpoint.0")));

    const auto sequencer = start(*store, key);
    std::uint64_t size = 0;
    for (const char* word : {"one", "two", "three", "four", "five", "six", "seven", "eit", "nain",
                             "ten", "ileven", "twelf", "threeten", "fourten", "fivten"}) {
        const auto answer = sequencer->append(to_buffer(word));
        REQUIRE_OK(answer);
        REQUIRE(answer->proof.index == size++);
        REQUIRE(*store->head == as_text(file("checkpoint." + std::to_string(size))));
    }
    REQUIRE(size == 15);
    REQUIRE(store->objects.size() == 30);
    for (const auto& [path, bytes] : store->objects) {
        CAPTURE(path);
        REQUIRE(bytes == file(path));
    }
}

TEST_CASE("an answer says where the entry is, and proves it", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    const auto sequencer = start(*store, key);
    for (std::uint64_t i = 0; i < 600; ++i) {
        const Buffer entry = to_buffer("entry " + std::to_string(i));
        const auto answer = sequencer->append(entry);
        REQUIRE_OK(answer);
        REQUIRE(answer->is_new);
        REQUIRE(answer->proof.index == i);
        REQUIRE(answer->checkpoint.head().size == i + 1);
        REQUIRE(answer->checkpoint.note() == *store->head);
        check_answer(*answer, entry, key.note_key);
    }
    REQUIRE(check_whole_log(*store, *store->head, key.note_key).size() == 600);
    check_heads(*store, key.note_key);
}

TEST_CASE("the same bytes stand in the log once, with a fresh proof each time", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    auto sequencer = start(*store, key);
    REQUIRE_OK(sequencer->append(to_buffer("a")));
    REQUIRE_OK(sequencer->append(to_buffer("b")));
    const auto again = [&] {
        const std::string before = *store->head;
        const auto answer = sequencer->append(to_buffer("a"));
        REQUIRE_OK(answer);
        REQUIRE_FALSE(answer->is_new);
        REQUIRE(answer->proof.index == 0);
        REQUIRE(answer->checkpoint.head().size == 2);
        check_answer(*answer, as_bytes("a"), key.note_key);
        REQUIRE(*store->head == before);
        REQUIRE(store->heads.size() == 3);  // nothing was signed for it
    };
    again();
    sequencer.reset();
    sequencer = start(*store, key);  // the index is rebuilt from the log
    again();
}

TEST_CASE("entries that come together share a batch", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    std::mutex gate;
    std::unique_lock closed(gate);
    store->before_change = [&] { const std::lock_guard pass(gate); };
    const auto sequencer = start(*store, key);

    constexpr std::size_t kWriters = 40;
    std::vector<std::optional<Result<Sequenced>>> answers(kWriters);
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < kWriters; ++i) {
        // Every entry comes twice.
        writers.emplace_back(
            [&, i] { answers[i] = sequencer->append(to_buffer(std::to_string(i / 2))); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    closed.unlock();
    for (std::thread& writer : writers) writer.join();

    std::size_t fresh = 0;
    for (std::size_t i = 0; i < kWriters; ++i) {
        REQUIRE_OK(*answers[i]);
        check_answer(**answers[i], as_bytes(std::to_string(i / 2)), key.note_key);
        REQUIRE((*answers[i])->proof.index == (*answers[i ^ 1])->proof.index);
        fresh += (*answers[i])->is_new ? 1 : 0;
    }
    REQUIRE(fresh == kWriters / 2);
    // The first batch was whatever came first; the rest waited for it and became one.
    REQUIRE(store->heads.size() <= 4);
    REQUIRE(check_whole_log(*store, *store->head, key.note_key).size() == kWriters / 2);
}

TEST_CASE("many writers at once, and every answer holds in the final log", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    std::mutex mutex;
    std::map<std::uint64_t, std::string> acknowledged;
    {
        const auto sequencer = start(*store, key);
        std::vector<std::thread> writers;
        std::atomic<int> wrong{0};
        for (int w = 0; w < 8; ++w) {
            writers.emplace_back([&, w] {
                for (int i = 0; i < 100; ++i) {
                    const std::string entry = std::to_string(w) + "/" + std::to_string(i);
                    const auto answer = sequencer->append(to_buffer(entry));
                    if (!answer || !answer->is_new) ++wrong;
                    if (!answer) continue;
                    const std::lock_guard guard(mutex);
                    acknowledged[answer->proof.index] = entry;
                }
            });
        }
        for (std::thread& writer : writers) writer.join();
        REQUIRE(wrong == 0);
    }
    const auto entries = check_whole_log(*store, *store->head, key.note_key);
    REQUIRE(acknowledged.size() == 800);
    REQUIRE(entries.size() == 800);
    for (const auto& [index, entry] : acknowledged) REQUIRE(as_text(entries[index]) == entry);
    check_heads(*store, key.note_key);
}

TEST_CASE("more entries than the queue holds are turned away", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    std::mutex gate;
    std::unique_lock closed(gate);
    std::atomic<bool> writing{false};
    store->before_change = [&] {
        writing = true;
        const std::lock_guard pass(gate);
    };
    const auto sequencer = start(*store, key, {.max_queued = 2, .max_queued_bytes = 100});
    std::vector<std::thread> writers;
    const auto write = [&](const std::string& entry) {
        writers.emplace_back([&, entry] { (void)sequencer->append(to_buffer(entry)); });
    };
    write("in its batch");
    while (!writing) std::this_thread::yield();
    write("waits");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE_REFUSED(sequencer->append(Buffer(96)), "too many entries are waiting");  // by bytes
    write("waits too");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE_REFUSED(sequencer->append(to_buffer("one more")), "too many entries are waiting");
    REQUIRE_FAULT(sequencer->append(to_buffer("one more")), Fault::Declined);
    closed.unlock();
    for (std::thread& writer : writers) writer.join();
    REQUIRE_OK(sequencer->append(to_buffer("one more")));
    REQUIRE_REFUSED(sequencer->append(Buffer(65'536)), "entry is larger than 65535 bytes");
}

TEST_CASE("any failing store call stops the log, and nothing acknowledged is lost", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto failure = GENERATE(Failure::NotPersisted, Failure::PersistedAnyway);
    const std::uint64_t before = GENERATE(0u, 3u, 255u, 511u);
    int call = 0;
    for (bool failed = true; failed; ++call) {
        CAPTURE(call, before, failure == Failure::PersistedAnyway);
        const auto store = empty_log(key);
        auto sequencer = start(*store, key);
        std::vector<std::string> acknowledged;
        std::vector<std::thread> writers;
        for (std::uint64_t i = 0; i < before; ++i) {
            acknowledged.push_back("entry " + std::to_string(i));
            REQUIRE_OK(sequencer->append(to_buffer(acknowledged.back())));
        }
        store->plan = {call, failure, 0};
        const auto answer = sequencer->append(to_buffer("the one that fails"));
        failed = !answer;
        if (!failed) break;  // there are no more calls to fail
        REQUIRE_FAULT(answer, Fault::Io);
        store->plan = {};  // the disk is back, but nobody may rely on it before a restart
        const std::string head = *store->head;
        const auto objects = store->objects;
        REQUIRE_REFUSED(sequencer->append(to_buffer("later")),
                        "the log has stopped until it is restarted: the disk is gone");
        REQUIRE_FAULT(sequencer->check_ready(), Fault::Io);
        REQUIRE(*store->head == head);
        REQUIRE(store->objects == objects);

        sequencer.reset();
        check_whole_log(*store, *store->head, key.note_key);
        sequencer = start(*store, key);
        REQUIRE_OK(sequencer->check_ready());
        const auto next = sequencer->append(to_buffer("another one"));  // over the leftovers
        REQUIRE_OK(next);
        check_answer(*next, as_bytes("another one"), key.note_key);
        const auto entries = check_whole_log(*store, *store->head, key.note_key);
        REQUIRE(entries.size() >= before + 1);
        for (std::uint64_t i = 0; i < before; ++i) REQUIRE(as_text(entries[i]) == acknowledged[i]);
        check_heads(*store, key.note_key);
    }
    // One or two bundles and tiles of each level, then the head.
    REQUIRE(call == (before == 255 || before == 511 ? 4 : 3));
}

TEST_CASE("all that wait are told when the log stops", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    std::mutex gate;
    std::unique_lock closed(gate);
    std::atomic<bool> writing{false};
    store->before_change = [&] {
        writing = true;
        const std::lock_guard pass(gate);
    };
    int complaints = 0;
    auto sequencer = Sequencer::start(*store, *store, key.head_signer(), {},
                                      [&](const Error&) { ++complaints; });
    REQUIRE_OK(sequencer);
    store->plan.fail_at = 0;
    std::atomic<int> told{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 10; ++i) {
        writers.emplace_back([&, i] {
            const auto answer = (*sequencer)->append(to_buffer(std::to_string(i)));
            if (!answer && answer.error().fault() == Fault::Io) ++told;
        });
        while (!writing) std::this_thread::yield();  // the first is in its batch, the others wait
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    closed.unlock();
    for (std::thread& writer : writers) writer.join();
    REQUIRE(told == 10);
    REQUIRE(complaints == 1);
    REQUIRE(store->heads.size() == 1);
}

TEST_CASE("a log that is not what was signed does not start", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    {
        const auto sequencer = start(*store, key);
        for (int i = 0; i < 300; ++i) REQUIRE_OK(sequencer->append(to_buffer(std::to_string(i))));
    }
    const auto refused = [&](const std::string& why) {
        REQUIRE_REFUSED(Sequencer::start(*store, *store, key.head_signer()), why);
    };
    SECTION("an old entry differs") {
        store->objects.at("tile/entries/000")[5] ^= 1;
        refused("stored entries do not hash to the root of the signed head");
    }
    SECTION("a tile of the right edge differs") {
        store->objects.at("tile/0/001.p/44")[5] ^= 1;
        refused("stored tiles do not hash to the root of the signed head");
    }
    SECTION("the head is of another key") {
        store->head = other_log_key(std::string(kLogOrigin)).sign({0, hash_empty()});
        REQUIRE_FAULT(Sequencer::start(*store, *store, key.head_signer()), Fault::Untrusted);
    }
    SECTION("there is no head") {
        store->head.reset();
        refused("the log has no signed head");
    }
    SECTION("the disk is older than the head") {
        store->objects.erase("tile/0/001.p/44");
        REQUIRE_FAULT(Sequencer::start(*store, *store, key.head_signer()), Fault::Missing);
    }
}

TEST_CASE("what was written wrong is not signed", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    const auto sequencer = start(*store, key);
    REQUIRE_OK(sequencer->append(to_buffer("a")));
    // A bit flips in what the first call of the next batch has stored.
    int calls = 0;
    store->before_change = [&] {
        if (calls++ == 1) store->objects.at("tile/entries/000.p/2").back() ^= 1;
    };
    REQUIRE_REFUSED(sequencer->append(to_buffer("b")),
                    "the log has stopped until it is restarted: "
                    "'tile/entries/000.p/2' was stored wrong");
    REQUIRE(store->heads.size() == 2);
}

TEST_CASE("another writer's head is not overwritten", "[sequencer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    const auto first = start(*store, key);
    const auto second = start(*store, key);
    REQUIRE_OK(first->append(to_buffer("a")));
    REQUIRE_REFUSED(second->append(to_buffer("b")),
                    "the log has stopped until it is restarted: another writer was first");
    REQUIRE(store->heads.size() == 2);
}
