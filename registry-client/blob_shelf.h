// Blobs that lie on this machine already: in the cache (blob_cache.h), or in an older image
// (reused_layout.h). What is read from there is proved as what arrives is: a shelf that is wrong
// costs time, and no more.
#pragma once

#include "registry-client/chunk_digests.h"
#include "registry-client/stored_bytes.h"

#include <functional>
#include <set>

namespace boltseal {

// Told of a blob there that is not what its name says.
using DamageSink = std::function<void(const BlobDigest& blob, const Error& why)>;

// A blob there, its size, and its chunks, which nobody vouches for. False: that is enough.
using ChunkVisitor =
    std::function<bool(const BlobDigest& blob, std::uint64_t size, const ChunkDigests& chunks)>;

class BlobShelf {
public:
    virtual ~BlobShelf() = default;
    virtual std::string name() const = 0;  // "cache '/var/cache/boltseal'", for messages

    // Missing if it is not there; may be called from any thread. Nothing is proved.
    virtual Result<StoredBytes> open_blob(const BlobDigest& digest) const = 0;
    // The blobs whose chunks are known, or can be found out, as far as they are of these sizes.
    virtual void each_chunked(const std::set<std::uint64_t>& chunk_sizes,
                              const ChunkVisitor& visitor, const DamageSink& damaged) = 0;
    // It will be read from now on.
    virtual void use(const BlobDigest&) {}
    // It was found to be damaged, and is not to be read again.
    virtual void drop(const BlobDigest&) {}
};

struct LocalBlob {
    BlobShelf* shelf = nullptr;
    BlobDigest digest;
    std::uint64_t size = 0;
    bool operator==(const LocalBlob&) const = default;
};

// Bytes of a blob that is wanted, as they lie in another.
struct LocalPiece {
    Extent extent;  // in the one that is wanted
    LocalBlob from;
    std::uint64_t offset = 0;  // in that
    bool operator==(const LocalPiece&) const = default;
};

}  // namespace boltseal
