#include "transparency/journal_file.h"

#include "core/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSegmentMagic = "boltseal journal 1\n";
constexpr std::string_view kRecordMagic = "record 1";
constexpr std::size_t kRecordHead = kRecordMagic.size() + 8 + 4 + 4 + 32;

using Digest = std::array<std::uint8_t, 32>;

Buffer encode_segment_head(std::uint64_t first, const Digest& before) {
    Writer writer;
    writer.put(kSegmentMagic).u64(first).put(before);
    writer.put(sha256({writer.bytes()}));
    Buffer bytes = std::move(writer).take();
    bytes.resize(kDiskBlock);
    return bytes;
}

struct SegmentHead {
    std::uint64_t first = 0;
    Digest before{};
};

std::optional<SegmentHead> parse_segment_head(const Buffer& bytes) {
    if (bytes.size() != kDiskBlock) return std::nullopt;
    SegmentHead head;
    Reader reader(Bytes(bytes).subspan(kSegmentMagic.size()));
    head.first = reader.u64().value();
    std::ranges::copy(reader.take(head.before.size()).value(), head.before.begin());
    if (encode_segment_head(head.first, head.before) != bytes) return std::nullopt;
    return head;
}

// Everything of a record but its entries. The digest is over the one before and all the rest.
Buffer encode_record_head(const JournalRecord& record, const Digest& before, Digest& digest) {
    Writer writer;
    writer.put(kRecordMagic).u64(record.first).u32(record.count);
    writer.u32(static_cast<std::uint32_t>(record.entries.size()));
    digest = sha256({before, writer.bytes(), record.entries});
    writer.put(digest);
    return std::move(writer).take();
}

struct RecordHead {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t size = 0;
    Bytes digest;
};

Result<RecordHead> parse_record_head(Bytes bytes) {
    Reader reader(bytes);
    BOLTSEAL_TRY(const Bytes magic, reader.take(kRecordMagic.size()));
    if (as_text(magic) != kRecordMagic) return Error(Fault::Malformed, "no record");
    RecordHead head;
    BOLTSEAL_TRY(head.first, reader.u64());
    BOLTSEAL_TRY(head.count, reader.u32());
    BOLTSEAL_TRY(head.size, reader.u32());
    BOLTSEAL_TRY(head.digest, reader.take(32));
    if (head.size > kMaxJournalRecord) return Error(Fault::Malformed, "record is too large");
    return head;
}

std::optional<std::uint64_t> parse_name(const std::string& name) {
    std::uint64_t first = 0;
    std::from_chars(name.data(), name.data() + name.size(), first);
    if (to_file_name(first) != name) return std::nullopt;
    return first;
}

}  // namespace

Result<void> FileJournal::create(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0) {
        const Fault fault = errno == EEXIST ? Fault::Declined : Fault::Io;
        return Error(fault, "cannot make '" + folder.string() + "': " + std::strerror(errno));
    }
    BOLTSEAL_CHECK(sync_directory(folder.parent_path()));
    BOLTSEAL_CHECK(make_segment(folder, 0, {}, kJournalSegment));
    return {};
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const fs::path& folder,
                                                       std::uint64_t segment_size) {
    std::unique_ptr<FileJournal> journal(new FileJournal(folder, segment_size));
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const auto first = parse_name(it->path().filename().string());
        if (first) journal->segments_.push_back({it->path(), *first});
    }
    if (error) {
        return Error(Fault::Io, "cannot list '" + folder.string() + "': " + error.message());
    }
    if (journal->segments_.empty()) {
        return Error(Fault::Missing, "there is no journal in '" + folder.string() + "'");
    }
    std::ranges::sort(journal->segments_, {}, &Segment::first);
    return journal;
}

Result<std::unique_ptr<FileJournal>> FileJournal::open_to_read(const fs::path& folder) {
    BOLTSEAL_TRY(auto journal, open(folder));
    journal->is_anothers_ = true;
    return journal;
}

// Durable, with its name, before a record goes into it.
Result<DiskFile> FileJournal::make_segment(const fs::path& folder, std::uint64_t first,
                                           const Digest& before, std::uint64_t size) {
    BOLTSEAL_TRY(DiskFile file, DiskFile::create(folder / to_file_name(first)));
    BOLTSEAL_CHECK(file.allocate(size));
    const Buffer head = encode_segment_head(first, before);
    const Bytes parts[] = {head};
    BOLTSEAL_CHECK(file.write(0, parts));
    BOLTSEAL_CHECK(file.sync());
    BOLTSEAL_CHECK(sync_directory(folder));
    return file;
}

// False for a segment that was being made when the power went: nothing can be in it.
Result<bool> FileJournal::open_segment(const Segment& segment) {
    BOLTSEAL_TRY(DiskFile file, DiskFile::open(segment.path));
    BOLTSEAL_CHECK(file.distrust_memory());
    BOLTSEAL_TRY(const Buffer bytes, file.read(0, kDiskBlock));
    const auto head = parse_segment_head(bytes);
    if (!head) return false;
    if (&segment == &segments_.front()) {
        next_ = head->first;
        last_ = head->before;
    }
    if (head->first != segment.first || head->first != next_ || head->before != last_) {
        return Error(Fault::Integrity,
                     "'" + segment.path.string() + "' does not continue the journal");
    }
    file_ = std::move(file);
    offset_ = kDiskBlock;
    return true;
}

Result<void> FileJournal::replay_segment(const Visit& visit) {
    for (;;) {
        BOLTSEAL_TRY(const Buffer bytes, file_.read(offset_, kRecordHead));
        const auto head = parse_record_head(bytes);
        if (!head || head->first != next_) return {};
        BOLTSEAL_TRY(const Buffer entries, file_.read(offset_ + kRecordHead, head->size));
        const JournalRecord record{head->first, head->count, entries};
        Digest digest;
        if (encode_record_head(record, last_, digest) != bytes) return {};
        BOLTSEAL_CHECK(visit(record));
        last_ = digest;
        next_ += record.count;
        offset_ += whole_blocks(kRecordHead + entries.size());
    }
}

Result<void> FileJournal::replay(const Visit& visit) {
    for (const Segment& segment : segments_) {
        BOLTSEAL_TRY(const bool whole, open_segment(segment));
        if (whole) {
            if (&segment == &segments_.front()) BOLTSEAL_CHECK(visit({next_, 0, {}}));
            BOLTSEAL_CHECK(replay_segment(visit));
            continue;
        }
        if (&segment != &segments_.back() || segments_.size() == 1) {
            return Error(Fault::Integrity, "'" + segment.path.string() + "' is damaged");
        }
        if (is_anothers_) return {};  // which is just making it
        ::unlink(segment.path.c_str());
        segments_.pop_back();
        break;
    }
    ready_ = !is_anothers_;
    return {};
}

Result<void> FileJournal::next_segment() {
    BOLTSEAL_TRY(file_, make_segment(folder_, next_, last_, segment_size_));
    const std::lock_guard guard(mutex_);
    segments_.push_back({folder_ / to_file_name(next_), next_});
    offset_ = kDiskBlock;
    return {};
}

Result<void> FileJournal::append(const JournalRecord& record) {
    if (!ready_) return Error(Fault::Io, "the journal cannot be appended to");
    if (record.first != next_ || record.entries.size() > kMaxJournalRecord) {
        return Error(Fault::Malformed, "record does not continue the journal");
    }
    ready_ = false;
    const std::uint64_t size = whole_blocks(kRecordHead + record.entries.size());
    const bool is_full = size > segment_size_ - std::min(segment_size_, offset_);
    if (is_full && offset_ != kDiskBlock) BOLTSEAL_CHECK(next_segment());
    Digest digest;
    const Buffer head = encode_record_head(record, last_, digest);
    static constexpr std::uint8_t kZeros[kDiskBlock] = {};
    const std::size_t padding = size - kRecordHead - record.entries.size();
    const Bytes parts[] = {head, record.entries, Bytes(kZeros).first(padding)};
    BOLTSEAL_CHECK(file_.write(offset_, parts));
    BOLTSEAL_CHECK(file_.sync_data());
    BOLTSEAL_TRY(const Buffer stored, file_.read(offset_ + kRecordHead, record.entries.size()));
    if (!equal(stored, record.entries)) {
        return Error(Fault::Integrity, "'" + file_.path().string() + "' was stored wrong");
    }
    offset_ += size;
    next_ += record.count;
    last_ = digest;
    ready_ = true;
    return {};
}

// Oldest first and each durably, so that no gap can come to be.
Result<void> FileJournal::forget(std::uint64_t size) {
    for (;;) {
        fs::path oldest;
        {
            const std::lock_guard guard(mutex_);
            if (segments_.size() < 2 || segments_[1].first > size) return {};
            oldest = segments_.front().path;
            segments_.pop_front();
        }
        if (::unlink(oldest.c_str()) != 0) {
            return Error(Fault::Io,
                         "cannot remove '" + oldest.string() + "': " + std::strerror(errno));
        }
        BOLTSEAL_CHECK(sync_directory(folder_));
    }
}

}  // namespace boltseal
