#include "transparency/head_file.h"

#include "core/digest.h"
#include "core/file.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kHeadMagic = "boltseal head 1\n";
constexpr std::size_t kReserved = kDiskBlock - kMaxHeadNote;  // of each half, for what is no note
constexpr std::size_t kMaxHalf = std::size_t{64} << 10;

// The digest is over the number, the length and the note.
struct Numbered {
    std::uint64_t number = 0;
    std::optional<std::string> note;  // none before the first head
};

// As many blocks as it takes.
Buffer encode(const Numbered& head) {
    Writer body;
    body.u64(head.number).u8(head.note ? 1 : 0);
    const std::string note = head.note.value_or("");
    body.u16(static_cast<std::uint16_t>(note.size())).put(note);
    Writer all;
    all.put(kHeadMagic).put(sha256({body.bytes()})).put(body.bytes());
    Buffer bytes = std::move(all).take();
    bytes.resize(whole_blocks(bytes.size()));
    return bytes;
}

// What lies behind its last block is of an earlier, longer one.
Result<Numbered> parse(Bytes bytes) {
    Reader reader(bytes);
    BOLTSEAL_TRY(const Bytes magic, reader.take(kHeadMagic.size()));
    if (as_text(magic) != kHeadMagic) return Error(Fault::Malformed, "no head");
    BOLTSEAL_CHECK(reader.take(32));
    Numbered head;
    BOLTSEAL_TRY(head.number, reader.u64());
    BOLTSEAL_TRY(const std::uint8_t has_note, reader.u8());
    BOLTSEAL_TRY(const Bytes note, reader.take_u16_prefixed());
    if (has_note == 1) head.note = as_text(note);
    const Buffer written = encode(head);
    if (written.size() > bytes.size() || !equal(written, bytes.first(written.size()))) {
        return Error(Fault::Malformed, "not as written");
    }
    return head;
}

}  // namespace

Result<void> HeadFile::create(const std::filesystem::path& path, std::size_t max_note) {
    Buffer bytes = encode({});
    bytes.resize(2 * whole_blocks(max_note + kReserved));
    return create_file(path, bytes, FileMode::Private);
}

Result<std::unique_ptr<HeadFile>> HeadFile::open(const std::filesystem::path& path) {
    BOLTSEAL_TRY(DiskFile file, DiskFile::open(path));
    BOLTSEAL_CHECK(file.lock());
    BOLTSEAL_CHECK(file.distrust_memory());
    std::unique_ptr<HeadFile> store(new HeadFile(std::move(file)));
    BOLTSEAL_CHECK(store->read_halves());
    return store;
}

Result<void> HeadFile::read_halves() {
    BOLTSEAL_TRY(const std::uint64_t size, file_.size());
    half_ = static_cast<std::size_t>(std::clamp<std::uint64_t>(size / 2, kDiskBlock, kMaxHalf));
    bool found = false;
    for (const std::uint64_t at : {0u, 1u}) {
        BOLTSEAL_TRY(const Buffer bytes, file_.read(at * half_, half_));
        auto head = parse(bytes);
        if (!head || head->number % 2 != at) continue;
        if (found && head->number < number_) continue;
        found = true;
        number_ = head->number;
        note_ = std::move(head->note);
    }
    if (found) return {};
    return Error(Fault::Integrity, "'" + file_.path().string() + "' has no whole head");
}

Result<std::optional<std::string>> HeadFile::load() {
    if (failed_) return Error(Fault::Io, "the head may have moved or not");
    return note_;
}

Result<void> HeadFile::advance(const std::optional<std::string>& expected,
                               const std::string& next) {
    BOLTSEAL_TRY(const std::optional<std::string> present, load());
    if (present != expected)
        return Error(Fault::Declined, "another writer has moved the log's head");
    if (next.size() > half_ - kReserved) {
        return Error(Fault::Malformed, "signed head is too large");
    }
    const Buffer bytes = encode({number_ + 1, next});
    const Bytes parts[] = {bytes};
    failed_ = true;
    BOLTSEAL_CHECK(file_.write((number_ + 1) % 2 * half_, parts));
    BOLTSEAL_CHECK(file_.sync_data());
    failed_ = false;
    ++number_;
    note_ = next;
    return {};
}

}  // namespace boltseal
