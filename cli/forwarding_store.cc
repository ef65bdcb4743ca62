#include "cli/forwarding_store.h"

namespace boltseal {

Result<ResolvedManifest> ForwardingStore::resolve(const std::string& name) {
    return other_->resolve(name);
}

Result<ResolvedManifest> ForwardingStore::get_manifest(const BlobDigest& digest) {
    return other_->get_manifest(digest);
}

Result<void> ForwardingStore::get_blob(const Descriptor& blob, const BodySink& sink) {
    return other_->get_blob(blob, sink);
}

Result<bool> ForwardingStore::has_blob(const BlobDigest& digest) {
    return other_->has_blob(digest);
}

void ForwardingStore::expect(const std::vector<Descriptor>& blobs) {
    other_->expect(blobs);
}

Result<void> ForwardingStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    return other_->put_blob(blob, producer);
}

Result<void> ForwardingStore::put_manifest(const ResolvedManifest& manifest) {
    return other_->put_manifest(manifest);
}

Result<void> ForwardingStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    return other_->put_image(manifest, tag);
}

Result<ReferrerList> ForwardingStore::referrers(const BlobDigest& subject) {
    return other_->referrers(subject);
}

}  // namespace boltseal
