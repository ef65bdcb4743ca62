#include "transparency/index.h"

#include "transparency/prover.h"
#include "transparency/tree_builder.h"

namespace boltseal {

Result<LeafIndex> LeafIndex::rebuild(ObjectStore& store, const TreeHead& head) {
    LeafIndex index;
    TreeBuilder tree;
    StoredTiles tiles(store);
    for (std::uint64_t n = 0; tree.size() < head.size; ++n) {
        const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, n, head.size);
        BOLTSEAL_TRY(const Buffer bytes, tiles.get(tile));
        BOLTSEAL_TRY(const std::vector<Buffer> entries, parse_entry_bundle(bytes, tile.width));
        for (const Buffer& entry : entries) {
            const TreeHash leaf = hash_leaf(entry);
            index.add(leaf, tree.size());
            tree.append(leaf);
        }
    }
    if (tree.head() != head) {
        return Error(Fault::Integrity, "stored entries do not hash to the root of the signed head");
    }
    return index;
}

std::optional<std::uint64_t> LeafIndex::find(const TreeHash& leaf) const {
    const auto found = leaves_.find(leaf);
    if (found == leaves_.end()) return std::nullopt;
    return found->second;
}

void LeafIndex::add(const TreeHash& leaf, std::uint64_t index) {
    leaves_.emplace(leaf, index);
}

}  // namespace boltseal
