// An image store that asks another one only once for each manifest and list of referrers: over a
// long path every question costs a round trip. For one command, which changes nothing there.
#pragma once

#include "registry-client/image_store.h"

#include <map>
#include <memory>

namespace boltseal {

class RememberingStore : public ImageStore {
public:
    explicit RememberingStore(std::unique_ptr<ImageStore> store) : store_(std::move(store)) {}

    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<bool> has_blob(const BlobDigest& digest) override;
    void expect(const std::vector<Descriptor>& blobs) override;
    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;
    Result<ReferrerList> referrers(const BlobDigest& subject) override;

private:
    std::unique_ptr<ImageStore> store_;
    std::map<BlobDigest, ResolvedManifest> manifests_;
    std::map<BlobDigest, ReferrerList> referrers_;
};

}  // namespace boltseal
