// How an artifact was built, as a builder says: slsa.dev/spec/v1.0/provenance and v0.2. Only what
// the statement says is kept; whom to believe it from is the policy's business.
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <map>
#include <optional>

namespace boltseal {

// An artifact as a builder names it; anything may be empty. Digests by algorithm ("sha256",
// "gitCommit"), as written.
struct Material {
    std::string uri;
    std::string name;
    std::map<std::string, std::string> digests;
    bool operator==(const Material&) const = default;
};

// What was built. A uri "git+https://host/repo@ref" is taken apart, "https://host/repo.git#ref" of
// BuildKit too.
struct BuildSource {
    std::string uri;  // without "git+" and ref: "https://host/repo"
    std::string ref;  // "refs/heads/main"; may be empty
    std::map<std::string, std::string> digests;
    std::string path;  // of the workflow or build file; may be empty
    bool operator==(const BuildSource&) const = default;
};

// v1, by the build type:
//   https://actions.github.io/buildtypes/workflow/v1 and
//   https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1
//       externalParameters.workflow {repository, ref, path}; the digests of the resolved dependency
//       whose uri is "git+<repository>@<ref>"
//   https://cloud.google.com/build/gcb-buildtypes/google-worker/v1
//       the same of externalParameters.buildConfigSource
//   https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md
//       externalParameters.configSource {uri, digest, path}
//   all others
//       externalParameters.source, a uri or {uri, digest}; without it the one resolved dependency
//       whose uri begins with "git+". If there are several, none of them is the source.
// v0.2: invocation.configSource {uri, digest, entryPoint}; without a uri there the one material
// whose uri begins with "git+".
struct Provenance {
    std::string version;  // "v1" or "v0.2"
    std::string builder_id;
    std::string build_type;
    std::optional<BuildSource> source;
    Json external_parameters;         // v0.2: invocation.parameters; null if absent
    std::vector<Material> materials;  // v1: resolvedDependencies
    std::string invocation_id;        // may be empty
    std::optional<Timestamp> started;
    std::optional<Timestamp> finished;
};

// "https://slsa.dev/provenance/v1" and "https://slsa.dev/provenance/v0.2"
bool is_provenance(std::string_view predicate_type);

// Limits: 10,000 materials of 32 digests each. Unknown members are ignored, as the specification
// asks. Malformed with the place for a known member that is missing or of the wrong type, for
// another predicate type, and for a build type above whose source is not where it has it.
Result<Provenance> read_provenance(std::string_view predicate_type, const Json& predicate);

}  // namespace boltseal
