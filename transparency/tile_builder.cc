#include "transparency/tile_builder.h"

#include <bit>

namespace boltseal {

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

Result<TileBuilder> TileBuilder::load(ObjectStore& store, const TreeHead& head) {
    TileBuilder builder;
    std::array<std::vector<TreeHash>, kMaxTreeTileLevel + 1> unfinished;
    for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t index = hashes_at(level, head.size) / kTileWidth;
        builder.levels_[level].index = index;
        const Tile tile = tile_of_tree(Tile::Kind::Hashes, level, index, head.size);
        if (tile.width == 0) continue;
        BOLTSEAL_TRY(const Buffer bytes, store.get(to_path(tile)));
        BOLTSEAL_TRY(unfinished[level], parse_hash_tile(bytes, tile.width));
        builder.levels_[level].hashes = unfinished[level];
    }
    BOLTSEAL_TRY(builder.tree_, TreeBuilder::resume(head.size, right_edge(unfinished)));
    if (builder.head() != head) {
        return Error(Fault::Integrity, "stored tiles do not hash to the root of the signed head");
    }
    BOLTSEAL_CHECK(builder.load_entries(store, head.size));
    return builder;
}

Result<void> TileBuilder::load_entries(ObjectStore& store, std::uint64_t size) {
    const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, size / kTileWidth, size);
    if (tile.width == 0) return {};
    BOLTSEAL_TRY(const Buffer bytes, store.get(to_path(tile)));
    BOLTSEAL_TRY(entries_, parse_entry_bundle(bytes, tile.width));
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (hash_leaf(entries_[i]) != levels_[0].hashes[i]) {
            return Error(Fault::Integrity, "stored entries are not the ones in the tree");
        }
    }
    return {};
}

Result<void> TileBuilder::append(Buffer entry) {
    if (entry.size() > kMaxEntrySize) {
        return Error(Fault::Malformed, "entry is larger than 65535 bytes");
    }
    const TreeHash leaf = hash_leaf(entry);
    tree_.append(leaf);
    entries_.push_back(std::move(entry));
    if (entries_.size() == kTileWidth) {
        const Tile tile{Tile::Kind::Entries, 0, levels_[0].index, kTileWidth};
        BOLTSEAL_TRY(Buffer bundle, encode_entry_bundle(entries_));
        full_.push_back(TileObject{tile, std::move(bundle)});
        entries_.clear();
    }
    push(0, leaf);
    return {};
}

void TileBuilder::push(unsigned number, const TreeHash& hash) {
    Level& level = levels_.at(number);
    level.hashes.push_back(hash);
    level.changed = true;
    if (level.hashes.size() < kTileWidth) return;

    const Tile tile{Tile::Kind::Hashes, number, level.index, kTileWidth};
    full_.push_back(TileObject{tile, encode_hash_tile(level.hashes)});
    const TreeHash root = perfect_root(level.hashes);
    level = Level{level.index + 1, {}, false};
    push(number + 1, root);
}

Result<std::vector<TileObject>> TileBuilder::take_objects() {
    std::vector<TileObject> objects = std::exchange(full_, {});
    if (levels_[0].changed && !entries_.empty()) {
        const Tile tile{Tile::Kind::Entries, 0, levels_[0].index, entries_.size()};
        BOLTSEAL_TRY(Buffer bundle, encode_entry_bundle(entries_));
        objects.push_back(TileObject{tile, std::move(bundle)});
    }
    for (unsigned number = 0; number <= kMaxTreeTileLevel; ++number) {
        Level& level = levels_[number];
        if (!std::exchange(level.changed, false)) continue;
        const Tile tile{Tile::Kind::Hashes, number, level.index, level.hashes.size()};
        objects.push_back(TileObject{tile, encode_hash_tile(level.hashes)});
    }
    return objects;
}

}  // namespace boltseal
