#include "tests/support/folder_log.h"

#include "tests/check.h"

#include <future>
#include <set>

namespace boltseal::test {

namespace {

constexpr std::uint64_t kSegment = 4 * kDiskBlock;
constexpr RunIndexLimits kIndex{.table = 100, .fan_in = 2};

std::string entry_of(std::size_t submission, std::size_t number) {
    return std::to_string(submission) + "/" + std::to_string(number) + std::string(40, 'x');
}

}  // namespace

Result<void> FolderLog::create(const std::filesystem::path& folder) {
    FolderLog log;
    BOLTSEAL_TRY(log.storage, FileStorage::open(folder));
    BOLTSEAL_CHECK(FileJournal::create(folder / "journal"));
    BOLTSEAL_CHECK(HeadFile::create(folder / "head"));
    BOLTSEAL_TRY(log.head, HeadFile::open(folder / "head"));
    LocalHeadSigner signer(*log.key.signer, log.key.note_key, *log.head);
    BOLTSEAL_TRY(const VerifiedCheckpoint first, signer.sign({0, hash_empty()}, {}));
    BOLTSEAL_CHECK(log.storage->publish(first));
    return {};
}

Result<void> FolderLog::start(const std::filesystem::path& folder) {
    BOLTSEAL_TRY(storage, FileStorage::open(folder));
    BOLTSEAL_TRY(head, HeadFile::open(folder / "head"));
    signer = std::make_unique<LocalHeadSigner>(*key.signer, key.note_key, *head);
    BOLTSEAL_TRY(journal, FileJournal::open(folder / "journal", kSegment));
    BOLTSEAL_TRY(index, RunIndex::open(folder / "index", kIndex));
    SequencerLimits limits;
    limits.tiles.pause = std::chrono::milliseconds(1);
    limits.tiles.tiles_at_once = 1;
    BOLTSEAL_TRY(sequencer,
                 Sequencer::start({*storage, *journal, *signer, *storage, *index}, limits));
    return {};
}

Result<Sequenced> FolderLog::submit(std::size_t submission) const {
    std::vector<Buffer> entries;
    for (std::size_t i = 0; i < kEntriesEach; ++i) {
        entries.push_back(to_buffer(entry_of(submission, i)));
    }
    std::promise<Result<Sequenced>> promise;
    BOLTSEAL_CHECK(sequencer->submit(std::move(entries), [&](Result<Sequenced> answer) {
        promise.set_value(std::move(answer));
    }));
    return promise.get_future().get();
}

void run_workload(const std::filesystem::path& folder,
                  const std::function<void(const Promise&)>& heard) {
    FolderLog log;
    if (!log.start(folder)) return;
    for (std::size_t i = 0; i < kSubmissions; ++i) {
        const std::size_t submission = i % 6 == 5 ? i - 3 : i;
        const auto answer = log.submit(submission);
        if (!answer) return;
        Promise promise{submission, {}, answer->checkpoint->note()};
        for (const Place& place : answer->places) promise.places.push_back(place.index);
        heard(promise);
    }
}

// All that a reader of the log, and those who were answered, may rely on.
void check_promises(const std::filesystem::path& folder, std::span<const Promise> promises) {
    FolderLog log;
    REQUIRE_OK(log.start(folder));
    const TreeHead head = log.sequencer->published()->head();
    const auto entries =
        check_whole_log(log.sequencer->log(), log.sequencer->published()->note(), log.key.note_key);
    std::uint64_t last = 0;
    for (const Promise& promise : promises) {
        const auto shown = check_checkpoint(as_bytes(promise.note), log.key.note_key);
        REQUIRE_OK(shown);
        REQUIRE(shown->head().size >= last);
        last = shown->head().size;
        REQUIRE_OK(check_consistency(shown->head(), head,
                                     log.sequencer->log().prove_consistency(last, head).value()));
        for (std::size_t i = 0; i < kEntriesEach; ++i) {
            if (as_text(entries.at(promise.places[i])) != entry_of(promise.submission, i)) {
                FAIL("entry " << promise.places[i]);
            }
        }
    }
    REQUIRE(std::set<Buffer>(entries.begin(), entries.end()).size() == entries.size());
    // Duplicates are still found, and the log goes on.
    for (std::size_t i = 0; i < kSubmissions; ++i) {
        const auto answer = log.submit(i);
        REQUIRE_OK(answer);
        for (const Promise& promise : promises) {
            if (promise.submission != i) continue;
            for (std::size_t n = 0; n < kEntriesEach; ++n) {
                REQUIRE_FALSE(answer->places[n].is_new);
                REQUIRE(answer->places[n].index == promise.places[n]);
            }
        }
    }
    REQUIRE(log.sequencer->published()->head().size == kSubmissions * kEntriesEach);
}

}  // namespace boltseal::test
