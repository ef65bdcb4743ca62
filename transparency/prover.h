// Inclusion and consistency proofs, read from tiles. c2sp.org/tlog-tiles, RFC 9162 section 2.1.
//
// No tile is believed for where it came from: each is hashed up to the head before a hash in it is
// used. The server reads from its disk, the client over HTTP, with the same code.
#pragma once

#include "transparency/batch_proof.h"
#include "transparency/storage.h"
#include "transparency/tile.h"
#include "transparency/tree_nodes.h"

#include <map>

namespace boltseal {

class TileSource {
public:
    virtual ~TileSource() = default;

    // The bytes of exactly this tile, nothing about them checked.
    virtual Result<Buffer> get(const Tile& tile) = 0;

    // These are asked for next. A source for which it saves time gets them side by side.
    virtual void expect(std::span<const Tile> /*tiles*/) {}
};

// Tiles of a store. Where a partial tile is gone, it is cut from the full one.
class StoredTiles : public TileSource {
public:
    explicit StoredTiles(ObjectStore& store) : store_(store) {}
    Result<Buffer> get(const Tile& tile) override;

private:
    ObjectStore& store_;
};

// Hashes of the tree with one head, all proved to belong to it. Keeps the tiles it has read. Not
// for use from two threads at once; the source must outlive it.
class Prover : private TreeNodes {
public:
    Prover(TileSource& source, const TreeHead& head) : source_(source), head_(head) {}

    // Of the leaf at index m. Integrity if the tiles do not hash to the head; Missing and Io as the
    // source has it.
    Result<InclusionProof> prove_inclusion(std::uint64_t m);
    // From the tree of m leaves to the head, or to that of n leaves.
    Result<ConsistencyProof> prove_consistency(std::uint64_t m) {
        return prove_consistency(m, head_.size);
    }
    Result<ConsistencyProof> prove_consistency(std::uint64_t m, std::uint64_t n);
    Result<BatchProof> prove_batch(std::span<const std::uint64_t> indexes);
    // The head that the same log had at this size.
    Result<TreeHead> head_at(std::uint64_t size);
    Result<TreeHash> leaf(std::uint64_t index);
    // All hashes that the tree has of a tile. Missing beyond the tree.
    Result<std::vector<TreeHash>> hashes(unsigned level, std::uint64_t tile_index);
    // The same of level 0.
    Result<std::vector<TreeHash>> leaves(std::uint64_t tile_index) { return hashes(0, tile_index); }

private:
    using Place = std::pair<unsigned, std::uint64_t>;  // level and index of a tile
    using Hashes = std::vector<TreeHash>;

    Result<void> load_edge();
    Result<const Hashes*> tile(unsigned level, std::uint64_t index);
    Result<TreeHash> subtree(unsigned height, std::uint64_t index) override;

    TileSource& source_;
    TreeHead head_;
    bool edge_loaded_ = false;
    std::map<Place, Hashes> tiles_;
};

// The roots of the perfect subtrees a tree is made of, largest first, from the hashes of its
// unfinished tiles, level 0 first: what TreeBuilder::resume wants.
std::vector<TreeHash> right_edge(std::span<const std::vector<TreeHash>> unfinished);

}  // namespace boltseal
