// The proofs of RFC 9162 section 2.1, made from the hashes of perfect subtrees, wherever those are
// kept: in memory (live_tree.h) or in tiles (prover.h).
#pragma once

#include "core/result.h"
#include "verify/merkle.h"

namespace boltseal {

class TreeNodes {
public:
    virtual ~TreeNodes() = default;

    // The root of the leaves [index * 2^height, (index + 1) * 2^height), all of which there are.
    virtual Result<TreeHash> subtree(unsigned height, std::uint64_t index) = 0;
};

// MTH(D[begin:end]), RFC 9162 section 2.1.1, for ranges that start at a multiple of the largest
// power of two in them: all that proofs ask for.
Result<TreeHash> range_root(TreeNodes& nodes, std::uint64_t begin, std::uint64_t end);

// Of the leaf at index m in the tree of n leaves; Missing if it has no such leaf.
Result<InclusionProof> make_inclusion_proof(TreeNodes& nodes, std::uint64_t m, std::uint64_t n);

// From the tree of m leaves to that of n; Missing if m is larger.
Result<ConsistencyProof> make_consistency_proof(TreeNodes& nodes, std::uint64_t m, std::uint64_t n);

}  // namespace boltseal
