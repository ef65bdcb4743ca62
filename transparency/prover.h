// Inclusion and consistency proofs, read from tiles. c2sp.org/tlog-tiles, RFC 9162 section 2.1.
//
// No tile is believed for where it came from: each is hashed up to the head before a hash in it is
// used. The server reads from its disk, the client over HTTP, with the same code.
#pragma once

#include "transparency/storage.h"
#include "transparency/tile.h"

#include <map>

namespace boltseal {

class TileSource {
public:
    virtual ~TileSource() = default;

    // The bytes of exactly this tile, nothing about them checked.
    virtual Result<Buffer> get(const Tile& tile) = 0;
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
class Prover {
public:
    Prover(TileSource& source, const TreeHead& head) : source_(source), head_(head) {}

    // Of the leaf at index m. Integrity if the tiles do not hash to the head; Missing and Io as the
    // source has it.
    Result<InclusionProof> prove_inclusion(std::uint64_t m);
    // From the tree of m leaves to the head.
    Result<ConsistencyProof> prove_consistency(std::uint64_t m);
    // The head that the same log had at this size.
    Result<TreeHead> head_at(std::uint64_t size);
    Result<TreeHash> leaf(std::uint64_t index);

private:
    using Place = std::pair<unsigned, std::uint64_t>;  // level and index of a tile
    using Hashes = std::vector<TreeHash>;

    Result<void> load_edge();
    Result<const Hashes*> tile(unsigned level, std::uint64_t index);
    Result<TreeHash> subtree(unsigned height, std::uint64_t index);
    Result<TreeHash> range(std::uint64_t begin, std::uint64_t end);

    TileSource& source_;
    TreeHead head_;
    bool edge_loaded_ = false;
    std::map<Place, Hashes> tiles_;
};

}  // namespace boltseal
