// An image whose blobs were fetched in ranges, into a folder beside the archive they are for: the
// archive takes its bytes in order, and ranges arrive in none. The folder, "<archive>.parts", stays
// when a fetch ends early, so that the next one goes on where it stood.
#pragma once

#include "cli/forwarding_store.h"
#include "registry-client/oci_layout.h"

#include <filesystem>
#include <memory>

namespace boltseal {

class FetchedParts : public ForwardingStore {
public:
    // `image` must outlive it. Config if there is something of somebody else's in the folder.
    static Result<std::unique_ptr<FetchedParts>> open(const std::filesystem::path& archive,
                                                      ImageStore& image);

    LayoutStore& folder() { return layout_; }           // where the blobs are to be put
    std::uint64_t given() const { return given_; }      // bytes that get_blob took from there
    void remove(const std::vector<Descriptor>& blobs);  // of the folder all that is ours

    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<bool> has_blob(const BlobDigest& digest) override;

private:
    FetchedParts(std::filesystem::path folder, LayoutStore layout, ImageStore& image)
        : ForwardingStore(image), folder_(std::move(folder)), layout_(std::move(layout)) {}

    std::filesystem::path folder_;
    LayoutStore layout_;
    std::uint64_t given_ = 0;
};

}  // namespace boltseal
