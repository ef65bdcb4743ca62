// An image from one store to another: blobs first, manifests after what they name, the tag last.
// Whoever sees the image under its name can read all of it.
#pragma once

#include "registry-client/image_store.h"

namespace boltseal {

// The image for one platform: the manifest an index names for it, or the only image there is.
// Missing if what is there is for another platform, by the index or by the image's own config.
Result<Descriptor> find_platform(ImageStore& store, const BlobDigest& digest,
                                 const Platform& platform);

// Every blob that copy_image would have to move, each once, and the image manifests that name them;
// but for those that may be absent from the source.
struct ImageParts {
    std::vector<Descriptor> blobs;
    std::vector<BlobDigest> manifests;
    std::vector<BlobDigest> indexes;  // that lead to those
};
Result<ImageParts> parts_of_image(ImageStore& store, const BlobDigest& digest);

// Told after each piece: the blob, and how many of its bytes have moved. A blob that was there
// already is told once, with all its bytes.
using CopyProgress = std::function<void(const Descriptor& blob, std::uint64_t bytes)>;

// Everything that a manifest names, but not the manifest. Returns how many bytes of blobs were not
// there already. `from` and `to` must not speak through one transport: a blob goes up while it
// comes in.
Result<std::uint64_t> copy_parts(ImageStore& from, ImageStore& to, const Manifest& manifest,
                                 const CopyProgress& progress = {});

// Returns the descriptor of what is now at the destination, under `tag` if it is not empty.
// Integrity if one byte is not what its digest promises. Layers whose media type says that they may
// not be distributed are left out unless the source has them.
Result<Descriptor> copy_image(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                              const std::string& tag, const CopyProgress& progress = {});

}  // namespace boltseal
