#include "transparency/batch_proof.h"

#include <algorithm>
#include <bit>

namespace boltseal {

namespace {

std::uint64_t split(std::uint64_t begin, std::uint64_t end) {  // RFC 9162 section 2.1.1
    return begin + std::bit_floor(end - begin - 1);
}

Result<void> collect(TreeNodes& nodes, std::span<const std::uint64_t> indexes, std::uint64_t begin,
                     std::uint64_t end, BatchProof& proof) {
    if (indexes.size() == end - begin) return {};
    if (indexes.empty()) {
        BOLTSEAL_TRY(const TreeHash root, range_root(nodes, begin, end));
        proof.hashes.push_back(root);
        return {};
    }
    const std::uint64_t k = split(begin, end);
    const auto border = std::ranges::lower_bound(indexes, k) - indexes.begin();
    const auto left = static_cast<std::size_t>(border);
    BOLTSEAL_CHECK(collect(nodes, indexes.first(left), begin, k, proof));
    return collect(nodes, indexes.subspan(left), k, end, proof);
}

// Computes roots from below, and on the way back up adds each to the paths of its sibling's leaves.
class Checker {
public:
    Checker(std::span<const ProvedLeaf> leaves, const BatchProof& proof)
        : leaves_(leaves), rest_(proof.hashes) {
        for (const ProvedLeaf& leaf : leaves) proofs_.push_back({leaf.index, {}});
    }

    // Of [begin, end), which has the leaves number `first` to `last`.
    Result<TreeHash> root(std::size_t first, std::size_t last, std::uint64_t begin,
                          std::uint64_t end) {
        if (first == last) {
            if (rest_.empty()) return Error(Fault::Untrusted, "batch proof is too short");
            const TreeHash hash = rest_.front();
            rest_ = rest_.subspan(1);
            return hash;
        }
        if (end - begin == 1) return leaves_[first].leaf;
        const std::uint64_t k = split(begin, end);
        std::size_t middle = first;
        while (middle != last && leaves_[middle].index < k) ++middle;
        BOLTSEAL_TRY(const TreeHash left, root(first, middle, begin, k));
        BOLTSEAL_TRY(const TreeHash right, root(middle, last, k, end));
        for (std::size_t i = first; i < last; ++i) {
            proofs_[i].path.push_back(i < middle ? right : left);
        }
        return hash_children(left, right);
    }

    bool is_used_up() const { return rest_.empty(); }
    std::vector<InclusionProof> take() && { return std::move(proofs_); }

private:
    std::span<const ProvedLeaf> leaves_;
    std::span<const TreeHash> rest_;
    std::vector<InclusionProof> proofs_;
};

}  // namespace

Result<BatchProof> make_batch_proof(TreeNodes& nodes, std::span<const std::uint64_t> indexes,
                                    std::uint64_t n) {
    if (!indexes.empty() && indexes.back() >= n) {
        return Error(Fault::Missing, "leaf index is beyond the tree");
    }
    BatchProof proof;
    if (n != 0) BOLTSEAL_CHECK(collect(nodes, indexes, 0, n, proof));
    return proof;
}

Result<std::vector<InclusionProof>> check_batch_proof(std::span<const ProvedLeaf> leaves,
                                                      const BatchProof& proof,
                                                      const TreeHead& head) {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (i != 0 && leaves[i].index <= leaves[i - 1].index) {
            return Error(Fault::Malformed, "indexes of a batch do not ascend");
        }
    }
    if (leaves.empty()) return Error(Fault::Malformed, "batch without entries");
    if (leaves.back().index >= head.size) {
        return Error(Fault::Untrusted, "leaf index is beyond the tree");
    }
    Checker checker(leaves, proof);
    BOLTSEAL_TRY(const TreeHash root, checker.root(0, leaves.size(), 0, head.size));
    if (!checker.is_used_up()) return Error(Fault::Untrusted, "batch proof is too long");
    if (root != head.root) {
        return Error(Fault::Untrusted, "batch proof does not lead to the root");
    }
    return std::move(checker).take();
}

}  // namespace boltseal
