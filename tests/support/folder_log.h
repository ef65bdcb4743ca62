// A log in a folder, as boltseal-log serve has it, a workload for it, and what it has promised by
// its answers: for tests that let it fail in the middle and take it up again.
#pragma once

#include "tests/support/test_log.h"
#include "transparency/file_storage.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/run_index.h"

#include <filesystem>

namespace boltseal::test {

inline constexpr std::size_t kSubmissions = 24;
inline constexpr std::size_t kEntriesEach = 25;  // two bundles and a part of a third

// What a log has said to a submission.
struct Promise {
    std::size_t submission = 0;
    std::vector<std::uint64_t> places;
    std::string note;
};

// Small segments, runs and tiles at once, so that much happens to files.
struct FolderLog {
    TestLogKey key = test_log_key();
    std::unique_ptr<FileStorage> storage;
    std::unique_ptr<HeadFile> head;
    std::unique_ptr<LocalHeadSigner> signer;
    std::unique_ptr<FileJournal> journal;
    std::unique_ptr<RunIndex> index;
    std::unique_ptr<Sequencer> sequencer;

    static Result<void> create(const std::filesystem::path& folder);
    Result<void> start(const std::filesystem::path& folder);
    Result<Sequenced> submit(std::size_t submission) const;
};

// Submits one after the other, some twice, until the log says no; `heard` is told each answer
// before the next submission.
void run_workload(const std::filesystem::path& folder,
                  const std::function<void(const Promise&)>& heard);

// Fails the test unless the log in the folder starts, keeps all that was promised, in every byte of
// its tiles, still finds duplicates, and goes on.
void check_promises(const std::filesystem::path& folder, std::span<const Promise> promises);

}  // namespace boltseal::test
