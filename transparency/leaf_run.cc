#include "transparency/leaf_run.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace boltseal {

namespace {

static_assert(std::endian::native == std::endian::little, "filters are stored as they are");

constexpr std::string_view kLeavesMagic = "boltseal leaves 1\n";
constexpr std::size_t kPlaceSize = 32 + 8;
constexpr std::size_t kCheck = 8;  // bytes of a block's own SHA-256, at its end
constexpr std::size_t kPerBlock = (kDiskBlock - kCheck) / kPlaceSize;
constexpr std::size_t kBlocksAtOnce = 64;
constexpr std::size_t kBitsPerLeaf = 12;
constexpr std::size_t kProbes = 6;
constexpr std::size_t kLine = 8;  // words

// Words of a leaf hash, which are as random as they come. The last is not what LeafTable uses.
std::uint64_t word_of(const TreeHash& leaf, std::size_t number) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word = word << 8 | leaf.bytes()[8 * number + i];
    return word;
}

Buffer encode_head(const LeafRange& range, std::uint64_t count, Bytes index) {
    Writer writer;
    writer.put(kLeavesMagic).u64(range.begin).u64(range.end.size).put(range.end.root.bytes());
    writer.u64(count).put(sha256({writer.bytes(), index}));
    Buffer bytes = std::move(writer).take();
    bytes.resize(kDiskBlock);
    return bytes;
}

void finish_block(Buffer& bytes) {
    const std::size_t begin = bytes.size() - bytes.size() % kDiskBlock;
    const std::size_t whole = begin + kDiskBlock - kCheck;
    bytes.resize(whole);
    const auto digest = sha256({Bytes(bytes).subspan(begin)});
    bytes.insert(bytes.end(), digest.begin(), digest.begin() + kCheck);
}

Buffer encode_words(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    Buffer bytes((a.size() + b.size()) * 8);
    if (!a.empty()) std::memcpy(bytes.data(), a.data(), a.size() * 8);
    if (!b.empty()) std::memcpy(bytes.data() + a.size() * 8, b.data(), b.size() * 8);
    return bytes;
}

std::uint64_t blocks_of(std::uint64_t count) {
    return (count + kPerBlock - 1) / kPerBlock;
}

std::size_t filter_words(std::uint64_t count) {
    return (static_cast<std::size_t>(count) * kBitsPerLeaf / 512 + 1) * kLine;
}

}  // namespace

std::size_t LeafRun::memory() const {
    return (firsts_.size() + filter_.size()) * 8;
}

std::size_t LeafRun::filter_line(const TreeHash& leaf) const {
    const std::uint64_t lines = filter_.size() / kLine;
    return static_cast<std::size_t>((word_of(leaf, 2) >> 32) * lines >> 32) * kLine;
}

void LeafRun::add_to_filter(const TreeHash& leaf) {
    const std::size_t line = filter_line(leaf);
    std::uint64_t bits = word_of(leaf, 3);
    for (std::size_t i = 0; i < kProbes; ++i, bits >>= 9) {
        filter_[line + (bits >> 6 & 7)] |= std::uint64_t{1} << (bits & 63);
    }
}

bool LeafRun::may_have(const TreeHash& leaf) const {
    const std::size_t line = filter_line(leaf);
    std::uint64_t bits = word_of(leaf, 3);
    for (std::size_t i = 0; i < kProbes; ++i, bits >>= 9) {
        if ((filter_[line + (bits >> 6 & 7)] >> (bits & 63) & 1) == 0) return false;
    }
    return true;
}

// Head, blocks, and then what is kept in memory. The file gets its name when all of it is durable.
Result<std::unique_ptr<LeafRun>> LeafRun::write(const std::filesystem::path& path,
                                                const LeafRange& range, std::uint64_t most,
                                                const Next& next) {
    const std::filesystem::path unfinished = path.string() + kUnfinished;
    ::unlink(unfinished.c_str());
    BOLTSEAL_TRY(DiskFile file, DiskFile::create(unfinished));
    std::unique_ptr<LeafRun> run(new LeafRun(std::move(file)));
    run->range_ = range;
    run->filter_.resize(filter_words(most));
    Buffer bytes;
    std::uint64_t offset = kDiskBlock;
    const auto flush = [&]() -> Result<void> {
        const Bytes parts[] = {bytes};
        BOLTSEAL_CHECK(run->file_.write(offset, parts));
        offset += bytes.size();
        bytes.clear();
        return {};
    };
    for (;;) {
        BOLTSEAL_TRY(const std::optional<LeafPlace> place, next());
        if (run->count_ % kPerBlock == 0 || !place) {
            if (bytes.size() % kDiskBlock != 0) finish_block(bytes);
            if (bytes.size() >= kBlocksAtOnce * kDiskBlock || !place) BOLTSEAL_CHECK(flush());
            if (!place) break;
            run->firsts_.push_back(word_of(place->leaf, 0));
        }
        bytes.insert(bytes.end(), place->leaf.bytes().begin(), place->leaf.bytes().end());
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(place->index >> shift));
        }
        run->add_to_filter(place->leaf);
        ++run->count_;
    }
    bytes = encode_words(run->firsts_, run->filter_);
    const Buffer head = encode_head(range, run->count_, bytes);
    BOLTSEAL_CHECK(flush());
    const Bytes parts[] = {head};
    BOLTSEAL_CHECK(run->file_.write(0, parts));
    BOLTSEAL_CHECK(run->file_.sync());
    BOLTSEAL_CHECK(run->file_.rename(path));
    return run;
}

Result<std::unique_ptr<LeafRun>> LeafRun::open(const std::filesystem::path& path) {
    const Error bad(Fault::Malformed, "'" + path.string() + "' is no finished run of leaves");
    BOLTSEAL_TRY(DiskFile file, DiskFile::open(path));
    BOLTSEAL_CHECK(file.distrust_memory());
    std::unique_ptr<LeafRun> run(new LeafRun(std::move(file)));
    BOLTSEAL_TRY(const Buffer head, run->file_.read(0, kDiskBlock));
    Reader reader(head);
    if (const auto magic = reader.take(kLeavesMagic.size());
        !magic || as_text(*magic) != kLeavesMagic) {
        return bad;
    }
    BOLTSEAL_TRY(run->range_.begin, reader.u64());
    BOLTSEAL_TRY(run->range_.end.size, reader.u64());
    BOLTSEAL_TRY(const Bytes root, reader.take(TreeHash::kSize));
    BOLTSEAL_TRY(run->range_.end.root, TreeHash::from(root));
    BOLTSEAL_TRY(run->count_, reader.u64());
    BOLTSEAL_TRY(const std::uint64_t size, run->file_.size());
    const std::uint64_t blocks = blocks_of(run->count_);
    const std::uint64_t index_at = (1 + blocks) * kDiskBlock;
    const std::uint64_t index_size = size - std::min(size, index_at);
    // Bounded by the file before anything is allocated.
    if (run->count_ > size / kPlaceSize || index_size % 8 != 0 ||
        index_size < 8 * (blocks + kLine)) {
        return bad;
    }
    BOLTSEAL_TRY(const Buffer index, run->file_.read(index_at, index_size));
    if (encode_head(run->range_, run->count_, index) != head) return bad;
    run->firsts_.resize(blocks);
    run->filter_.resize(index_size / 8 - blocks);
    if (blocks != 0) std::memcpy(run->firsts_.data(), index.data(), blocks * 8);
    std::memcpy(run->filter_.data(), index.data() + blocks * 8, run->filter_.size() * 8);
    return run;
}

Result<LeafRun::Block> LeafRun::read_block(std::size_t number) const {
    BOLTSEAL_TRY(const Buffer bytes, file_.read((1 + number) * kDiskBlock, kDiskBlock));
    const Bytes content = Bytes(bytes).first(std::min(bytes.size(), kDiskBlock - kCheck));
    const auto digest = sha256({content});
    if (bytes.size() != kDiskBlock ||
        !std::equal(digest.begin(), digest.begin() + kCheck, bytes.end() - kCheck)) {
        return Error(Fault::Integrity, "'" + path().string() + "' is damaged");
    }
    const auto count = std::min<std::uint64_t>(kPerBlock, count_ - number * kPerBlock);
    Block block(static_cast<std::size_t>(count));
    Reader reader(content);
    for (LeafPlace& place : block) {
        BOLTSEAL_TRY(const Bytes leaf, reader.take(TreeHash::kSize));
        BOLTSEAL_TRY(place.leaf, TreeHash::from(leaf));
        BOLTSEAL_TRY(place.index, reader.u64());
    }
    return block;
}

Result<std::optional<std::uint64_t>> LeafRun::find(const TreeHash& leaf) const {
    if (!may_have(leaf)) return std::optional<std::uint64_t>();
    // Leaves that share their first eight bytes may lie on both sides of a border.
    const std::uint64_t word = word_of(leaf, 0);
    auto at = std::lower_bound(firsts_.begin(), firsts_.end(), word);
    if (at != firsts_.begin()) --at;
    for (; at != firsts_.end() && *at <= word; ++at) {
        BOLTSEAL_TRY(const Block block, read_block(static_cast<std::size_t>(at - firsts_.begin())));
        const auto found = std::ranges::lower_bound(block, leaf, {}, &LeafPlace::leaf);
        if (found != block.end() && found->leaf == leaf) return std::optional(found->index);
    }
    return std::optional<std::uint64_t>();
}

// The block in which the first place that is not below `least` stands, or the one before it. One
// leaf may fill many blocks, so those that begin alike are halved and not gone through.
Result<std::size_t> LeafRun::block_of(const LeafPlace& least) const {
    const std::uint64_t word = word_of(least.leaf, 0);
    const auto begin = std::lower_bound(firsts_.begin(), firsts_.end(), word);
    const auto end = std::upper_bound(begin, firsts_.end(), word);
    auto low = static_cast<std::size_t>(begin - firsts_.begin());
    auto high = static_cast<std::size_t>(end - firsts_.begin());
    while (low < high) {  // to the first that does not begin below `least`
        const std::size_t middle = low + (high - low) / 2;
        BOLTSEAL_TRY(const Block block, read_block(middle));
        if (block.front() < least) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? low : low - 1;
}

Result<std::vector<std::uint64_t>> LeafRun::find_all(const TreeHash& leaf, std::uint64_t from,
                                                     std::size_t most) const {
    std::vector<std::uint64_t> found;
    if (!may_have(leaf)) return found;
    const LeafPlace least{leaf, from};
    BOLTSEAL_TRY(std::size_t number, block_of(least));
    for (; number < firsts_.size(); ++number) {
        BOLTSEAL_TRY(const Block block, read_block(number));
        for (auto at = std::ranges::lower_bound(block, least); at != block.end(); ++at) {
            if (at->leaf != leaf || found.size() == most) return found;
            found.push_back(at->index);
        }
    }
    return found;
}

LeafRun::Next LeafRun::reader() const {
    return [this, block = Block(), number = std::size_t{0},
            at = std::size_t{0}]() mutable -> Result<std::optional<LeafPlace>> {
        if (at == block.size()) {
            if (number == firsts_.size()) return std::optional<LeafPlace>();
            BOLTSEAL_TRY(block, read_block(number++));
            at = 0;
        }
        return std::optional(block[at++]);
    };
}

}  // namespace boltseal
