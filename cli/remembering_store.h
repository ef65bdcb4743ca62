// An image store that asks another one only once for each manifest and list of referrers: over a
// long path every question costs a round trip. For one command, which changes nothing there.
#pragma once

#include "cli/forwarding_store.h"

#include <map>
#include <memory>

namespace boltseal {

class RememberingStore : public ForwardingStore {
public:
    explicit RememberingStore(std::unique_ptr<ImageStore> store)
        : ForwardingStore(*store), store_(std::move(store)) {}

    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<ReferrerList> referrers(const BlobDigest& subject) override;

private:
    std::unique_ptr<ImageStore> store_;
    std::map<BlobDigest, ResolvedManifest> manifests_;
    std::map<BlobDigest, ReferrerList> referrers_;
};

}  // namespace boltseal
