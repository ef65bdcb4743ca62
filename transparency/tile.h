// Where a log's hashes and entries are kept: coordinates and paths of tiles, and entry bundles.
// c2sp.org/tlog-tiles v0.1.0. No I/O here.
#pragma once

#include "core/bytes.h"
#include "verify/merkle.h"

#include <compare>
#include <string>

namespace boltseal {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr unsigned kTileHeight = 8;        // a full tile is a perfect subtree of this height
inline constexpr unsigned kMaxTreeTileLevel = 7;  // what a tree of 64-bit size can reach
inline constexpr std::size_t kMaxEntrySize = 65'535;
inline constexpr std::size_t kMaxBundleSize = kTileWidth * (2 + kMaxEntrySize);

// A run of up to 256 hashes of one level, or the entries under such a run of level 0.
struct Tile {
    enum class Kind { Hashes, Entries };

    Kind kind = Kind::Hashes;
    unsigned level = 0;  // 0 for entries
    std::uint64_t index = 0;
    std::uint64_t width = kTileWidth;  // 1 to 256; less than 256 is a partial tile

    bool is_full() const { return width == kTileWidth; }
    Tile full() const { return {kind, level, index, kTileWidth}; }
    auto operator<=>(const Tile&) const = default;
};

// "tile/0/x001/234", "tile/entries/000.p/17": below the log's URL, and below its public folder.
std::string to_path(const Tile& tile);

// One spelling only, levels 0 to 63. Malformed for indexes that no 64-bit tree has at level 0.
Result<Tile> parse_tile_path(std::string_view path);

// How many hashes there are at a tile level in a tree of `size` leaves.
std::uint64_t hashes_at(unsigned level, std::uint64_t size);

// The tile at these coordinates as a tree of `size` leaves has it; width 0 if it has none.
Tile tile_of_tree(Tile::Kind kind, unsigned level, std::uint64_t index, std::uint64_t size);

// True if every byte of the tile is fixed by the head of a tree of `size` leaves.
bool is_covered(const Tile& tile, std::uint64_t size);

// The root of the perfect subtree over 1, 2, 4, ... 256 hashes.
// REQUIRES: std::has_single_bit(hashes.size())
TreeHash perfect_root(std::span<const TreeHash> hashes);

Buffer encode_hash_tile(std::span<const TreeHash> hashes);
Result<std::vector<TreeHash>> parse_hash_tile(Bytes bytes, std::uint64_t width);

// An entry bundle is one entry after the other, each behind its length in 16 bits.
Result<Buffer> encode_entry_bundle(const std::vector<Buffer>& entries);
Result<std::vector<Buffer>> parse_entry_bundle(Bytes bytes, std::uint64_t width);

// The first `width` hashes or entries of a tile, as a narrower partial tile has them. Malformed if
// there are fewer.
Result<Buffer> cut_tile(Tile::Kind kind, Bytes tile, std::uint64_t width);

}  // namespace boltseal
