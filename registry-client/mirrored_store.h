// A repository and its mirrors as one ImageStore. The registry is asked first; what it does not
// have or cannot give, mirrors are asked for by its digest, in their order. Writing, lists of
// referrers and tags are the registry's alone.
#pragma once

#include "registry-client/registry_store.h"

namespace boltseal {

struct MirrorClient {
    RegistryClient* client = nullptr;
    bool digests = true;
    bool tags = false;  // asked before the registry: a mirror that the user lets say what a tag is
};

class MirroredStore : public RegistryStore {
public:
    // The clients must outlive this.
    MirroredStore(RegistryClient& registry, std::vector<MirrorClient> mirrors)
        : RegistryStore(registry), mirrors_(std::move(mirrors)) {}

    // If nobody has the right bytes, the error is that of a mirror that sent wrong ones, which it
    // names, or else that of the registry.
    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    // No mirror is asked once the sink has got anything.
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;

private:
    Result<ResolvedManifest> find_manifest(const BlobDigest& digest,
                                           Result<ResolvedManifest> answer);

    std::vector<MirrorClient> mirrors_;
};

}  // namespace boltseal
