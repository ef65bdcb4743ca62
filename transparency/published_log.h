// A log in a folder as its readers see it: what is published, from the folder alone. Nothing is
// written and no lock is taken, so a process may be serving it.
#pragma once

#include "transparency/log_tail.h"
#include "transparency/object_folder.h"
#include "verify/checkpoint.h"

namespace boltseal {

struct PublishedLog {
    std::unique_ptr<ObjectFolder> store;  // of full tiles
    std::unique_ptr<LogTail> tiles;       // with all that is not there yet, from the journal
    VerifiedCheckpoint checkpoint;
};

// Missing if there is no log. Whether the tiles hash to the checkpoint is the prover's to say.
Result<PublishedLog> open_published(const std::filesystem::path& directory, const NoteKey& key);

}  // namespace boltseal
