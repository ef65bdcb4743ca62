// A decision by a policy file, and how it is told. specs/policy.md
#pragma once

#include "cli/case.h"
#include "cli/policy_load.h"

namespace boltseal {

// All that a decision depended on, and the decision.
struct DecidedImage {
    std::string name;  // of the image, with its digest
    Timestamp time;
    PolicySource source;
    PolicyFile policy;  // what `source` says
    ImageEvidence evidence;
    Decision decision;
    std::optional<Setback> setback = std::nullopt;  // undoes it: a log shows another history
};

// specs/schema/decision.schema.json
Json to_json(const DecidedImage& decided);
std::string to_text(const DecidedImage& decided);

// Nothing if the image is allowed; else Untrusted, or Missing if nobody can tell, with the first
// rule that does not hold. The setback, where that is what decides.
Result<void> conclude(const DecidedImage& decided);

}  // namespace boltseal
