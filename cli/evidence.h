// The signatures and attestations of an image: found in its store, judged by verify/.
#pragma once

#include "cli/search.h"
#include "registry-client/image_store.h"

namespace boltseal {

// How a bundle is attached to a manifest: specs/profile-bundle.md#in-a-registry.
Attachment bundle_attachment(std::string bundle, const std::string& predicate_type, Timestamp now);

// Whether the annotation says that it is a bundle with this predicate. Nobody vouches for that.
bool claims_type(const Referrer& referrer, const std::string& predicate_type);

// What could not be reached, or is damaged, with what a person may do about it.
Error with_next_step(Error error);

// Lets the search consider what is attached to the image, until it is over: bundles, those first
// that claim to be of this type, and then cosign's older signatures. At most 64 of them; what could
// not be listed or read is considered as that.
void search_image(ImageStore& store, const BlobDigest& image, const std::string& predicate_type,
                  Search& search);

}  // namespace boltseal
