#include "cli/remembering_store.h"

namespace boltseal {

namespace {

constexpr std::size_t kMostKept = 256;  // of each; a manifest is at most 4 MiB, and mostly 1 kB

}  // namespace

Result<ResolvedManifest> RememberingStore::resolve(const std::string& name) {
    auto out = store_->resolve(name);
    if (out && manifests_.size() < kMostKept) manifests_.emplace(out->descriptor.digest, *out);
    return out;
}

Result<ResolvedManifest> RememberingStore::get_manifest(const BlobDigest& digest) {
    const auto known = manifests_.find(digest);
    if (known != manifests_.end()) return known->second;
    auto out = store_->get_manifest(digest);
    if (out && manifests_.size() < kMostKept) manifests_.emplace(digest, *out);
    return out;
}

Result<void> RememberingStore::get_blob(const Descriptor& blob, const BodySink& sink) {
    return store_->get_blob(blob, sink);
}

Result<bool> RememberingStore::has_blob(const BlobDigest& digest) {
    return store_->has_blob(digest);
}

void RememberingStore::expect(const std::vector<Descriptor>& blobs) {
    store_->expect(blobs);
}

Result<void> RememberingStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    return store_->put_blob(blob, producer);
}

Result<void> RememberingStore::put_manifest(const ResolvedManifest& manifest) {
    return store_->put_manifest(manifest);
}

Result<void> RememberingStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    return store_->put_image(manifest, tag);
}

Result<ReferrerList> RememberingStore::referrers(const BlobDigest& subject) {
    const auto known = referrers_.find(subject);
    if (known != referrers_.end()) return known->second;
    auto out = store_->referrers(subject);
    if (out && referrers_.size() < kMostKept) referrers_.emplace(subject, *out);
    return out;
}

}  // namespace boltseal
