// A Merkle tree that grows, with every hash in memory that proofs about its newest leaves need.
// Appending costs one hash a leaf; tiles and proofs are then read off. No I/O, no locks.
#pragma once

#include "transparency/tile.h"
#include "transparency/tree_nodes.h"

#include <array>
#include <map>
#include <memory>
#include <optional>

namespace boltseal {

class LiveTree : public TreeNodes {
public:
    LiveTree() = default;  // empty

    // The tree of `size` leaves from the hashes of its unfinished tiles, level 0 first. Malformed
    // unless there are as many as such a tree has.
    using Unfinished = std::array<std::vector<TreeHash>, kMaxTreeTileLevel + 1>;
    static Result<LiveTree> resume(std::uint64_t size, const Unfinished& unfinished);

    void append(const TreeHash& leaf);

    std::uint64_t size() const { return size_; }
    TreeHead head() const;

    // Missing if it was forgotten, or is not there yet.
    Result<TreeHash> subtree(unsigned height, std::uint64_t index) override;

    // The bytes of a hash tile; nothing if it was forgotten, or has fewer hashes.
    std::optional<Buffer> tile(const Tile& tile) const;

    // Drops the full tiles whose leaves are all below `size`.
    void forget(std::uint64_t size);

private:
    // The inner nodes of a tile by height, leaves first: 256, 128, ... 2. Its root is a leaf of the
    // tile above.
    static constexpr std::size_t kNodes = 510;
    using Nodes = std::array<TreeHash, kNodes>;
    struct Level {
        std::uint64_t count = 0;  // hashes of this level
        std::map<std::uint64_t, std::unique_ptr<Nodes>> tiles;
    };
    void push(unsigned level, TreeHash hash);
    const TreeHash* find(unsigned height, std::uint64_t index) const;

    std::uint64_t size_ = 0;
    std::array<Level, kMaxTreeTileLevel + 1> levels_;
};

}  // namespace boltseal
