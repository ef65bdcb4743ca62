// Verifies an image by what is attached to it, and what was found by asking its logs.
#pragma once

#include "cli/deliver.h"
#include "cli/log_options.h"
#include "cli/target.h"

namespace boltseal {

// A log that shows another history than before, or does not answer when it is to be asked; nothing
// if that is not so, or if nothing is proved.
std::optional<Setback> ask_logs(const Search& search, const Policy& policy,
                                const LogOptions& options, Transport& transport, Streams streams);

// The image that `selector` leads to. `named` is what the user called it, where it leads nowhere.
struct ImageToHear {
    ImageTarget& image;
    Result<ResolvedManifest> manifest;
    std::string named;
};
Hearing hear_image(const ImageToHear& target, TrustMaterial trust, const Policy& policy,
                   const LogOptions& log, KeepEvidence keep, Transport& transport, Streams streams);

}  // namespace boltseal
