// An image with all that refers to it: signatures, attestations, SBOMs, what refers to those, and
// the tags in which cosign kept them before there were referrers. Nothing is verified: whoever
// wants that does it first.
#pragma once

#include "registry-client/copy.h"

namespace boltseal {

inline constexpr int kMaxReferrerDepth = 8;               // referrers of referrers of ...
inline constexpr std::size_t kMaxCopiedReferrers = 4096;  // of one image, all in all

struct CopyReport {
    Descriptor image;
    std::uint64_t moved = 0;           // bytes of blobs that were not there
    std::size_t referrers = 0;         // that are at the destination now, older tags included
    std::vector<std::string> ignored;  // why something that is listed as a referrer is none
};

// As copy_image, in this order: the image without its name, what refers to it and to each image in
// it, and the name at last. What is at the destination already stays, also what refers to the image
// there alone. Declined if an older tag is there and holds what the source's does not; Malformed
// if there are more referrers than the limits above.
Result<CopyReport> copy_with_referrers(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                                       const std::string& tag, const CopyProgress& progress = {});

// The same without what refers to it.
Result<CopyReport> copy_alone(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                              const std::string& tag, const CopyProgress& progress = {});

// The same for the referrers alone, of everything in `image`.
Result<CopyReport> copy_referrers(ImageStore& from, ImageStore& to, const BlobDigest& image);

}  // namespace boltseal
