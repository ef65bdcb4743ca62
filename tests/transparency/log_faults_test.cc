// Every file system call of a log that takes entries fails in turn, in several ways, or is the last
// of its process. Then the log is taken up again, and what it has said before must still hold.
// BOLTSEAL_FAULTS=all tries every call; otherwise as many as take a few seconds.
#include "tests/check.h"
#include "tests/support/file_faults.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/file_storage.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/run_index.h"

#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <map>
#include <set>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr std::size_t kSubmissions = 24;
constexpr std::size_t kEntriesEach = 25;  // two bundles and a part of a third
constexpr std::uint64_t kSegment = 4 * kDiskBlock;
constexpr RunIndexLimits kIndex{.table = 100, .fan_in = 2};

std::string entry_of(std::size_t submission, std::size_t number) {
    return std::to_string(submission) + "/" + std::to_string(number) + std::string(40, 'x');
}

// All parts of a log in a folder, as boltseal-log serve has them.
struct FolderLog {
    TestLogKey key = test_log_key();
    std::unique_ptr<FileStorage> storage;
    std::unique_ptr<HeadFile> head;
    std::unique_ptr<LocalHeadSigner> signer;
    std::unique_ptr<FileJournal> journal;
    std::unique_ptr<RunIndex> index;
    std::unique_ptr<Sequencer> sequencer;

    static Result<void> create(const std::filesystem::path& folder) {
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
    Result<void> start(const std::filesystem::path& folder) {
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
    Result<Sequenced> submit(std::size_t submission) const {
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
};

// What a log has promised, in a file that is written before the next thing is asked of it.
struct Promise {
    std::size_t submission = 0;
    std::vector<std::uint64_t> places;
    std::string note;
};

void tell(int pipe, const Promise& promise) {
    Writer writer;
    writer.u64(promise.submission);
    for (const std::uint64_t place : promise.places) writer.u64(place);
    REQUIRE_OK(writer.put_u16_prefixed(as_bytes(promise.note)));
    const Bytes bytes = writer.bytes();
    (void)!::write(pipe, bytes.data(), bytes.size());
}

std::vector<Promise> hear(int pipe) {
    Buffer all;
    std::uint8_t chunk[4096];
    for (ssize_t n = 0; (n = ::read(pipe, chunk, sizeof chunk)) > 0;) {
        all.insert(all.end(), chunk, chunk + n);
    }
    std::vector<Promise> promises;
    for (Reader reader(all); !reader.empty();) {
        Promise promise;
        promise.submission = reader.u64().value();
        for (std::size_t i = 0; i < kEntriesEach; ++i) {
            promise.places.push_back(reader.u64().value());
        }
        promise.note = as_text(reader.take_u16_prefixed().value());
        promises.push_back(std::move(promise));
    }
    return promises;
}

// In a process of its own, which may be killed. Some entries come twice.
void run_workload(const std::filesystem::path& folder, int pipe) {
    FolderLog log;
    if (!log.start(folder)) return;
    for (std::size_t i = 0; i < kSubmissions; ++i) {
        const std::size_t submission = i % 6 == 5 ? i - 3 : i;
        const auto answer = log.submit(submission);
        if (!answer) return;
        Promise promise{submission, {}, answer->checkpoint->note()};
        for (const Place& place : answer->places) promise.places.push_back(place.index);
        tell(pipe, promise);
    }
}

std::vector<Promise> run_with_fault(const std::filesystem::path& folder, FileFault fault,
                                    std::uint32_t number) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    plan_file_fault(fault, number);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        run_workload(folder, ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    const auto promises = hear(ends[0]);
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return promises;
}

// All that a reader of the log, and those who were answered, may rely on.
void check_promises(const std::filesystem::path& folder, const std::vector<Promise>& promises) {
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

}  // namespace

TEST_CASE("whichever call on files fails, nothing that was said becomes untrue", "[log_faults]") {
    const TempFolder folder;
    const auto pristine = folder.path() / "pristine";
    std::filesystem::create_directory(pristine);
    REQUIRE_OK(FolderLog::create(pristine));
    const auto work = folder.path() / "work";
    const auto fresh = [&] {
        std::filesystem::remove_all(work);
        std::filesystem::copy(pristine, work, std::filesystem::copy_options::recursive);
    };

    fresh();
    REQUIRE(run_with_fault(work, FileFault::Io, UINT32_MAX).size() == kSubmissions);
    const std::uint32_t calls = count_file_calls();
    REQUIRE(calls > 300);
    clear_file_faults();
    check_promises(work, {});

    const char* const how_many = std::getenv("BOLTSEAL_FAULTS");
    const bool all = how_many && std::string_view(how_many) == "all";
    const std::uint32_t step = all ? 1 : calls / 15 + 1;
    std::uint32_t tried = 0;
    std::size_t promised = 0;
    for (const FileFault fault : {FileFault::Io, FileFault::NoSpace, FileFault::LateIo,
                                  FileFault::Short, FileFault::KillBefore, FileFault::KillAfter}) {
        // Each kind begins elsewhere, so that together they come past most calls.
        for (std::uint32_t call = tried % step; call < calls; call += step) {
            CAPTURE(static_cast<int>(fault), call);
            fresh();
            const auto promises = run_with_fault(work, fault, call);
            clear_file_faults();
            check_promises(work, promises);
            promised += promises.size() * kEntriesEach;
            ++tried;
        }
    }
    WARN(tried << " faults at " << calls << " calls, " << promised
               << " entries promised, none lost");
}
