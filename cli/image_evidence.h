// Everything that is attached to an image, for a decision by a policy file.
#pragma once

#include "registry-client/image_store.h"
#include "verify/image_policy.h"

namespace boltseal {

// What a person says beside the image.
struct EvidenceRequest {
    std::string repository;  // "registry.example/team/app"
    std::string platform;    // "linux/arm64"; may be empty
};

// The bundles of the manifest and, as far as `policy` looks at them, of the images in it if it is
// an index. What could not be listed or fetched makes the evidence incomplete, never fewer: an
// error is only for an index that cannot be read. Limits: 64 bundles of each manifest, 256 MiB.
Result<ImageEvidence> collect_evidence(ImageStore& store, const ResolvedManifest& image,
                                       const ImagePolicy& policy, const EvidenceRequest& request);

}  // namespace boltseal
