#include "cli/remembering_store.h"

namespace boltseal {

namespace {

constexpr std::size_t kMostKept = 256;  // of each; a manifest is at most 4 MiB, and mostly 1 kB

}  // namespace

Result<ResolvedManifest> RememberingStore::resolve(const std::string& name) {
    auto out = ForwardingStore::resolve(name);
    if (out && manifests_.size() < kMostKept) manifests_.emplace(out->descriptor.digest, *out);
    return out;
}

Result<ResolvedManifest> RememberingStore::get_manifest(const BlobDigest& digest) {
    const auto known = manifests_.find(digest);
    if (known != manifests_.end()) return known->second;
    auto out = ForwardingStore::get_manifest(digest);
    if (out && manifests_.size() < kMostKept) manifests_.emplace(digest, *out);
    return out;
}

Result<ReferrerList> RememberingStore::referrers(const BlobDigest& subject) {
    const auto known = referrers_.find(subject);
    if (known != referrers_.end()) return known->second;
    auto out = ForwardingStore::referrers(subject);
    if (out && referrers_.size() < kMostKept) referrers_.emplace(subject, *out);
    return out;
}

}  // namespace boltseal
