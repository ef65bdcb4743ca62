// Which entries a log has: the leaf hash of each, and where it stands first. Made from the log's
// tiles again whenever it does not fit them; nothing is decided by it that they do not prove.
#pragma once

#include "transparency/log_tail.h"

#include <map>
#include <mutex>
#include <optional>

namespace boltseal {

// One thread uses it, but for look_up.
class LeafIndex {
public:
    virtual ~LeafIndex() = default;

    virtual Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) = 0;

    // From any thread, and at any time: what was added last may not be in a signed tree yet.
    virtual Result<std::optional<std::uint64_t>> look_up(const TreeHash& leaf) const = 0;

    // Leaves are added in the order of the log, each once.
    virtual Result<void> add(const TreeHash& leaf, std::uint64_t index) = 0;

    // All that was added is in the log, which has this head.
    virtual Result<void> settle(const TreeHead& head) = 0;

    // The last head that was settled and is kept for the next process.
    virtual TreeHead kept() const = 0;

    virtual Result<void> clear() = 0;
};

// In memory, kept for nobody.
class MemoryLeafIndex : public LeafIndex {
public:
    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) override {
        return look_up(leaf);
    }
    Result<std::optional<std::uint64_t>> look_up(const TreeHash& leaf) const override;
    Result<void> add(const TreeHash& leaf, std::uint64_t index) override;
    Result<void> settle(const TreeHead&) override { return {}; }
    TreeHead kept() const override { return {0, hash_empty()}; }
    Result<void> clear() override;

private:
    mutable std::mutex mutex_;                  // guards the leaves
    std::map<TreeHash, std::uint64_t> leaves_;  // no hash table: clients choose the hashes
};

// True if the log has had this head on its way to the other.
Result<bool> is_prefix(const TreeHead& older, LogTail& log, const TreeHead& head);

// Adds what the log has and the index lacks; clears it first if it is of another log. Integrity if
// the log's tiles do not hash to the head.
Result<void> reconcile(LeafIndex& index, LogTail& log, const TreeHead& head);

}  // namespace boltseal
