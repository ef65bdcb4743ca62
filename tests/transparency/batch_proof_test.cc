#include "transparency/batch_proof.h"

#include "tests/check.h"
#include "tests/support/reference_tree.h"
#include "transparency/live_tree.h"

#include <random>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct NumberedTree {
    std::vector<TreeHash> leaves;
    LiveTree tree;

    explicit NumberedTree(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            leaves.push_back(hash_leaf(as_bytes(std::to_string(i))));
            tree.append(leaves.back());
        }
    }
    std::vector<ProvedLeaf> pick(const std::vector<std::uint64_t>& indexes) const {
        std::vector<ProvedLeaf> picked;
        for (const std::uint64_t i : indexes) picked.push_back({i, leaves.at(i)});
        return picked;
    }
};

// Each path is the one that the RFC defines.
bool is_proved(NumberedTree& log, ReferenceTree& reference,
               const std::vector<std::uint64_t>& indexes) {
    const auto proof = make_batch_proof(log.tree, indexes, log.tree.size());
    if (!proof) return false;
    const auto proofs = check_batch_proof(log.pick(indexes), *proof, log.tree.head());
    if (!proofs || proofs->size() != indexes.size()) return false;
    for (std::size_t i = 0; i < indexes.size(); ++i) {
        if ((*proofs)[i].index != indexes[i]) return false;
        if ((*proofs)[i].path != reference.path(indexes[i], log.tree.size())) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("every choice of leaves of small trees is proved", "[batch_proof]") {
    for (std::size_t size = 1; size <= 10; ++size) {
        NumberedTree log(size);
        ReferenceTree reference(log.leaves);
        for (unsigned chosen = 1; chosen < 1U << size; ++chosen) {
            std::vector<std::uint64_t> indexes;
            for (std::uint64_t i = 0; i < size; ++i) {
                if ((chosen >> i & 1) != 0) indexes.push_back(i);
            }
            if (!is_proved(log, reference, indexes)) FAIL(chosen << " of " << size);
        }
    }
}

TEST_CASE("random choices of leaves of larger trees are proved", "[batch_proof]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 40; ++round) {
        NumberedTree log(std::uniform_int_distribution<std::size_t>(1, 1500)(random));
        ReferenceTree reference(log.leaves);
        std::vector<std::uint64_t> indexes;
        const double part = std::uniform_real_distribution<>(0, 1)(random);
        for (std::uint64_t i = 0; i < log.leaves.size(); ++i) {
            if (std::bernoulli_distribution(part)(random)) indexes.push_back(i);
        }
        if (indexes.empty()) continue;
        REQUIRE(is_proved(log, reference, indexes));
    }
}

TEST_CASE("all leaves of a tree need no hash at all", "[batch_proof]") {
    NumberedTree log(77);
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < 77; ++i) all.push_back(i);
    REQUIRE(make_batch_proof(log.tree, all, 77)->hashes.empty());
}

TEST_CASE("batch proofs are refused for the right reason", "[batch_proof]") {
    NumberedTree log(100);
    const std::vector<std::uint64_t> indexes{3, 4, 60};
    const TreeHead head = log.tree.head();
    const BatchProof good = make_batch_proof(log.tree, indexes, 100).value();
    const auto leaves = log.pick(indexes);
    REQUIRE_OK(check_batch_proof(leaves, good, head));

    BatchProof proof = good;
    proof.hashes.pop_back();
    REQUIRE_REFUSED(check_batch_proof(leaves, proof, head), "batch proof is too short");
    proof = good;
    proof.hashes.push_back(hash_empty());
    REQUIRE_REFUSED(check_batch_proof(leaves, proof, head), "batch proof is too long");
    proof = good;
    std::swap(proof.hashes[0], proof.hashes[1]);
    REQUIRE_REFUSED(check_batch_proof(leaves, proof, head),
                    "batch proof does not lead to the root");
    auto other = leaves;
    other[1].leaf = hash_empty();
    REQUIRE_REFUSED(check_batch_proof(other, good, head), "batch proof does not lead to the root");
    other = leaves;
    other[1].index = 5;
    REQUIRE_FAULT(check_batch_proof(other, good, head), Fault::Untrusted);
    other[2].index = 100;
    REQUIRE_REFUSED(check_batch_proof(other, good, head), "leaf index is beyond the tree");
    other[2].index = other[1].index;
    REQUIRE_REFUSED(check_batch_proof(other, good, head), "indexes of a batch do not ascend");
    REQUIRE_REFUSED(check_batch_proof({}, good, head), "batch without entries");
    const std::vector<std::uint64_t> beyond{100};
    REQUIRE_REFUSED(make_batch_proof(log.tree, beyond, 100), "leaf index is beyond the tree");
}
