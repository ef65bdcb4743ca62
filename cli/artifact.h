// A file, or a digest that stands for one, as something to verify with a bundle.
#pragma once

#include "core/result.h"
#include "verify/verify_bundle.h"

#include <filesystem>

namespace boltseal {

struct LoadedArtifact {
    Artifact artifact;
    Buffer bytes;  // what artifact.bytes points into; empty where only the digest is known
};

// "sha256:<hex>" stands for itself unless there is a file of that name. Files up to 1 GiB.
Result<LoadedArtifact> load_artifact(const std::string& name);

// Where the bundle of a file is: `chosen`, or FILE.sigstore.json beside it.
std::filesystem::path bundle_path_for(const std::filesystem::path& file,
                                      const std::filesystem::path& chosen);

Result<Buffer> load_bundle(const std::filesystem::path& file);  // up to 32 MiB

}  // namespace boltseal
