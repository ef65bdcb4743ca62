// What somebody trusted, as it is recorded in transcripts and capsules: the text of what was given,
// to be compared and replayed. specs/transcript.md#format
#pragma once

#include "cli/trust_material.h"
#include "core/json.h"

namespace boltseal {

Json trust_json(const TrustMaterial& trust);

// Malformed for anything but the members that trust_json prints; at most 64 keys of a kind.
Result<TrustMaterial> parse_trust(const Json& json);

}  // namespace boltseal
