// How a log that is served has its checkpoints cosigned. specs/witness.md#the-log
#pragma once

#include "cli/command.h"
#include "cli/log_lines.h"
#include "transparency/publication.h"
#include "transparency/witness_client.h"

#include <filesystem>
#include <memory>

namespace boltseal {

struct WitnessingOptions {
    std::filesystem::path policy;
    int seconds = 5;
};

void add_witnessing_options(Command command, WitnessingOptions& options);

// Who asks the witnesses of the policy that was read from these options. Config as there.
Result<WitnessClient> make_witness_client(const WitnessingOptions& options,
                                          const WitnessPolicy& policy, const NoteKey& log,
                                          WitnessClient::Tell tell);

// A publication that shows in `storage` what the witnesses have cosigned, and tells of them;
// nothing if no witness is asked for. `storage` and `lines` must outlive it.
Result<std::unique_ptr<Publication>> ask_witnesses(const WitnessingOptions& options,
                                                   const std::filesystem::path& directory,
                                                   const NoteKey& log, Publication& storage,
                                                   const LogLines& lines);

}  // namespace boltseal
