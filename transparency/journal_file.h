// The journal in a folder of segment files: Journal of transparency/storage.h with one fdatasync
// for each record. specs/log-storage.md#journal
//
// Every record carries a SHA-256 of itself and of the record before it. One that is cut short ends
// the journal: its batch was never answered. One that is damaged does too; what is lost then is
// noticed, because the signed head has more entries.
#pragma once

#include "core/digest.h"
#include "transparency/disk_file.h"
#include "transparency/storage.h"

#include <deque>
#include <memory>
#include <mutex>

namespace boltseal {

inline constexpr std::size_t kMaxJournalRecord = std::size_t{32} << 20;
inline constexpr std::uint64_t kJournalSegment = std::uint64_t{16} << 20;

class FileJournal : public Journal {
public:
    // Makes the folder, and the first segment, of a log without entries. Declined if there is one.
    static Result<void> create(const std::filesystem::path& folder);

    // Missing if there is no journal. A segment is closed when it would grow beyond `segment_size`.
    static Result<std::unique_ptr<FileJournal>> open(const std::filesystem::path& folder,
                                                     std::uint64_t segment_size = kJournalSegment);

    // The same of one that another process may be appending to: what replay finds is left as it is,
    // and nothing may be appended. Replay is Missing if a segment was forgotten meanwhile.
    static Result<std::unique_ptr<FileJournal>> open_to_read(const std::filesystem::path& folder);

    // Integrity if a segment is missing between others, or does not continue the one before it.
    Result<void> replay(const Visit& visit) override;
    // What it returns durable is also read back and compared.
    Result<void> append(const JournalRecord& record) override;
    // May be called while another thread appends.
    Result<void> forget(std::uint64_t size) override;

private:
    using Digest = std::array<std::uint8_t, 32>;
    struct Segment {
        std::filesystem::path path;
        std::uint64_t first = 0;  // index of its first entry, should it have one
    };
    FileJournal(std::filesystem::path folder, std::uint64_t segment_size)
        : folder_(std::move(folder)), segment_size_(segment_size) {}
    static Result<DiskFile> make_segment(const std::filesystem::path& folder, std::uint64_t first,
                                         const Digest& before, std::uint64_t size);
    Result<bool> open_segment(const Segment& segment);
    Result<void> replay_segment(const Visit& visit);
    Result<void> next_segment();

    std::filesystem::path folder_;
    std::uint64_t segment_size_;
    std::mutex mutex_;  // guards segments_ once there are two threads; held for no I/O
    std::deque<Segment> segments_;
    DiskFile file_;             // the last segment
    std::uint64_t offset_ = 0;  // where its next record goes
    std::uint64_t next_ = 0;    // index of the next entry
    Digest last_{};             // of the last record
    bool ready_ = false;        // replayed, and nothing has failed
    bool is_anothers_ = false;  // nothing is changed
};

}  // namespace boltseal
