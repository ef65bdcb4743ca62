// Grows a Merkle tree while remembering only its right edge.
#pragma once

#include "core/result.h"
#include "verify/merkle.h"

#include <vector>

namespace boltseal {

// The edge holds one root for each perfect subtree the tree is made of, largest first: a tree of
// 13 = 8 + 4 + 1 leaves has three. It is all a log must load to go on appending.
class TreeBuilder {
public:
    TreeBuilder() = default;
    static Result<TreeBuilder> resume(std::uint64_t size, std::vector<TreeHash> edge);

    void append(const TreeHash& leaf);

    std::uint64_t size() const { return size_; }
    TreeHead head() const;
    const std::vector<TreeHash>& edge() const { return edge_; }

private:
    std::uint64_t size_ = 0;
    std::vector<TreeHash> edge_;
};

}  // namespace boltseal
