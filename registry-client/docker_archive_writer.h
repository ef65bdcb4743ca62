// Writes one image for "docker load": manifest.json, the config, and every layer as a tar that is
// not compressed (moby image/spec v1.2). For one platform: such an archive holds no index, and
// nothing that refers to the image.
#pragma once

#include "registry-client/docker_archive.h"

namespace boltseal {

class DockerArchiveWriter : public ImageStore {
public:
    // `name` is what the image is called once it is loaded, "registry.example/app:1.0", or empty.
    static Result<DockerArchiveWriter> create(const std::filesystem::path& file, std::string name);

    // Config or layers. Integrity, and nothing is kept, if what is produced is not the blob;
    // Malformed if a layer is not compressed as its media type says, or is larger than 64 GiB.
    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    // Config: an index.
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    // Integrity if the layers are not those that the config lists.
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;
    Result<void> commit() override;

    Result<bool> has_blob(const BlobDigest& digest) override;
    // Missing: nothing is read from here before it is whole.
    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<ReferrerList> referrers(const BlobDigest&) override { return ReferrerList(); }

private:
    DockerArchiveWriter(NewFile file, std::string name)
        : file_(std::move(file)), writer_(file_.fd()), name_(std::move(name)) {}

    Result<void> put_config(const Descriptor& blob, const BlobProducer& producer);
    Result<void> put_layer(const Descriptor& blob, const BlobProducer& producer);

    NewFile file_;
    TarWriter writer_;
    std::string name_;
    std::map<BlobDigest, Buffer> configs_;
    std::map<BlobDigest, BlobDigest> layers_;  // to their diff_ids
    std::vector<DockerImage> images_;
};

}  // namespace boltseal
