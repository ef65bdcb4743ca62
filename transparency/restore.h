// Brings a log's folder that comes from a copy up to what others have seen of the log, so that it
// can go on without a fork. specs/operations.md#restore
#pragma once

#include "transparency/prover.h"
#include "transparency/sequencer.h"

namespace boltseal {

// Untrusted if what the copy has, signed or not, is not the beginning of the tree that the mirror
// shows, or the other way round.
Result<void> check_same_history(LogTail& copy, TileSource& mirror, const TreeHead& shown);

// Appends the entries that the mirror has and the log has not, each hashed up to `shown`; returns
// how many. What was appended before an error stays, and need not be appended again.
// REQUIRES: check_same_history has passed, and nobody else appends.
Result<std::uint64_t> append_missing(Sequencer& log, TileSource& mirror, const TreeHead& shown);

}  // namespace boltseal
