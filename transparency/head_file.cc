#include "transparency/head_file.h"

#include "core/digest.h"
#include "core/file.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kMagic = "boltseal head 1\n";

// The digest is over the number, the length and the note.
struct Block {
    std::uint64_t number = 0;
    std::optional<std::string> note;  // none before the first head
};

Buffer encode_block(const Block& block) {
    Writer body;
    body.u64(block.number).u8(block.note ? 1 : 0);
    const std::string note = block.note.value_or("");
    body.u16(static_cast<std::uint16_t>(note.size())).put(note);
    Writer all;
    all.put(kMagic).put(sha256({body.bytes()})).put(body.bytes());
    Buffer bytes = std::move(all).take();
    bytes.resize(kDiskBlock);
    return bytes;
}

Result<Block> parse_block(Bytes bytes) {
    Reader reader(bytes);
    BOLTSEAL_TRY(const Bytes magic, reader.take(kMagic.size()));
    if (as_text(magic) != kMagic) return Error(Fault::Malformed, "no head");
    BOLTSEAL_CHECK(reader.take(32));
    Block block;
    BOLTSEAL_TRY(block.number, reader.u64());
    BOLTSEAL_TRY(const std::uint8_t has_note, reader.u8());
    BOLTSEAL_TRY(const Bytes note, reader.take_u16_prefixed());
    if (has_note == 1) block.note = as_text(note);
    if (!equal(encode_block(block), bytes)) return Error(Fault::Malformed, "not as written");
    return block;
}

}  // namespace

Result<void> HeadFile::create(const std::filesystem::path& path) {
    Buffer bytes = encode_block({});
    bytes.resize(2 * kDiskBlock);
    return create_file(path, bytes, FileMode::Private);
}

Result<std::unique_ptr<HeadFile>> HeadFile::open(const std::filesystem::path& path) {
    BOLTSEAL_TRY(DiskFile file, DiskFile::open(path));
    BOLTSEAL_CHECK(file.lock());
    BOLTSEAL_CHECK(file.distrust_memory());
    std::unique_ptr<HeadFile> store(new HeadFile(std::move(file)));
    BOLTSEAL_CHECK(store->read_blocks());
    return store;
}

Result<void> HeadFile::read_blocks() {
    bool found = false;
    for (const std::uint64_t at : {0u, 1u}) {
        BOLTSEAL_TRY(const Buffer bytes, file_.read(at * kDiskBlock, kDiskBlock));
        auto block = parse_block(bytes);
        if (!block || block->number % 2 != at) continue;
        if (found && block->number < number_) continue;
        found = true;
        number_ = block->number;
        note_ = std::move(block->note);
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
    if (next.size() > kMaxHeadNote) return Error(Fault::Malformed, "signed head is too large");
    const Buffer block = encode_block({number_ + 1, next});
    const Bytes parts[] = {block};
    failed_ = true;
    BOLTSEAL_CHECK(file_.write((number_ + 1) % 2 * kDiskBlock, parts));
    BOLTSEAL_CHECK(file_.sync_data());
    failed_ = false;
    ++number_;
    note_ = next;
    return {};
}

}  // namespace boltseal
