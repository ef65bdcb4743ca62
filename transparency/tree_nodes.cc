#include "transparency/tree_nodes.h"

#include <algorithm>
#include <bit>

namespace boltseal {

Result<TreeHash> range_root(TreeNodes& nodes, std::uint64_t begin, std::uint64_t end) {
    std::vector<TreeHash> roots;
    for (std::uint64_t rest = end - begin; rest != 0; rest = end - begin) {
        const auto height = static_cast<unsigned>(std::bit_width(rest) - 1);
        BOLTSEAL_TRY(const TreeHash root, nodes.subtree(height, begin >> height));
        roots.push_back(root);
        begin += std::uint64_t{1} << height;
    }
    if (roots.empty()) return hash_empty();
    TreeHash hash = roots.back();
    for (auto it = roots.rbegin() + 1; it != roots.rend(); ++it) hash = hash_children(*it, hash);
    return hash;
}

// PATH(m, D[n]), RFC 9162 section 2.1.3.1, walked from the root down and turned round.
Result<InclusionProof> make_inclusion_proof(TreeNodes& nodes, std::uint64_t m, std::uint64_t n) {
    if (m >= n) return Error(Fault::Missing, "leaf index is beyond the tree");
    InclusionProof proof{m, {}};
    std::uint64_t begin = 0;
    std::uint64_t end = n;
    while (end - begin > 1) {
        const std::uint64_t k = begin + std::bit_floor(end - begin - 1);
        BOLTSEAL_TRY(const TreeHash sibling,
                     m < k ? range_root(nodes, k, end) : range_root(nodes, begin, k));
        proof.path.push_back(sibling);
        (m < k ? end : begin) = k;
    }
    std::ranges::reverse(proof.path);
    return proof;
}

// PROOF(m, D[n]), RFC 9162 section 2.1.4.1, in the same way.
Result<ConsistencyProof> make_consistency_proof(TreeNodes& nodes, std::uint64_t m,
                                                std::uint64_t n) {
    if (m > n) return Error(Fault::Missing, "size is beyond the tree");
    ConsistencyProof proof;
    if (m == 0 || m == n) return proof;
    std::uint64_t begin = 0;
    std::uint64_t end = n;
    while (m != end) {
        const std::uint64_t k = begin + std::bit_floor(end - begin - 1);
        BOLTSEAL_TRY(const TreeHash sibling,
                     m <= k ? range_root(nodes, k, end) : range_root(nodes, begin, k));
        proof.path.push_back(sibling);
        (m <= k ? end : begin) = k;
    }
    if (begin != 0) {  // otherwise the verifier has this hash: it is the older root
        BOLTSEAL_TRY(const TreeHash hash, range_root(nodes, begin, end));
        proof.path.push_back(hash);
    }
    std::ranges::reverse(proof.path);
    return proof;
}

}  // namespace boltseal
