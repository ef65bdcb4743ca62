// Writes logs of many sizes with their proofs, made by our own code, as JSON into the file that
// BOLTSEAL_PAGE_VECTORS names: for verify_test.mjs. The key is the published one of
// support/test_log.h.
#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/test_log.h"
#include "transparency/prover.h"

#include <cstdlib>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr std::uint64_t kSizes[] = {1, 2, 3, 5, 7, 8, 255, 256, 257, 300, 513, 700};

Json path_of(const std::vector<TreeHash>& path) {
    Json::Array hashes;
    for (const TreeHash& hash : path) hashes.push_back(to_hex(hash.bytes()));
    return hashes;
}

// All tiles and bundles of the tree of this size, by path.
Json tiles_of(LogTail& log, std::uint64_t size) {
    Json tiles = Json::object({});
    const auto add = [&](Tile::Kind kind, unsigned level) {
        for (std::uint64_t n = 0;; ++n) {
            const Tile tile = tile_of_tree(kind, level, n, size);
            if (tile.width == 0) return;
            tiles.append(to_path(tile), to_base64(log.get(tile).value()));
        }
    };
    add(Tile::Kind::Entries, 0);
    for (unsigned level = 0; hashes_at(level, size) > 0; ++level) add(Tile::Kind::Hashes, level);
    return tiles;
}

}  // namespace

TEST_CASE("logs and their proofs are written down", "[page]") {
    const char* const file = std::getenv("BOLTSEAL_PAGE_VECTORS");
    REQUIRE(file != nullptr);
    TestLog log;
    log.restart();
    Json::Array trees;
    std::vector<TreeHead> heads;
    for (const std::uint64_t size : kSizes) {
        while (log.size() < size) REQUIRE_OK(log.append("entry " + std::to_string(log.size())));
        const TreeHead head = log.sequencer->published()->head();
        LogTail& tail = log.sequencer->log();
        Json::Array inclusion;
        for (const std::uint64_t m : {std::uint64_t{0}, size / 2, size - 1}) {
            inclusion.push_back(Json::object(
                {{"index", m}, {"path", path_of(tail.prove_inclusion(m, head)->path)}}));
        }
        Json::Array consistency;
        for (const TreeHead& older : heads) {
            consistency.push_back(
                Json::object({{"size", older.size},
                              {"root", to_hex(older.root.bytes())},
                              {"path", path_of(tail.prove_consistency(older.size, head)->path)}}));
        }
        heads.push_back(head);
        trees.push_back(Json::object({{"size", size},
                                      {"root", to_hex(head.root.bytes())},
                                      {"note", log.sequencer->published()->note()},
                                      {"tiles", tiles_of(tail, size)},
                                      {"inclusion", std::move(inclusion)},
                                      {"consistency", std::move(consistency)}}));
    }
    const Json out = Json::object({{"vkey", std::string(kLogVkey)}, {"trees", std::move(trees)}});
    REQUIRE_OK(write_file(file, as_bytes(to_json(out))));
}
