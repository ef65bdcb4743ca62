#include "transparency/prover.h"

#include "transparency/tile_builder.h"

#include <algorithm>
#include <bit>

namespace boltseal {

namespace {

Error not_of_this_head() {
    return Error(Fault::Integrity, "tiles do not hash to the root of the checkpoint");
}

}  // namespace

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

// MTH(D[begin:end]), RFC 9162 section 2.1.1, for ranges that start at a multiple of the largest
// power of two in them: all that proofs ask for.
Result<TreeHash> Prover::range(std::uint64_t begin, std::uint64_t end) {
    std::vector<TreeHash> roots;
    for (std::uint64_t rest = end - begin; rest != 0; rest = end - begin) {
        const auto height = static_cast<unsigned>(std::bit_width(rest) - 1);
        BOLTSEAL_TRY(const TreeHash root, subtree(height, begin >> height));
        roots.push_back(root);
        begin += std::uint64_t{1} << height;
    }
    if (roots.empty()) return hash_empty();
    TreeHash hash = roots.back();
    for (auto it = roots.rbegin() + 1; it != roots.rend(); ++it) hash = hash_children(*it, hash);
    return hash;
}

Result<TreeHash> Prover::leaf(std::uint64_t index) {
    if (index >= head_.size) return Error(Fault::Missing, "leaf index is beyond the tree");
    return subtree(0, index);
}

Result<TreeHead> Prover::head_at(std::uint64_t size) {
    if (size > head_.size) return Error(Fault::Missing, "size is beyond the tree");
    BOLTSEAL_TRY(const TreeHash root, range(0, size));
    return TreeHead{size, root};
}

// PATH(m, D[n]), RFC 9162 section 2.1.3.1, walked from the root down and turned round.
Result<InclusionProof> Prover::prove_inclusion(std::uint64_t m) {
    if (m >= head_.size) return Error(Fault::Missing, "leaf index is beyond the tree");
    InclusionProof proof{m, {}};
    std::uint64_t begin = 0;
    std::uint64_t end = head_.size;
    while (end - begin > 1) {
        const std::uint64_t k = begin + std::bit_floor(end - begin - 1);
        BOLTSEAL_TRY(const TreeHash sibling, m < k ? range(k, end) : range(begin, k));
        proof.path.push_back(sibling);
        (m < k ? end : begin) = k;
    }
    std::ranges::reverse(proof.path);
    return proof;
}

// PROOF(m, D[n]), RFC 9162 section 2.1.4.1, in the same way.
Result<ConsistencyProof> Prover::prove_consistency(std::uint64_t m) {
    if (m > head_.size) return Error(Fault::Missing, "size is beyond the tree");
    ConsistencyProof proof;
    if (m == 0 || m == head_.size) return proof;
    std::uint64_t begin = 0;
    std::uint64_t end = head_.size;
    while (m != end) {
        const std::uint64_t k = begin + std::bit_floor(end - begin - 1);
        BOLTSEAL_TRY(const TreeHash sibling, m <= k ? range(k, end) : range(begin, k));
        proof.path.push_back(sibling);
        (m <= k ? end : begin) = k;
    }
    if (begin != 0) {  // otherwise the verifier has this hash: it is the older root
        BOLTSEAL_TRY(const TreeHash hash, range(begin, end));
        proof.path.push_back(hash);
    }
    std::ranges::reverse(proof.path);
    return proof;
}

}  // namespace boltseal
