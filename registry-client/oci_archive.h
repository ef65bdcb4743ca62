// An OCI image layout in one tar file, as "skopeo copy oci-archive:" and newer "docker save" write
// it. Read where it lies; what is written becomes the file in one step, with commit().
//
// The file may come from anywhere: tar_reader.h says what is refused, and every blob is proved when
// it is read. Members that are no part of the layout stay where they are, and mean nothing here.
#pragma once

#include "registry-client/layout_reader.h"
#include "registry-client/new_file.h"
#include "registry-client/tar_writer.h"

namespace boltseal {

class OciArchive : public LayoutReader {
public:
    // Missing if there is no such file, Malformed if it is no archive of a layout. If something is
    // put into it, commit() replaces the file by another that has all of the old.
    static Result<OciArchive> open(const std::filesystem::path& file);
    // An empty one, which replaces what is there.
    static Result<OciArchive> create(const std::filesystem::path& file);

    Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) override;
    Result<void> put_manifest(const ResolvedManifest& manifest) override;
    Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) override;
    Result<void> commit() override;
    Result<StoredBytes> open_blob(const BlobDigest& digest) const override;

    // Members beside the layout. Missing if there is none of that name.
    Result<Buffer> read_member(const std::string& name, std::size_t limit) const;
    Result<void> add_member(const std::string& name, Bytes content);

private:
    OciArchive(std::filesystem::path path, OpenFile file)
        : path_(std::move(path)), file_(std::move(file)) {}

    struct Changed {
        NewFile file;
        TarWriter writer;
    };

    Result<Buffer> read_index() const override { return index_; }
    Error context(Error error) const override;
    Result<StoredBytes> find(const std::string& name) const;
    Result<void> begin();
    Result<void> take_over(const std::string& name);
    Result<void> write_blob_member(const std::string& name, const Descriptor& blob,
                                   const BlobProducer& producer);

    std::filesystem::path path_;
    OpenFile file_;  // what is read, until something is written; closed if there was nothing
    TarMembers members_;
    Buffer index_;
    std::optional<Changed> changed_;
};

// The open file, and how long it is. Malformed if it is no regular file.
struct OpenArchive {
    OpenFile file;
    std::uint64_t size = 0;
};
Result<OpenArchive> open_archive(const std::filesystem::path& path);

}  // namespace boltseal
