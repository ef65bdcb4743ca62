#include "transparency/live_tree.h"

#include <bit>

namespace boltseal {

namespace {

// Where the nodes of a height (0 to 7) within a tile start.
constexpr std::size_t offset_of(unsigned height) {
    return 512 - (std::size_t{512} >> height);
}

}  // namespace

Result<LiveTree> LiveTree::resume(std::uint64_t size, const Unfinished& unfinished) {
    LiveTree tree;
    tree.size_ = size;
    for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t count = hashes_at(level, size);
        if (unfinished[level].size() != count % kTileWidth) {
            return Error(Fault::Malformed, "unfinished tiles do not fit the tree size");
        }
        tree.levels_[level].count = count - count % kTileWidth;
        for (const TreeHash& hash : unfinished[level]) tree.push(level, hash);
    }
    return tree;
}

void LiveTree::append(const TreeHash& leaf) {
    push(0, leaf);
    ++size_;
}

void LiveTree::push(unsigned number, TreeHash hash) {
    Level& level = levels_.at(number);
    auto& nodes = level.tiles[level.count / kTileWidth];
    if (!nodes) nodes = std::make_unique<Nodes>();
    std::size_t place = level.count++ % kTileWidth;
    for (unsigned height = 0;; ++height, place >>= 1) {
        (*nodes)[offset_of(height) + place] = hash;
        if ((place & 1) == 0) return;
        hash = hash_children((*nodes)[offset_of(height) + place - 1], hash);
        if (height + 1 == kTileHeight) return push(number + 1, hash);
    }
}

const TreeHash* LiveTree::find(unsigned height, std::uint64_t index) const {
    const unsigned number = height / kTileHeight;
    const unsigned within = height % kTileHeight;
    if (number > kMaxTreeTileLevel || index >= size_ >> height) return nullptr;
    const auto& tiles = levels_[number].tiles;
    const auto tile = tiles.find(index >> (kTileHeight - within));
    if (tile == tiles.end()) return nullptr;
    return &(*tile->second)[offset_of(within) + index % (kTileWidth >> within)];
}

Result<TreeHash> LiveTree::subtree(unsigned height, std::uint64_t index) {
    const TreeHash* const hash = find(height, index);
    if (!hash) return Error(Fault::Missing, "hash is not among the newest of the tree");
    return *hash;
}

// Every perfect subtree that the whole tree is made of ends in an unfinished tile.
TreeHead LiveTree::head() const {
    std::optional<TreeHash> root;
    for (std::uint64_t rest = size_; rest != 0; rest &= rest - 1) {
        const auto height = static_cast<unsigned>(std::countr_zero(rest));
        const TreeHash& part = *find(height, (size_ >> height) - 1);
        root = root ? hash_children(part, *root) : part;
    }
    return {size_, root ? *root : hash_empty()};
}

std::optional<Buffer> LiveTree::tile(const Tile& tile) const {
    const Level& level = levels_.at(tile.level);
    const auto found = level.tiles.find(tile.index);
    if (found == level.tiles.end() || tile.index * kTileWidth + tile.width > level.count) {
        return std::nullopt;
    }
    return encode_hash_tile(std::span(*found->second).first(tile.width));
}

void LiveTree::forget(std::uint64_t size) {
    for (unsigned number = 0; number <= kMaxTreeTileLevel; ++number) {
        Level& level = levels_[number];
        const std::uint64_t full = hashes_at(number, std::min(size, size_)) / kTileWidth;
        level.tiles.erase(level.tiles.begin(), level.tiles.lower_bound(full));
    }
}

}  // namespace boltseal
