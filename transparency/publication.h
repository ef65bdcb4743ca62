// How a signed checkpoint gets to readers.
#pragma once

#include "verify/checkpoint.h"

#include <functional>
#include <optional>
#include <string>

namespace boltseal {

// A consistency proof from the tree of so many entries to this head of the same log.
using ProveConsistency =
    std::function<Result<ConsistencyProof>(std::uint64_t size, const TreeHead& head)>;

class Publication {
public:
    virtual ~Publication() = default;

    // Called once before the first publish, by whoever publishes: for those who have to convince
    // others. Not to be used after publish has returned.
    virtual void proofs_from(ProveConsistency) {}

    // What was published last, perhaps by an earlier process, as the exact note; nothing if never.
    virtual Result<std::optional<std::string>> last() = 0;

    // Shows the checkpoint to readers, and returns it as they will see it: it may have waited for
    // cosignatures and carry them. Entries are answered only then. Called from one thread at a
    // time, with heads that grow. Declined if it could not be shown yet, and nothing is wrong here:
    // the same or a newer head is tried again later. Any other error is the end.
    virtual Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) = 0;

    // Called twice a second and at the end, from another thread: whatever was put off is done.
    virtual Result<void> settle() { return {}; }
};

}  // namespace boltseal
