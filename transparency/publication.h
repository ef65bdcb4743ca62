// How a signed checkpoint gets to readers.
#pragma once

#include "verify/checkpoint.h"

#include <optional>
#include <string>

namespace boltseal {

class Publication {
public:
    virtual ~Publication() = default;

    // What was published last, perhaps by an earlier process, as the exact note; nothing if never.
    virtual Result<std::optional<std::string>> last() = 0;

    // Shows the checkpoint to readers, and returns it as they will see it: it may have waited for
    // cosignatures and carry them. Entries are answered only then. Called from one thread at a
    // time, with heads that grow.
    virtual Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) = 0;

    // Called twice a second and at the end, from another thread: whatever was put off is done.
    virtual Result<void> settle() { return {}; }
};

}  // namespace boltseal
