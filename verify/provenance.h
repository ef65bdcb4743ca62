// How an artifact was built, as a builder says: slsa.dev/spec/v1.0/provenance and v0.2. Only what
// the statement says is kept; whom to believe it from is the policy's business.
#pragma once

#include "core/time.h"
#include "verify/build_source.h"

namespace boltseal {

struct Provenance {
    std::string version;  // "v1" or "v0.2"
    std::string builder_id;
    std::string build_type;
    std::optional<BuildSource> source;  // as build_source.h finds it
    Json external_parameters;           // v0.2: invocation.parameters; null if absent
    std::vector<Material> materials;    // v1: resolvedDependencies
    std::string invocation_id;          // may be empty
    std::optional<Timestamp> started;
    std::optional<Timestamp> finished;
};

// "https://slsa.dev/provenance/v1" and "https://slsa.dev/provenance/v0.2"
bool is_provenance(std::string_view predicate_type);

// Limits: 10,000 materials of 32 digests each. Unknown members are ignored, as the specification
// asks. Malformed with the place for a known member that is missing or of the wrong type, for
// another predicate type, and where a build type's source is not as build_source.h has it.
Result<Provenance> read_provenance(std::string_view predicate_type, const Json& predicate);

}  // namespace boltseal
