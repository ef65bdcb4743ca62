// A repository of a registry as an ImageStore.
#pragma once

#include "registry-client/blob_upload.h"
#include "registry-client/image_store.h"

#include <filesystem>

namespace boltseal {

class RegistryStore : public ImageStore {
public:
    // Small blobs on their way up are proved in a file of `staging` that has no name; empty: the
    // system's folder for temporary files. `client` must outlive this. `settle` is how long
    // another writer of the fallback tag may take between reading and writing it.
    explicit RegistryStore(RegistryClient& client, std::filesystem::path staging = {},
                           std::chrono::milliseconds settle = std::chrono::milliseconds{400});

    // Another repository of this registry, whose blobs it may take over without moving them.
    void mount_from(std::string repository) { mount_from_ = std::move(repository); }
    // Larger blobs go up in chunks of this size while they come in, by a thread that uses the
    // client meanwhile. They are begun anew if the registry loses them.
    void set_chunk(std::size_t size) { chunk_ = size; }

    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<bool> has_blob(const BlobDigest& digest) override;
    void expect(const std::vector<Descriptor>& blobs) override;
    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;
    Result<void> put_referrers(const BlobDigest& subject,
                               const std::vector<ResolvedManifest>& manifests) override;
    Result<ReferrerList> referrers(const BlobDigest& subject) override;

private:
    // Under a tag or digest. If it has a subject that the registry does not index by itself, what
    // the fallback tag must list: a copied referrer must be found as well as an attached one.
    Result<std::optional<Descriptor>> put_alone(const std::string& name,
                                                const ResolvedManifest& manifest);
    Result<void> put_named(const std::string& name, const ResolvedManifest& manifest);

    Result<void> put_once(const Descriptor& blob, const BlobProducer& producer, bool& again);
    Result<void> put_whole(std::optional<BlobUpload> upload, const Descriptor& blob,
                           const BlobProducer& producer, bool& again);
    Result<void> put_chunks(BlobUpload& upload, const Descriptor& blob,
                            const BlobProducer& producer, bool& again);

    RegistryClient* client_;
    std::filesystem::path staging_;
    std::chrono::milliseconds settle_;
    std::string mount_from_;
    std::size_t chunk_ = std::size_t{16} << 20;
    bool takes_chunks_ = true;  // until the registry says otherwise
};

}  // namespace boltseal
