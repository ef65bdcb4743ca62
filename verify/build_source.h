// What a builder says that it built from. SLSA leaves to each build type where that is written, so
// here is what is read for which.
#pragma once

#include "core/json.h"

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

// What was built. A uri "git+https://host/repo@ref" is taken apart, and BuildKit's
// "https://host/repo.git#ref:folder" too; every other uri is kept as it is.
struct BuildSource {
    std::string uri;  // without "git+" and ref: "https://host/repo"
    std::string ref;  // "refs/heads/main"; may be empty
    std::map<std::string, std::string> digests;
    std::string path;  // of the workflow or build file; may be empty
    bool operator==(const BuildSource&) const = default;
};

// Limit: 32 digests. Malformed for a member of the wrong type.
Result<Material> read_material(const Json& descriptor);

// By the build type:
//   https://actions.github.io/buildtypes/workflow/v1 and
//   https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1
//       externalParameters.workflow {repository, ref, path}; the digests of the resolved dependency
//       whose uri is "git+<repository>@<ref>"
//   https://cloud.google.com/build/gcb-buildtypes/google-worker/v1
//       the same of externalParameters.buildConfigSource
//   https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md
//       externalParameters.configSource {uri, digest, path}; none without a uri, as in local builds
//   all others
//       externalParameters.source, a uri or {uri, digest}; without it the one resolved dependency
//       whose uri begins with "git+". If there are several, none of them is the source.
// Malformed if it is not as it must be there.
Result<std::optional<BuildSource>> find_source_v1(std::string_view build_type,
                                                  const Json& external_parameters,
                                                  const std::vector<Material>& dependencies);

// invocation.configSource {uri, digest, entryPoint}; without a uri there the one material whose uri
// begins with "git+".
Result<std::optional<BuildSource>> find_source_v02(const Json& invocation,
                                                   const std::vector<Material>& materials);

}  // namespace boltseal
