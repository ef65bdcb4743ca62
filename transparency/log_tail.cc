#include "transparency/log_tail.h"

namespace boltseal {

namespace {

// Of how many entries the hashes stay in memory behind the newest ones, so that proofs of what was
// just answered need no tiles.
constexpr std::uint64_t kKept = 64 * kTileWidth;

}  // namespace

void append_to_bundle(Buffer& bundle, Bytes entry) {
    bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
    bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xff));
    bundle.insert(bundle.end(), entry.begin(), entry.end());
}

// On disk there are full tiles only: the hashes of an unfinished one are the roots of those below.
Result<void> LogTail::load(std::uint64_t size) {
    StoredTiles tiles(store_);
    LiveTree::Unfinished unfinished;
    for (unsigned level = 1; level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t count = hashes_at(level, size);
        for (std::uint64_t i = count - count % kTileWidth; i < count; ++i) {
            BOLTSEAL_TRY(const Buffer bytes,
                         tiles.get({Tile::Kind::Hashes, level - 1, i, kTileWidth}));
            BOLTSEAL_TRY(const std::vector<TreeHash> hashes, parse_hash_tile(bytes, kTileWidth));
            unfinished[level].push_back(perfect_root(hashes));
        }
    }
    const std::lock_guard guard(mutex_);
    BOLTSEAL_TRY(tree_, LiveTree::resume(size, unfinished));
    bundles_.clear();
    bytes_ = 0;
    return {};
}

void LogTail::append(Bytes entry, const TreeHash& leaf) {
    const std::lock_guard guard(mutex_);
    append_to_bundle(bundles_[tree_.size() / kTileWidth], entry);
    bytes_ += 2 + entry.size();
    tree_.append(leaf);
}

TreeHead LogTail::head() const {
    const std::lock_guard guard(mutex_);
    return tree_.head();
}

std::size_t LogTail::bytes() const {
    const std::lock_guard guard(mutex_);
    return bytes_;
}

std::optional<Buffer> LogTail::find(const Tile& tile) const {
    const std::lock_guard guard(mutex_);
    if (tile.kind == Tile::Kind::Hashes) return tree_.tile(tile);
    const auto bundle = bundles_.find(tile.index);
    if (bundle == bundles_.end() || tile.index * kTileWidth + tile.width > tree_.size()) {
        return std::nullopt;
    }
    if (tile.is_full()) return bundle->second;
    auto cut = cut_tile(tile.kind, bundle->second, tile.width);
    if (!cut) return std::nullopt;
    return *std::move(cut);
}

Result<Buffer> LogTail::get(const Tile& tile) {
    if (auto recent = find(tile)) return *std::move(recent);
    return StoredTiles(store_).get(tile);
}

Result<InclusionProof> LogTail::prove_inclusion(std::uint64_t m, const TreeHead& head) {
    {
        const std::lock_guard guard(mutex_);
        auto proof = make_inclusion_proof(tree_, m, head.size);
        if (proof || m >= head.size) return proof;
    }
    return Prover(*this, head).prove_inclusion(m);
}

Result<ConsistencyProof> LogTail::prove_consistency(std::uint64_t m, const TreeHead& head) {
    {
        const std::lock_guard guard(mutex_);
        auto proof = make_consistency_proof(tree_, m, head.size);
        if (proof || m > head.size) return proof;
    }
    return Prover(*this, head).prove_consistency(m);
}

Result<BatchProof> LogTail::prove_batch(std::span<const std::uint64_t> indexes,
                                        const TreeHead& head) {
    {
        const std::lock_guard guard(mutex_);
        auto proof = make_batch_proof(tree_, indexes, head.size);
        if (proof || indexes.back() >= head.size) return proof;
    }
    return Prover(*this, head).prove_batch(indexes);
}

std::vector<StoredObject> LogTail::full_tiles(std::uint64_t begin, std::uint64_t end) const {
    std::vector<StoredObject> objects;
    const auto add = [&](Tile::Kind kind, unsigned level) {
        const std::uint64_t stop = hashes_at(level, end) / kTileWidth;
        for (std::uint64_t i = hashes_at(level, begin) / kTileWidth; i < stop; ++i) {
            const Tile tile{kind, level, i, kTileWidth};
            if (auto bytes = find(tile)) objects.push_back({to_path(tile), *std::move(bytes)});
        }
    };
    add(Tile::Kind::Entries, 0);
    for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) add(Tile::Kind::Hashes, level);
    return objects;
}

void LogTail::forget(std::uint64_t size) {
    const std::lock_guard guard(mutex_);
    tree_.forget(size < kKept ? 0 : size - kKept);
    while (!bundles_.empty() && bundles_.begin()->first < size / kTileWidth) {
        bytes_ -= bundles_.begin()->second.size();
        bundles_.erase(bundles_.begin());
    }
}

}  // namespace boltseal
