// Turns appended entries into hash tiles and entry bundles, remembering only the unfinished tiles
// of the right edge. c2sp.org/tlog-tiles. It writes nothing: the sequencer does.
#pragma once

#include "transparency/storage.h"
#include "transparency/tile.h"
#include "transparency/tree_builder.h"

#include <array>

namespace boltseal {

struct TileObject {
    Tile tile;
    Buffer bytes;
};

class TileBuilder {
public:
    TileBuilder() = default;  // of the empty log

    // Reads the unfinished tiles of the tree with this head. Integrity unless they hash to its
    // root, or if the unfinished entry bundle is not what was hashed.
    static Result<TileBuilder> load(ObjectStore& store, const TreeHead& head);

    // Malformed above kMaxEntrySize bytes.
    Result<void> append(Buffer entry);

    TreeHead head() const { return tree_.head(); }

    // All tiles that became full since the last call, and every unfinished one that has changed:
    // together with what is stored already, all that the present head covers.
    Result<std::vector<TileObject>> take_objects();

private:
    void push(unsigned number, const TreeHash& hash);
    Result<void> load_entries(ObjectStore& store, std::uint64_t size);

    struct Level {
        std::uint64_t index = 0;  // of the unfinished tile
        std::vector<TreeHash> hashes;
        bool changed = false;
    };

    TreeBuilder tree_;
    std::array<Level, kMaxTreeTileLevel + 1> levels_;
    std::vector<Buffer> entries_;  // of the unfinished bundle
    std::vector<TileObject> full_;
};

// The roots of the perfect subtrees a tree of `size` leaves is made of, largest first, from the
// hashes of its unfinished tiles, level 0 first. What TreeBuilder::resume wants.
std::vector<TreeHash> right_edge(std::span<const std::vector<TreeHash>> unfinished);

}  // namespace boltseal
