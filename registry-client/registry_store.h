// A repository of a registry as an ImageStore.
#pragma once

#include "registry-client/client.h"
#include "registry-client/image_store.h"

#include <filesystem>

namespace boltseal {

class RegistryStore : public ImageStore {
public:
    // Blobs on their way up are proved in a file of `staging` that has no name; empty: the
    // system's folder for temporary files. `client` must outlive this. `settle` is how long
    // another writer of the fallback tag may take between reading and writing it.
    explicit RegistryStore(RegistryClient& client, std::filesystem::path staging = {},
                           std::chrono::milliseconds settle = std::chrono::milliseconds{400});

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
    // Under a tag or digest. If it has a subject that the registry does not index by itself, it is
    // added to the fallback tag: a copied referrer must be found as well as an attached one.
    Result<void> put_named(const std::string& name, const ResolvedManifest& manifest);

    RegistryClient* client_;
    std::filesystem::path staging_;
    std::chrono::milliseconds settle_;
};

}  // namespace boltseal
