// The signatures and attestations of an image: found in its store, judged by verify/.
#pragma once

#include "registry-client/image_store.h"
#include "verify/verify_bundle.h"

namespace boltseal {

// How a bundle is attached to a manifest: specs/profile-bundle.md#in-a-registry.
Attachment bundle_attachment(std::string bundle, const std::string& predicate_type, Timestamp now);

// Proved by one of the image's signatures, or attestations, as the policy asks. Untrusted if there
// are none, or none that holds; then the message is about the most promising one. Whatever kept
// one from being read is an error of its own kind, never "unsigned", unless another one holds.
Result<Verified> verify_image(ImageStore& store, const BlobDigest& image, const Policy& policy,
                              Timestamp now);

}  // namespace boltseal
