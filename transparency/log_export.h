// A log as a folder that any web server can serve, or an object store can have: checkpoint, tiles
// and entry bundles, those of the checkpoint's size among them. c2sp.org/tlog-tiles
//
// Nothing is written that was not hashed up to the signed checkpoint, and this comes last: whoever
// reads the folder at any moment, also after power loss, finds all that the checkpoint covers.
#pragma once

#include "transparency/prover.h"
#include "verify/checkpoint.h"

#include <filesystem>
#include <functional>

namespace boltseal {

struct Exported {
    std::uint64_t before = 0;  // entries that the folder had
    std::uint64_t size = 0;    // that it has now
};

// Brings the folder, which is made if it is not there, up to a checkpoint by `key`. What it had is
// not read again. `progress` is told how far it has come, now and then.
//
// Untrusted, and nothing is changed, if the folder has more entries already, another history, or a
// checkpoint that is not by `key`. Integrity if the tiles do not hash to the checkpoint. Declined
// while another process does the same.
Result<Exported> export_log(TileSource& log, const VerifiedCheckpoint& checkpoint,
                            const NoteKey& key, const std::filesystem::path& folder,
                            const std::function<void(std::uint64_t)>& progress = {});

}  // namespace boltseal
