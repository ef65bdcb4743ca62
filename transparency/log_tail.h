// The newest part of a log, in memory: the hashes and entries that are not in durable tiles yet, in
// front of the store that has all the others. One thread appends; everything may be read from many
// threads at the same time.
#pragma once

#include "transparency/batch_proof.h"
#include "transparency/live_tree.h"
#include "transparency/prover.h"

#include <map>
#include <mutex>

namespace boltseal {

// Writes one entry behind the others of an entry bundle. REQUIRES: at most kMaxEntrySize bytes
void append_to_bundle(Buffer& bundle, Bytes entry);

class LogTail : public TileSource {
public:
    explicit LogTail(ObjectStore& store) : store_(store) {}  // of the empty log

    // Goes back to the tree of `size` leaves, a multiple of 256, which has full tiles only. What it
    // has read is proved by nothing until head() is compared.
    Result<void> load(std::uint64_t size);

    // REQUIRES: leaf is the hash of entry, which is at most kMaxEntrySize bytes
    void append(Bytes entry, const TreeHash& leaf);

    TreeHead head() const;
    std::size_t bytes() const;  // of entries that are held

    // From memory, or else from the store; partial tiles are cut from what there is.
    Result<Buffer> get(const Tile& tile) override;

    // Proofs in the tree with this head, which must be one that the log has had. From memory for
    // the newest leaves, else through tiles that are checked against the head.
    Result<InclusionProof> prove_inclusion(std::uint64_t m, const TreeHead& head);
    Result<ConsistencyProof> prove_consistency(std::uint64_t m, const TreeHead& head);
    Result<BatchProof> prove_batch(std::span<const std::uint64_t> indexes, const TreeHead& head);

    // Every tile and bundle that became full while the tree grew from `begin` to `end` leaves, both
    // multiples of 256 that were not forgotten.
    std::vector<StoredObject> full_tiles(std::uint64_t begin, std::uint64_t end) const;

    // Lets go of what lies below `size`, because the store has it.
    void forget(std::uint64_t size);

private:
    std::optional<Buffer> find(const Tile& tile) const;

    ObjectStore& store_;
    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    LiveTree tree_;
    std::map<std::uint64_t, Buffer> bundles_;
    std::size_t bytes_ = 0;
};

}  // namespace boltseal
