// A file, or a digest that stands for one, as something to verify with a bundle.
#pragma once

#include "core/result.h"
#include "verify/verify_bundle.h"

#include <filesystem>
#include <memory>

namespace boltseal {

struct LoadedArtifact {
    Artifact artifact;
    Buffer bytes;                            // what artifact.bytes points into
    std::unique_ptr<ArtifactReader> reader;  // what artifact.reader points to
};

// "sha256:<hex>" stands for itself unless there is a file of that name. A file is hashed and not
// held, whatever its size; what cannot be read twice, such as a pipe, is held, up to 1 GiB, and so
// is a file while a plain Ed25519 signature over it is verified.
Result<LoadedArtifact> load_artifact(const std::string& name);

// Where the bundle of a file is: `chosen`, or FILE.sigstore.json beside it.
std::filesystem::path bundle_path_for(const std::filesystem::path& file,
                                      const std::filesystem::path& chosen);

Result<Buffer> load_bundle(const std::filesystem::path& file);  // up to 32 MiB

}  // namespace boltseal
