#include "transparency/tile.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

constexpr auto kHashes = Tile::Kind::Hashes;
constexpr auto kEntries = Tile::Kind::Entries;

std::vector<TreeHash> hashes(std::size_t n) {
    std::vector<TreeHash> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(hash_leaf(as_bytes(std::to_string(i))));
    return out;
}

}  // namespace

TEST_CASE("tile paths print as the specification writes them, and parse back", "[tile]") {
    struct Row {
        Tile tile;
        const char* path;
    };
    const auto row = GENERATE(values<Row>({
        {{kHashes, 0, 0, 256}, "tile/0/000"},
        {{kHashes, 0, 999, 256}, "tile/0/999"},
        {{kHashes, 1, 1000, 256}, "tile/1/x001/000"},
        {{kHashes, 2, 1234067, 256}, "tile/2/x001/x234/067"},
        {{kHashes, 63, 5, 1}, "tile/63/005.p/1"},
        {{kHashes, 0, 273, 112}, "tile/0/273.p/112"},
        {{kHashes, 0, 1000, 255}, "tile/0/x001/000.p/255"},
        {{kEntries, 0, 0, 256}, "tile/entries/000"},
        {{kEntries, 0, 1234067, 7}, "tile/entries/x001/x234/067.p/7"},
        {{kHashes, 0, (std::uint64_t{1} << 56) - 1, 256}, "tile/0/x072/x057/x594/x037/x927/935"},
    }));
    CAPTURE(row.path);
    REQUIRE(to_path(row.tile) == row.path);
    const auto parsed = parse_tile_path(row.path);
    REQUIRE_OK(parsed);
    REQUIRE(*parsed == row.tile);
}

TEST_CASE("a tile has one path only", "[tile]") {
    const auto path = GENERATE(values<const char*>({
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/x/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/ 00",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x001/x000",
        "tile/0/001/000",
        "tile/0/X001/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000/",
        "tile/0/000/..",
        "/tile/0/000",
        "tile//000",
        "tile/entries",
        "tile/entries/x",
        "tile/Entries/000",
        "tile/0/x072/x057/x594/x037/x927/936",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x018/x446/x744/x073/x709/x551/616",  // 2^64
    }));
    CAPTURE(path);
    REQUIRE_REFUSED(parse_tile_path(path), "not a tile path");
}

TEST_CASE("tiles of a tree are as wide as the tree fills them", "[tile]") {
    struct Row {
        std::uint64_t size;
        unsigned level;
        std::uint64_t index;
        std::uint64_t width;
    };
    const auto row = GENERATE(values<Row>({
        {0, 0, 0, 0},
        {1, 0, 0, 1},
        {255, 0, 0, 255},
        {256, 0, 0, 256},
        {256, 0, 1, 0},
        {256, 1, 0, 1},
        {256, 2, 0, 0},
        {70000, 0, 272, 256},
        {70000, 0, 273, 112},
        {70000, 0, 274, 0},
        {70000, 1, 0, 256},
        {70000, 1, 1, 17},
        {70000, 2, 0, 1},
        {70000, 3, 0, 0},
        {~std::uint64_t{0}, 7, 0, 255},
        {~std::uint64_t{0}, 8, 0, 0},
        {~std::uint64_t{0}, 63, 0, 0},
        {~std::uint64_t{0}, 0, (std::uint64_t{1} << 56) - 1, 255},
        {5, 0, ~std::uint64_t{0}, 0},
    }));
    CAPTURE(row.size, row.level, row.index);
    REQUIRE(tile_of_tree(kHashes, row.level, row.index, row.size).width == row.width);
    for (const std::uint64_t width : {1u, 112u, 255u, 256u}) {
        CAPTURE(width);
        REQUIRE(is_covered({kHashes, row.level, row.index, width}, row.size) ==
                (width <= row.width));
    }
}

TEST_CASE("hash tiles have exactly their width", "[tile]") {
    const auto three = hashes(3);
    const Buffer bytes = encode_hash_tile(three);
    REQUIRE(parse_hash_tile(bytes, 3).value() == three);
    const auto refused = [](Bytes tile, std::uint64_t width) {
        REQUIRE_REFUSED(parse_hash_tile(tile, width), "hash tile has the wrong size");
    };
    refused(bytes, 2);
    refused(bytes, 4);
    refused(Bytes(bytes).first(95), 3);
    refused(encode_hash_tile(hashes(257)), 257);
}

TEST_CASE("entry bundles have exactly their entries", "[tile]") {
    const std::vector<Buffer> entries{to_buffer("one"), {}, Buffer(65'535, 7)};
    const Buffer bytes = encode_entry_bundle(entries).value();
    REQUIRE(bytes.size() == 6 + 3 + 65'535);
    REQUIRE(parse_entry_bundle(bytes, 3).value() == entries);
    REQUIRE_FAULT(parse_entry_bundle(bytes, 2), Fault::Malformed);
    REQUIRE_FAULT(parse_entry_bundle(bytes, 4), Fault::Malformed);
    REQUIRE_FAULT(parse_entry_bundle(Bytes(bytes).first(bytes.size() - 1), 3), Fault::Malformed);
    REQUIRE_REFUSED(parse_entry_bundle(bytes, 257), "entry bundle is too large");
    REQUIRE_FAULT(encode_entry_bundle({Buffer(65'536)}), Fault::Malformed);
}

TEST_CASE("a partial tile is the start of a wider one", "[tile]") {
    const auto all = hashes(256);
    const Buffer full = encode_hash_tile(all);
    REQUIRE(cut_tile(kHashes, full, 5).value() == encode_hash_tile(std::span(all).first(5)));
    REQUIRE_FAULT(cut_tile(kHashes, Bytes(full).first(100), 4), Fault::Malformed);

    std::vector<Buffer> entries;
    for (int i = 0; i < 256; ++i) entries.push_back(to_buffer(std::to_string(i)));
    const Buffer bundle = encode_entry_bundle(entries).value();
    entries.resize(17);
    REQUIRE(cut_tile(kEntries, bundle, 17).value() == encode_entry_bundle(entries).value());
    REQUIRE_FAULT(cut_tile(kEntries, Bytes(bundle).first(100), 100), Fault::Malformed);
}
