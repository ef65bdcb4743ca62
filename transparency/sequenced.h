// What those who submit entries are told.
#pragma once

#include "verify/checkpoint.h"

#include <functional>
#include <memory>
#include <vector>

namespace boltseal {

struct Place {
    std::uint64_t index = 0;
    bool is_new = false;  // false: the same bytes were in the log before
};

// Entries that are durable, and in the tree of this published checkpoint, in the order in which
// they were submitted. Whoever answers them shares the checkpoint, until it has been sent.
struct Sequenced {
    std::vector<Place> places;
    std::shared_ptr<const VerifiedCheckpoint> checkpoint;
};

// Called once, from a thread of the sequencer: it must not wait for anything, and not throw.
using WhenSequenced = std::function<void(Result<Sequenced>)>;

}  // namespace boltseal
