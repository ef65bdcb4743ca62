#include "transparency/tile.h"

#include "transparency/decimal.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace boltseal {

namespace {

constexpr std::uint64_t kMaxIndex = (std::uint64_t{1} << 56) - 1;  // (n + 1) * 256 must fit
constexpr unsigned kMaxLevel = 63;
constexpr std::size_t kMaxTilePath = 64;

Error bad_tile_path() {
    return Error(Fault::Malformed, "not a tile path");
}

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t limit) {
    const auto value = parse_decimal(text);
    if (!value || *value > limit) return bad_tile_path();
    return *value;
}

bool is_group(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "x001/x234/067" is 1234067: groups of three digits, all but the last behind an 'x'.
Result<std::uint64_t> parse_index(std::string_view text) {
    std::uint64_t index = 0;
    for (bool first = true;; first = false) {
        const bool more = text.starts_with('x');
        if (more) text.remove_prefix(1);
        const std::string_view group = text.substr(0, 3);
        if (!is_group(group) || (first && more && group == "000")) return bad_tile_path();
        if (index > kMaxIndex / 1000) return bad_tile_path();
        index = index * 1000 + static_cast<std::uint64_t>((group[0] - '0') * 100 +
                                                          (group[1] - '0') * 10 + (group[2] - '0'));
        text.remove_prefix(3);
        if (!more) break;
        if (!text.starts_with('/')) return bad_tile_path();
        text.remove_prefix(1);
    }
    if (!text.empty() || index > kMaxIndex) return bad_tile_path();
    return index;
}

std::string print_index(std::uint64_t index) {
    std::string text = std::to_string(1000 + index % 1000).substr(1);
    while (index >= 1000) {
        index /= 1000;
        text.insert(0, "x" + std::to_string(1000 + index % 1000).substr(1) + "/");
    }
    return text;
}

// Takes ".p/<width>" off the end, if it is there.
Result<std::uint64_t> take_width(std::string_view& path) {
    const std::size_t at = path.find(".p/");
    if (at == std::string_view::npos) return kTileWidth;
    BOLTSEAL_TRY(const std::uint64_t width, parse_number(path.substr(at + 3), kTileWidth - 1));
    if (width == 0) return bad_tile_path();
    path = path.substr(0, at);
    return width;
}

}  // namespace

std::string to_path(const Tile& tile) {
    const bool hashes = tile.kind == Tile::Kind::Hashes;
    std::string path = "tile/" + (hashes ? std::to_string(tile.level) : "entries") + "/";
    path += print_index(tile.index);
    if (!tile.is_full()) path += ".p/" + std::to_string(tile.width);
    return path;
}

Result<Tile> parse_tile_path(std::string_view path) {
    if (path.size() > kMaxTilePath || !path.starts_with("tile/")) return bad_tile_path();
    path.remove_prefix(5);
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return bad_tile_path();
    const std::string_view level = path.substr(0, slash);
    path.remove_prefix(slash + 1);

    Tile tile;
    if (level == "entries") {
        tile.kind = Tile::Kind::Entries;
    } else {
        BOLTSEAL_TRY(const std::uint64_t number, parse_number(level, kMaxLevel));
        tile.level = static_cast<unsigned>(number);
    }
    BOLTSEAL_TRY(tile.width, take_width(path));
    BOLTSEAL_TRY(tile.index, parse_index(path));
    return tile;
}

std::uint64_t hashes_at(unsigned level, std::uint64_t size) {
    return level > kMaxTreeTileLevel ? 0 : size >> (kTileHeight * level);
}

Tile tile_of_tree(Tile::Kind kind, unsigned level, std::uint64_t index, std::uint64_t size) {
    const std::uint64_t hashes = hashes_at(level, size);
    const std::uint64_t width =
        index > hashes / kTileWidth ? 0 : std::min(kTileWidth, hashes - index * kTileWidth);
    return {kind, level, index, width};
}

bool is_covered(const Tile& tile, std::uint64_t size) {
    return tile.width <= tile_of_tree(tile.kind, tile.level, tile.index, size).width;
}

TreeHash perfect_root(std::span<const TreeHash> hashes) {
    assert(std::has_single_bit(hashes.size()));
    if (hashes.size() == 1) return hashes[0];
    const std::size_t half = hashes.size() / 2;
    return hash_children(perfect_root(hashes.first(half)), perfect_root(hashes.subspan(half)));
}

Buffer encode_hash_tile(std::span<const TreeHash> hashes) {
    Buffer bytes;
    bytes.reserve(hashes.size() * TreeHash::kSize);
    for (const TreeHash& hash : hashes) {
        bytes.insert(bytes.end(), hash.bytes().begin(), hash.bytes().end());
    }
    return bytes;
}

Result<std::vector<TreeHash>> parse_hash_tile(Bytes bytes, std::uint64_t width) {
    if (width > kTileWidth || bytes.size() != width * TreeHash::kSize) {
        return Error(Fault::Malformed, "hash tile has the wrong size");
    }
    std::vector<TreeHash> hashes;
    hashes.reserve(width);
    for (; !bytes.empty(); bytes = bytes.subspan(TreeHash::kSize)) {
        BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(bytes.first(TreeHash::kSize)));
        hashes.push_back(hash);
    }
    return hashes;
}

Result<Buffer> encode_entry_bundle(const std::vector<Buffer>& entries) {
    Writer writer;
    for (const Buffer& entry : entries) BOLTSEAL_CHECK(writer.put_u16_prefixed(entry));
    return std::move(writer).take();
}

Result<std::vector<Buffer>> parse_entry_bundle(Bytes bytes, std::uint64_t width) {
    if (width > kTileWidth || bytes.size() > kMaxBundleSize) {
        return Error(Fault::Malformed, "entry bundle is too large");
    }
    Reader reader(bytes);
    std::vector<Buffer> entries;
    for (std::uint64_t i = 0; i < width; ++i) {
        BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
        entries.push_back(to_buffer(entry));
    }
    BOLTSEAL_CHECK(reader.end());
    return entries;
}

Result<Buffer> cut_tile(Tile::Kind kind, Bytes tile, std::uint64_t width) {
    if (tile.size() > kMaxBundleSize) return Error(Fault::Malformed, "tile is too large");
    Reader reader(tile);
    for (std::uint64_t i = 0; i < width; ++i) {
        BOLTSEAL_CHECK(kind == Tile::Kind::Hashes ? reader.take(TreeHash::kSize)
                                                  : reader.take_u16_prefixed());
    }
    return to_buffer(tile.first(tile.size() - reader.rest().size()));
}

}  // namespace boltseal
