// Carries out a decision by a policy file: reads the policy, looks for evidence, asks the logs.
#pragma once

#include "cli/command.h"
#include "cli/decision.h"
#include "cli/deliver.h"
#include "cli/log_options.h"
#include "cli/target.h"
#include "cli/trust_options.h"

namespace boltseal {

struct PolicyOptions {
    std::filesystem::path file;  // --policy; empty: none
    std::string repository;      // --repository
};
void add_policy_options(Command command, PolicyOptions& options);

// Config if anything else says whom to believe.
Result<void> check_policy_alone(const TrustOptions& trust);

// Looks for evidence, decides, and compares the logs with what they showed before: if one shows
// another history, that is the setback. Config if the policy or an option makes no sense.
Result<DecidedImage> decide_image(ImageTarget& image, const ResolvedManifest& manifest,
                                  const PolicyOptions& options, const std::string& platform,
                                  const LogOptions& log, Transport& transport, std::ostream& err);

// Writes the transcript, if one is asked for. Io if the image is allowed and cannot be recorded as
// asked; of one that is not, the verdict says more, and the trouble goes to `err`.
Result<void> record_decision(const DecidedImage& decided, const DeliverOptions& options,
                             std::ostream& err);

}  // namespace boltseal
