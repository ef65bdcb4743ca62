// Which entries a log has: the leaf hash of each, and where it stands first. Made from the log's
// tiles again whenever it does not fit them; nothing is decided by it that they do not prove.
#pragma once

#include "transparency/log_tail.h"

#include <map>
#include <optional>

namespace boltseal {

// One thread uses it.
class LeafIndex {
public:
    virtual ~LeafIndex() = default;

    virtual Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) = 0;

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
    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) override;
    Result<void> add(const TreeHash& leaf, std::uint64_t index) override;
    Result<void> settle(const TreeHead&) override { return {}; }
    TreeHead kept() const override { return {0, hash_empty()}; }
    Result<void> clear() override;

private:
    std::map<TreeHash, std::uint64_t> leaves_;  // no hash table: clients choose the hashes
};

// Adds what the log has and the index lacks; clears it first if it is of another log. Integrity if
// the log's tiles do not hash to the head.
Result<void> reconcile(LeafIndex& index, LogTail& log, const TreeHead& head);

}  // namespace boltseal
