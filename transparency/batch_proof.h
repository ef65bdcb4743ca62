// One proof that many entries are in a tree: the hashes that are missing to compute the root from
// their leaves, and no others. Inclusion proofs of each can be made from it. specs/log-api.md#batch
#pragma once

#include "transparency/tree_nodes.h"

namespace boltseal {

// A walk from the root down, left before right: the root of every subtree that has none of the
// leaves. Where it does not go: into subtrees that have only them.
struct BatchProof {
    std::vector<TreeHash> hashes;
    bool operator==(const BatchProof&) const = default;
};

struct ProvedLeaf {
    std::uint64_t index = 0;
    TreeHash leaf;
};

// In the tree of n leaves. Missing beyond it. REQUIRES: indexes ascend, and none is there twice
Result<BatchProof> make_batch_proof(TreeNodes& nodes, std::span<const std::uint64_t> indexes,
                                    std::uint64_t n);

// The inclusion proof of each leaf, in the same order. Untrusted unless every hash in the proof was
// needed and they all lead to the head; Malformed unless the leaves ascend.
Result<std::vector<InclusionProof>> check_batch_proof(std::span<const ProvedLeaf> leaves,
                                                      const BatchProof& proof,
                                                      const TreeHead& head);

}  // namespace boltseal
