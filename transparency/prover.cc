#include "transparency/prover.h"

#include "transparency/tree_builder.h"

#include <bit>

namespace boltseal {

namespace {

Error not_of_this_head() {
    return Error(Fault::Integrity, "tiles do not hash to the root of the checkpoint");
}

}  // namespace

std::vector<TreeHash> right_edge(std::span<const std::vector<TreeHash>> unfinished) {
    std::vector<TreeHash> edge;
    for (auto level = unfinished.rbegin(); level != unfinished.rend(); ++level) {
        std::span<const TreeHash> rest(*level);
        while (!rest.empty()) {
            const std::size_t largest = std::bit_floor(rest.size());
            edge.push_back(perfect_root(rest.first(largest)));
            rest = rest.subspan(largest);
        }
    }
    return edge;
}

Result<Buffer> StoredTiles::get(const Tile& tile) {
    auto bytes = store_.get(to_path(tile));
    if (bytes || tile.is_full() || bytes.error().fault() != Fault::Missing) return bytes;
    BOLTSEAL_TRY(const Buffer full, store_.get(to_path(tile.full())));
    return cut_tile(tile.kind, full, tile.width);
}

// The unfinished tiles of all levels are what the root is made of, so they are checked together.
Result<void> Prover::load_edge() {
    if (edge_loaded_) return {};
    std::array<Hashes, kMaxTreeTileLevel + 1> edge;
    for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t index = hashes_at(level, head_.size) / kTileWidth;
        const Tile tile = tile_of_tree(Tile::Kind::Hashes, level, index, head_.size);
        if (tile.width == 0) continue;
        BOLTSEAL_TRY(const Buffer bytes, source_.get(tile));
        BOLTSEAL_TRY(edge[level], parse_hash_tile(bytes, tile.width));
    }
    BOLTSEAL_TRY(const TreeBuilder tree, TreeBuilder::resume(head_.size, right_edge(edge)));
    if (tree.head() != head_) return not_of_this_head();
    for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) {
        tiles_[{level, hashes_at(level, head_.size) / kTileWidth}] = std::move(edge[level]);
    }
    edge_loaded_ = true;
    return {};
}

// A full tile is checked by its root, which stands in the tile above; that one ends up at the edge.
Result<const Prover::Hashes*> Prover::tile(unsigned level, std::uint64_t index) {
    BOLTSEAL_CHECK(load_edge());
    if (const auto known = tiles_.find({level, index}); known != tiles_.end()) {
        return &known->second;
    }
    if (level >= kMaxTreeTileLevel || hashes_at(level + 1, head_.size) <= index) {
        return Error(Fault::Malformed, "tile is beyond the tree");
    }
    BOLTSEAL_TRY(const Hashes* const above, tile(level + 1, index / kTileWidth));
    const TreeHash root = above->at(index % kTileWidth);
    BOLTSEAL_TRY(const Buffer bytes, source_.get({Tile::Kind::Hashes, level, index, kTileWidth}));
    BOLTSEAL_TRY(Hashes hashes, parse_hash_tile(bytes, kTileWidth));
    if (perfect_root(hashes) != root) return not_of_this_head();
    return &(tiles_[{level, index}] = std::move(hashes));
}

// The root of the leaves [index * 2^height, (index + 1) * 2^height).
Result<TreeHash> Prover::subtree(unsigned height, std::uint64_t index) {
    const unsigned level = height / kTileHeight;
    const unsigned within = height % kTileHeight;
    const std::uint64_t first = index << within;  // hash of that level
    BOLTSEAL_TRY(const Hashes* const hashes, tile(level, first / kTileWidth));
    const std::uint64_t offset = first % kTileWidth;
    const std::uint64_t count = std::uint64_t{1} << within;
    if (hashes->size() < offset + count) return Error(Fault::Malformed, "hash is beyond the tree");
    return perfect_root(std::span(*hashes).subspan(offset, count));
}

Result<TreeHash> Prover::leaf(std::uint64_t index) {
    if (index >= head_.size) return Error(Fault::Missing, "leaf index is beyond the tree");
    return subtree(0, index);
}

Result<std::vector<TreeHash>> Prover::hashes(unsigned level, std::uint64_t tile_index) {
    if (tile_of_tree(Tile::Kind::Hashes, level, tile_index, head_.size).width == 0) {
        return Error(Fault::Missing, "tile is beyond the tree");
    }
    BOLTSEAL_TRY(const Hashes* const hashes, tile(level, tile_index));
    return *hashes;
}

Result<TreeHead> Prover::head_at(std::uint64_t size) {
    if (size > head_.size) return Error(Fault::Missing, "size is beyond the tree");
    BOLTSEAL_TRY(const TreeHash root, range_root(*this, 0, size));
    return TreeHead{size, root};
}

Result<InclusionProof> Prover::prove_inclusion(std::uint64_t m) {
    return make_inclusion_proof(*this, m, head_.size);
}

Result<ConsistencyProof> Prover::prove_consistency(std::uint64_t m, std::uint64_t n) {
    if (n > head_.size) return Error(Fault::Missing, "size is beyond the tree");
    return make_consistency_proof(*this, m, n);
}

Result<BatchProof> Prover::prove_batch(std::span<const std::uint64_t> indexes) {
    return make_batch_proof(*this, indexes, head_.size);
}

}  // namespace boltseal
