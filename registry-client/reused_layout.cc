#include "registry-client/reused_layout.h"

#include "registry-client/chunk_list.h"
#include "registry-client/copy.h"
#include "registry-client/layout_index.h"

namespace boltseal {

namespace {

constexpr std::size_t kMostBlobs = 1024;  // that are read for their chunks

}  // namespace

Result<StoredBytes> ReusedLayout::open_blob(const BlobDigest& digest) const {
    return layout_->open_blob(digest);
}

std::vector<Descriptor> ReusedLayout::blobs(const DamageSink& damaged) const {
    std::vector<Descriptor> out;
    std::set<BlobDigest> seen;
    const auto listed = layout_->list();
    if (!listed) return out;
    for (const Descriptor& entry : *listed) {
        if (is_attachment(entry) || !is_manifest_type(entry.media_type)) continue;
        const auto parts = parts_of_image(*layout_, entry.digest);
        // One for another platform need not be there; what is there has to be right.
        if (!parts && parts.error().fault() != Fault::Missing) damaged(entry.digest, parts.error());
        if (!parts) continue;
        for (const Descriptor& blob : parts->blobs) {
            if (out.size() < kMostBlobs && seen.insert(blob.digest).second) out.push_back(blob);
        }
    }
    return out;
}

// The chunks of one that is damaged are of use as well: those that are wanted are right.
void ReusedLayout::each_chunked(const std::set<std::uint64_t>& chunk_sizes,
                                const ChunkVisitor& visitor, const DamageSink& damaged) {
    for (const Descriptor& blob : blobs(damaged)) {
        std::vector<ChunkHasher> hashers;
        // States are of no use here, and only made for SHA-256.
        for (const std::uint64_t size : chunk_sizes)
            hashers.emplace_back(size, HashAlgorithm::Sha512);
        std::uint64_t came = 0;
        const auto read = layout_->get_blob(blob, [&](Bytes piece) -> Result<void> {
            for (ChunkHasher& hasher : hashers) hasher.update(piece);
            came += piece.size();
            return {};
        });
        if (!read && read.error().fault() != Fault::Missing) damaged(blob.digest, read.error());
        if (came != blob.size) continue;
        for (ChunkHasher& hasher : hashers) {
            if (!visitor(blob.digest, blob.size, std::move(hasher).finish())) return;
        }
    }
}

}  // namespace boltseal
