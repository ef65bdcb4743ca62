// An older image in a layout or an archive, as a shelf of blobs. Nobody has written down its
// chunks: they are found out by reading it, and only if chunks are wanted at all.
#pragma once

#include "registry-client/blob_shelf.h"
#include "registry-client/layout_reader.h"

namespace boltseal {

class ReusedLayout : public BlobShelf {
public:
    // `name` for messages: "oci:folder".
    ReusedLayout(std::string name, std::unique_ptr<LayoutReader> layout)
        : name_(std::move(name)), layout_(std::move(layout)) {}

    std::string name() const override { return name_; }
    Result<StoredBytes> open_blob(const BlobDigest& digest) const override;
    // The blobs of the images in it, up to 1024; each is read and proved, the damaged ones named.
    void each_chunked(const std::set<std::uint64_t>& chunk_sizes, const ChunkVisitor& visitor,
                      const DamageSink& damaged) override;

private:
    std::vector<Descriptor> blobs(const DamageSink& damaged) const;

    std::string name_;
    std::unique_ptr<LayoutReader> layout_;
};

}  // namespace boltseal
