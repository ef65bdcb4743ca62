// What is read from an OCI image layout in the same way wherever its files are: in a folder
// (oci_layout.h) or in an archive (oci_archive.h). Every blob is proved when it is read.
#pragma once

#include "registry-client/image_store.h"
#include "registry-client/stored_bytes.h"

namespace boltseal {

class LayoutReader : public ImageStore {
public:
    // The digest, the name in index.json, or, for an empty name, the only image in it.
    Result<ResolvedManifest> resolve(const std::string& name) override;
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest) override;
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink) override;
    Result<bool> has_blob(const BlobDigest& digest) override;
    Result<ReferrerList> referrers(const BlobDigest& subject) override;

    // What index.json lists, in its order.
    Result<std::vector<Descriptor>> list();

    // As it is there, without any proof; or Missing. May be called from any thread.
    virtual Result<StoredBytes> open_blob(const BlobDigest& digest) const = 0;

protected:
    virtual Result<Buffer> read_index() const = 0;
    virtual Error context(Error error) const = 0;  // says which layout it is

private:
    Result<ResolvedManifest> get_listed(const Descriptor& entry);
};

}  // namespace boltseal
