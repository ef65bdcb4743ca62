// How a log is taken up as the last process has left it. specs/log-storage.md#recovery
#pragma once

#include "transparency/log_tail.h"
#include "transparency/publication.h"

namespace boltseal {

// What a journal has brought into a log.
struct TakenUp {
    std::uint64_t size = 0;    // of the log
    std::uint64_t stored = 0;  // so many are in durable tiles at least; a multiple of 256
};

// Fills `log` with what the journal has, behind the full tiles of its store. `at` is told of every
// size that the journal comes by, when the log has it. Nothing is compared with anything signed.
Result<TakenUp> fill(Journal& journal, LogTail& log, const std::function<void(std::uint64_t)>& at);

// Fills `log` with what the journal has, behind the full tiles of its store. Returns how many
// entries are in durable tiles at least, a multiple of 256. Integrity unless it had the signed head
// at its size; it may have more entries, which were durable and not signed yet.
Result<std::uint64_t> take_up(Journal& journal, LogTail& log, const TreeHead& signed_head);

// The published copy lags behind the signed head, never the other way round: Integrity if it is of
// the same key and has more entries.
Result<void> check_not_rolled_back(Publication& publication, const VerifiedCheckpoint& newest,
                                   const NoteKey& key);

}  // namespace boltseal
