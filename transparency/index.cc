#include "transparency/index.h"

namespace boltseal {

namespace {

// How many tiles one prover reads: it keeps them all.
constexpr std::uint64_t kTilesAtOnce = 256;

}  // namespace

Result<std::optional<std::uint64_t>> MemoryLeafIndex::look_up(const TreeHash& leaf) const {
    const std::lock_guard guard(mutex_);
    const auto found = leaves_.find(leaf);
    if (found == leaves_.end()) return std::optional<std::uint64_t>();
    return std::optional(found->second);
}

Result<void> MemoryLeafIndex::add(const TreeHash& leaf, std::uint64_t index) {
    const std::lock_guard guard(mutex_);
    leaves_.emplace(leaf, index);
    return {};
}

Result<void> MemoryLeafIndex::clear() {
    const std::lock_guard guard(mutex_);
    leaves_.clear();
    return {};
}

Result<bool> is_prefix(const TreeHead& older, LogTail& log, const TreeHead& head) {
    if (older.size > head.size) return false;
    BOLTSEAL_TRY(const TreeHead had, Prover(log, head).head_at(older.size));
    return had == older;
}

Result<void> reconcile(LeafIndex& index, LogTail& log, const TreeHead& head) {
    BOLTSEAL_TRY(const bool fits, is_prefix(index.kept(), log, head));
    if (!fits) BOLTSEAL_CHECK(index.clear());
    std::uint64_t next = index.kept().size;
    while (next < head.size) {
        Prover prover(log, head);
        for (std::uint64_t n = 0; n < kTilesAtOnce && next < head.size; ++n) {
            BOLTSEAL_TRY(const std::vector<TreeHash> leaves, prover.leaves(next / kTileWidth));
            for (std::uint64_t i = next % kTileWidth; i < leaves.size(); ++i) {
                BOLTSEAL_TRY(const auto known, index.find(leaves[i]));
                if (!known) BOLTSEAL_CHECK(index.add(leaves[i], next));
                ++next;
            }
        }
        BOLTSEAL_TRY(const TreeHead so_far, prover.head_at(next));
        BOLTSEAL_CHECK(index.settle(so_far));
    }
    return {};
}

}  // namespace boltseal
