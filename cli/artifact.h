// A file, or a digest that stands for one, as something to verify with a bundle.
#pragma once

#include "cli/trust_options.h"
#include "verify/verify_bundle.h"

namespace boltseal {

struct LoadedArtifact {
    Artifact artifact;
    Buffer bytes;  // what artifact.bytes points into; empty where only the digest is known
};

// "sha256:<hex>" stands for itself unless there is a file of that name. Files up to 1 GiB.
Result<LoadedArtifact> load_artifact(const std::string& name);

// The policy for files: signed directly, or attested with the type that was asked for.
Result<Policy> load_file_policy(const TrustOptions& options);

// Where the bundle of a file is: `chosen`, or FILE.sigstore.json beside it.
std::filesystem::path bundle_path_for(const std::filesystem::path& file,
                                      const std::filesystem::path& chosen);

Result<Verified> verify_with_bundle_file(const std::filesystem::path& bundle,
                                         const Artifact& artifact, const Policy& policy);

}  // namespace boltseal
