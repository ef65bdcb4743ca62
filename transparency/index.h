// Which entries a log has: the leaf hash of each, and where it stands first. Kept in memory and
// rebuilt from the log; nothing is decided by it that the log's tiles do not prove.
#pragma once

#include "transparency/storage.h"
#include "verify/merkle.h"

#include <map>
#include <optional>

namespace boltseal {

class LeafIndex {
public:
    LeafIndex() = default;

    // Reads every entry of the log. Integrity unless they hash to the head's root.
    static Result<LeafIndex> rebuild(ObjectStore& store, const TreeHead& head);

    std::optional<std::uint64_t> find(const TreeHash& leaf) const;
    void add(const TreeHash& leaf, std::uint64_t index);  // the first index of a leaf stays

private:
    std::map<TreeHash, std::uint64_t> leaves_;  // no hash table: clients choose the hashes
};

}  // namespace boltseal
