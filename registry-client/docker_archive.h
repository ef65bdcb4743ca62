// One image of an archive as "docker save" and "skopeo copy docker-archive:" write it:
// manifest.json and the files it names (moby image/spec v1.2, "Combined Image JSON + Filesystem
// Changeset Format"). Such an archive has no manifest with a digest: one is made of what is in it,
// always the same for the same bytes, and of layers as they are there, which is mostly not
// compressed.
//
// For reading only. The file may come from anywhere: tar_reader.h says what is refused, links are
// not followed, and every layer is proved against the image's own list of diff_ids.
#pragma once

#include "registry-client/image_store.h"
#include "registry-client/oci_archive.h"

namespace boltseal {

// The digests of the layers when they are not compressed, as an image's config has them.
inline constexpr std::size_t kMaxImageConfig = std::size_t{4} << 20;
Result<std::vector<BlobDigest>> parse_diff_ids(Bytes config);

// manifest.json. Malformed for more than 1024 images or layers of one; members that are unknown to
// us are ignored, as others write them.
struct DockerImage {
    std::string config;
    std::vector<std::string> names;  // RepoTags
    std::vector<std::string> layers;
    bool operator==(const DockerImage&) const = default;
};
Result<std::vector<DockerImage>> parse_docker_manifest(Bytes text);
std::string to_json(const std::vector<DockerImage>& images);

class DockerArchive : public ImageStore {
public:
    // The image that has this name in the archive, "registry.example/app:1.0"; for an empty one,
    // the only image. Reads, and proves, all of its layers.
    static Result<DockerArchive> open(const std::filesystem::path& file, const std::string& name);

    // The name of the image that was opened, its digest, or nothing.
    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<bool> has_blob(const BlobDigest& digest) override;
    Result<ReferrerList> referrers(const BlobDigest&) override { return ReferrerList(); }

    // Declined: there is no place for it.
    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;

private:
    DockerArchive(std::filesystem::path path, std::string name, OpenFile file)
        : path_(std::move(path)), name_(std::move(name)), file_(std::move(file)) {}

    Error context(Error error) const;
    Result<StoredBytes> find(const std::string& member) const;
    Result<DockerImage> find_image() const;
    Result<void> read_image(const DockerImage& image);
    Result<Descriptor> read_layer(const std::string& member, const BlobDigest& diff_id);

    std::filesystem::path path_;
    std::string name_;
    OpenFile file_;
    TarMembers members_;
    std::map<BlobDigest, std::string> blobs_;  // the members that they are
    ResolvedManifest manifest_;
};

}  // namespace boltseal
