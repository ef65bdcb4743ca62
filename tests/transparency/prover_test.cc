#include "transparency/prover.h"

#include "tests/check.h"
#include "tests/support/memory_store.h"
#include "tests/support/reference_tree.h"
#include "transparency/live_tree.h"

using namespace boltseal;

namespace {

// A log of numbered entries, with the partial tiles of every size it is asked for.
struct NumberedLog {
    test::MemoryStore store;
    LiveTree tree;
    std::vector<TreeHash> leaves;

    void grow_to(std::size_t size) {
        const std::size_t before = leaves.size();
        while (leaves.size() < size) {
            leaves.push_back(hash_leaf(as_bytes(std::to_string(leaves.size()))));
            tree.append(leaves.back());
        }
        for (unsigned level = 0; level <= kMaxTreeTileLevel; ++level) {
            const std::uint64_t end = hashes_at(level, size) / kTileWidth;
            for (std::uint64_t n = hashes_at(level, before) / kTileWidth; n <= end; ++n) {
                const Tile tile = tile_of_tree(Tile::Kind::Hashes, level, n, size);
                if (tile.width == 0) continue;
                REQUIRE_OK(store.put({{to_path(tile), tree.tile(tile).value()}}));
            }
        }
    }
};

// One assertion for each of 45,000 pairs would take longer than the proofs.
bool same_proofs(Prover& prover, test::ReferenceTree& reference, std::size_t m, std::size_t size) {
    const auto consistency = prover.prove_consistency(m);
    const auto head = prover.head_at(m);
    if (!consistency || consistency->path != reference.proof(m, size)) return false;
    if (!head || *head != reference.head(m)) return false;
    if (m == size) return true;
    const auto inclusion = prover.prove_inclusion(m);
    return inclusion && inclusion->index == m && inclusion->path == reference.path(m, size);
}

}  // namespace

TEST_CASE("proofs from tiles are the ones the RFC defines", "[prover]") {
    NumberedLog log;
    log.grow_to(300);
    test::ReferenceTree reference(log.leaves);
    NumberedLog growing;
    StoredTiles tiles(growing.store);
    for (std::size_t size = 1; size <= 300; ++size) {
        growing.grow_to(size);
        Prover prover(tiles, reference.head(size));
        REQUIRE(growing.tree.head() == reference.head(size));
        for (std::size_t m = 0; m <= size; ++m) {
            if (!same_proofs(prover, reference, m, size)) FAIL(m << " of " << size);
        }
    }
}

TEST_CASE("proofs across the borders of tiles and of tile levels", "[prover]") {
    NumberedLog log;
    const std::vector<std::size_t> sizes{1,      255,    256,    257,    511,    512,
                                         65'279, 65'280, 65'535, 65'536, 65'537, 66'048};
    for (const std::size_t size : sizes) log.grow_to(size);
    test::ReferenceTree reference(log.leaves);
    StoredTiles tiles(log.store);
    for (const std::size_t size : sizes) {
        Prover prover(tiles, reference.head(size));
        for (const std::size_t m : sizes) {
            if (m > size) break;
            CAPTURE(m, size);
            REQUIRE(prover.prove_inclusion(m - 1).value().path == reference.path(m - 1, size));
            REQUIRE(prover.prove_consistency(m).value().path == reference.proof(m, size));
            REQUIRE(prover.head_at(m).value() == reference.head(m));
        }
    }
}

TEST_CASE("what is beyond the tree cannot be proved", "[prover]") {
    NumberedLog log;
    log.grow_to(5);
    StoredTiles tiles(log.store);
    Prover prover(tiles, log.tree.head());
    REQUIRE_REFUSED(prover.prove_inclusion(5), "leaf index is beyond the tree");
    REQUIRE_REFUSED(prover.leaf(5), "leaf index is beyond the tree");
    REQUIRE_REFUSED(prover.prove_consistency(6), "size is beyond the tree");
    REQUIRE_REFUSED(prover.head_at(6), "size is beyond the tree");
}

TEST_CASE("no hash of a tile is used that does not lead to the head", "[prover]") {
    NumberedLog log;
    log.grow_to(256 * 256 + 256 + 3);
    const TreeHead head = log.tree.head();
    // All tiles that the proof of leaf 0 reads: the edge and the way up from the first.
    const auto path = GENERATE(values<const char*>(
        {"tile/0/000", "tile/1/000", "tile/0/257.p/3", "tile/1/001.p/1", "tile/2/000.p/1"}));
    CAPTURE(path);
    Buffer& tile = log.store.objects.at(path);
    tile[GENERATE(std::size_t{0}, std::size_t{31})] ^= 1;
    StoredTiles tiles(log.store);
    Prover prover(tiles, head);
    REQUIRE_FAULT(prover.prove_inclusion(0), Fault::Integrity);
    REQUIRE_REFUSED(prover.prove_inclusion(0), "tiles do not hash to the root of the checkpoint");
}

TEST_CASE("a partial tile that is gone is cut from the full one", "[prover]") {
    NumberedLog log;
    log.grow_to(3);
    const TreeHead older = log.tree.head();
    log.grow_to(300);
    REQUIRE(log.store.objects.erase("tile/0/000.p/3") == 1);
    StoredTiles tiles(log.store);
    REQUIRE_OK(Prover(tiles, older).prove_inclusion(2));
    log.store.objects.erase("tile/0/000");
    REQUIRE_FAULT(Prover(tiles, older).prove_inclusion(2), Fault::Missing);
}
