// An image store that hands everything on to another, for those that differ from it in one thing.
#pragma once

#include "registry-client/image_store.h"

namespace boltseal {

class ForwardingStore : public ImageStore {
public:
    explicit ForwardingStore(ImageStore& other) : other_(&other) {}  // must outlive it

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
    ImageStore* other_;
};

}  // namespace boltseal
