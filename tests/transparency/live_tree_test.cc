#include "transparency/live_tree.h"

#include "tests/check.h"
#include "tests/support/memory_store.h"
#include "tests/support/reference_tree.h"
#include "transparency/log_tail.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

std::vector<TreeHash> numbered_leaves(std::size_t count) {
    std::vector<TreeHash> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        leaves.push_back(hash_leaf(as_bytes(std::to_string(i))));
    }
    return leaves;
}

void append_numbered(LogTail& log, std::uint64_t end) {
    for (std::uint64_t i = log.head().size; i < end; ++i) {
        const std::string entry = std::to_string(i);
        log.append(as_bytes(entry), hash_leaf(as_bytes(entry)));
    }
}

}  // namespace

TEST_CASE("a live tree has the heads and proofs of the reference", "[live_tree]") {
    ReferenceTree reference(numbered_leaves(600));
    LiveTree tree;
    for (std::size_t n = 0; n <= 600; ++n) {
        if (tree.head() != reference.head(n)) FAIL("head of " << n);
        if (n % 7 == 0 || n % 256 < 2) {
            for (std::size_t m = 0; m <= n; ++m) {
                const auto consistency = make_consistency_proof(tree, m, n);
                if (!consistency || consistency->path != reference.proof(m, n)) {
                    FAIL("consistency of " << m << " and " << n);
                }
                if (m == n) break;
                const auto inclusion = make_inclusion_proof(tree, m, n);
                if (!inclusion || inclusion->path != reference.path(m, n)) {
                    FAIL("inclusion of " << m << " in " << n);
                }
            }
        }
        if (n < 600) tree.append(hash_leaf(as_bytes(std::to_string(n))));
    }
    REQUIRE_REFUSED(make_inclusion_proof(tree, 600, 600), "leaf index is beyond the tree");
    REQUIRE_REFUSED(make_consistency_proof(tree, 601, 600), "size is beyond the tree");
}

TEST_CASE("proofs of an earlier size are read off a tree that has grown", "[live_tree]") {
    ReferenceTree reference(numbered_leaves(1000));
    LiveTree tree;
    for (const TreeHash& leaf : numbered_leaves(1000)) tree.append(leaf);
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 255, 256, 257, 511, 999}) {
        CAPTURE(n);
        REQUIRE(make_inclusion_proof(tree, n / 2, n).value().path == reference.path(n / 2, n));
        REQUIRE(make_consistency_proof(tree, n / 2, n).value().path == reference.proof(n / 2, n));
    }
}

TEST_CASE("what a live tree has forgotten is missing, and what is new is not", "[live_tree]") {
    const auto leaves = numbered_leaves(1100);
    ReferenceTree reference(leaves);
    LiveTree tree;
    for (const TreeHash& leaf : leaves) tree.append(leaf);
    const Tile first{Tile::Kind::Hashes, 0, 0, kTileWidth};
    REQUIRE(tree.tile(first) == encode_hash_tile(std::span(leaves).first(256)));
    tree.forget(1000);
    REQUIRE_FALSE(tree.tile(first).has_value());
    REQUIRE_FAULT(make_inclusion_proof(tree, 300, 1100), Fault::Missing);
    REQUIRE(make_inclusion_proof(tree, 800, 1100).value().path == reference.path(800, 1100));
    REQUIRE(make_consistency_proof(tree, 1000, 1100).value().path == reference.proof(1000, 1100));
    REQUIRE(tree.head() == reference.head(1100));
    REQUIRE_FALSE(tree.tile({Tile::Kind::Hashes, 0, 4, 77}).has_value());  // there are 76
    REQUIRE(tree.tile({Tile::Kind::Hashes, 0, 4, 76}) ==
            encode_hash_tile(std::span(leaves).subspan(1024)));
}

TEST_CASE("a live tree goes on from its unfinished tiles", "[live_tree]") {
    ReferenceTree reference(numbered_leaves(900));
    const auto leaves = numbered_leaves(900);
    LiveTree::Unfinished unfinished;
    for (std::size_t i = 768; i < 800; ++i) unfinished[0].push_back(leaves[i]);
    for (std::size_t i = 0; i < 3; ++i) {
        unfinished[1].push_back(reference.mth(i * 256, i * 256 + 256));
    }
    auto tree = LiveTree::resume(800, unfinished);
    REQUIRE_OK(tree);
    REQUIRE(tree->head() == reference.head(800));
    for (std::size_t i = 800; i < 900; ++i) tree->append(leaves[i]);
    REQUIRE(tree->head() == reference.head(900));
    REQUIRE(make_consistency_proof(*tree, 800, 900).value().path == reference.proof(800, 900));

    unfinished[1].pop_back();
    REQUIRE_REFUSED(LiveTree::resume(800, unfinished), "unfinished tiles do not fit the tree size");
}

TEST_CASE("the tail of a log is loaded from full tiles, whatever their levels", "[log_tail]") {
    MemoryStore store;
    LogTail log(store);
    std::uint64_t stored = 0;
    for (const std::uint64_t size :
         std::initializer_list<std::uint64_t>{0, 256, 512, 65'280, 65'536, 66'048}) {
        CAPTURE(size);
        append_numbered(log, size);
        REQUIRE_OK(store.put(log.full_tiles(stored, size)));
        stored = size;
        LogTail again(store);
        REQUIRE_OK(again.load(size));
        REQUIRE(again.head() == log.head());
        append_numbered(again, size + 10);
        REQUIRE_OK(check_consistency(log.head(), again.head(),
                                     *again.prove_consistency(size, again.head())));
    }
    REQUIRE(store.objects.size() == 258 + 258 + 1);  // bundles, tiles of two levels
}

TEST_CASE("tiles and proofs come from memory or from the store alike", "[log_tail]") {
    MemoryStore store;
    LogTail kept(store);
    append_numbered(kept, 20'000);
    LogTail log(store);
    append_numbered(log, 20'000);
    REQUIRE_OK(store.put(log.full_tiles(0, 19'968)));
    log.forget(19'968);
    REQUIRE(log.bytes() == 32 * 7);  // the unfinished bundle
    for (const Tile& tile : std::initializer_list<Tile>{{Tile::Kind::Entries, 0, 3, 256},
                                                        {Tile::Kind::Entries, 0, 3, 5},
                                                        {Tile::Kind::Entries, 0, 78, 32},
                                                        {Tile::Kind::Hashes, 0, 0, 256},
                                                        {Tile::Kind::Hashes, 0, 0, 1},
                                                        {Tile::Kind::Hashes, 1, 0, 78}}) {
        CAPTURE(to_path(tile));
        REQUIRE(log.get(tile).value() == kept.get(tile).value());
    }
    REQUIRE_FAULT(log.get({Tile::Kind::Hashes, 0, 78, 33}), Fault::Missing);
    for (const std::uint64_t m : std::initializer_list<std::uint64_t>{0, 255, 10'000, 19'999}) {
        CAPTURE(m);
        REQUIRE(log.prove_inclusion(m, log.head()).value().path ==
                kept.prove_inclusion(m, kept.head()).value().path);
        REQUIRE(log.prove_consistency(m, log.head()).value().path ==
                kept.prove_consistency(m, kept.head()).value().path);
    }
    REQUIRE_REFUSED(log.prove_inclusion(20'000, log.head()), "leaf index is beyond the tree");
}
