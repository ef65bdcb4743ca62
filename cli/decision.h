// A decision by a policy file, as commands make and tell it. specs/policy.md
#pragma once

#include "cli/command.h"
#include "cli/deliver.h"
#include "cli/image_evidence.h"
#include "cli/log_options.h"
#include "cli/policy_load.h"
#include "cli/target.h"
#include "cli/trust_options.h"

namespace boltseal {

struct PolicyOptions {
    std::filesystem::path file;  // --policy; empty: none
    std::string repository;      // --repository
};
void add_policy_options(Command command, PolicyOptions& options);

struct DecidedImage {
    PolicyFile policy;
    Decision decision;
};

// Config if anything else says whom to believe, or if a transcript is asked for: it records what
// the options say, and no decisions.
Result<void> check_policy_alone(const TrustOptions& trust, const DeliverOptions& deliver);

// Looks for evidence, decides, and compares the logs with what they showed before: Untrusted if one
// shows another history. Config if the policy or an option makes no sense.
Result<DecidedImage> decide_image(ImageTarget& image, const ResolvedManifest& manifest,
                                  const PolicyOptions& options, const std::string& platform,
                                  const LogOptions& log, Transport& transport, std::ostream& err);

// specs/schema/decision.schema.json
Json to_json(const DecidedImage& decided, const std::string& name, const BlobDigest& digest);
std::string to_text(const DecidedImage& decided, const std::string& name);

// Nothing if the image is allowed; else Untrusted, or Missing if nobody can tell, with the first
// rule that does not hold.
Result<void> conclude(const Decision& decision);

}  // namespace boltseal
