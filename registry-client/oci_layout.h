// An OCI image layout on disk, image-spec v1.1 image-layout.md: oci-layout, index.json, blobs/.
//
// The folder may come from anywhere: no symbolic link in it is followed, and every blob is proved
// when it is read. index.json changes in one step and under a lock, so that two of us do not lose
// each other's entries.
#pragma once

#include "registry-client/layout_reader.h"

#include <filesystem>
#include <set>

namespace boltseal {

class LayoutStore : public LayoutReader {
public:
    // Missing if the folder is no layout, Malformed if it is one of a version we do not know.
    static Result<LayoutStore> open(const std::filesystem::path& folder);
    // The same, and makes an empty one where there is nothing.
    static Result<LayoutStore> create(const std::filesystem::path& folder);

    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;

    // For whoever puts blobs there by other means (blob_fetcher.h): the folder they go to, and that
    // one is there and proved, so that it is not read again.
    Result<OpenFile> make_blob_folder(HashAlgorithm algorithm);
    void mark_proved(const BlobDigest& digest) { proved_.insert(digest); }

    Result<StoredBytes> open_blob(const BlobDigest& digest) const override;

private:
    LayoutStore(std::filesystem::path folder, OpenFile root)
        : folder_(std::move(folder)), root_(std::move(root)) {}

    Result<Buffer> read_index() const override;
    Result<OpenFile> open_blob_folder(HashAlgorithm algorithm) const;
    Result<void> add_entry(const Descriptor& entry, const std::string& tag);
    Error context(Error error) const override;

    std::filesystem::path folder_;
    OpenFile root_;
    std::set<BlobDigest> proved_;
};

}  // namespace boltseal
