// Which chunks the blobs of an image have: the predicate of a chunk list attestation,
// specs/chunk-list.md. What is in it counts once a signature over it was verified, and then it lets
// every chunk be proved on arrival, wherever it comes from.
#pragma once

#include "core/json.h"
#include "core/sha256_state.h"
#include "registry-client/chunk_digests.h"
#include "registry-client/image_store.h"

#include <optional>

namespace boltseal {

inline constexpr std::string_view kChunkListType = "https://boltseal.dev/chunk-list/v1";

struct BlobChunks {
    BlobDigest blob;
    std::uint64_t size = 0;
    ChunkDigests chunks;
    bool operator==(const BlobChunks&) const = default;
};

struct ChunkList {
    std::vector<BlobChunks> blobs;
    bool operator==(const ChunkList&) const = default;
};

// Strict: unknown members, two entries for one blob, and more or fewer chunks than the size makes
// are Malformed. Limits: 1024 blobs, 262,144 chunks in all.
Result<ChunkList> parse_chunk_list(const Json& predicate);
Json to_json_value(const ChunkList& list);

// What the list has for just this blob and size.
const ChunkDigests* find_chunks(const ChunkList& list, const Descriptor& blob);

// The size that we cut a blob into: 256 KiB, and more for those beyond 4 GiB (specs/adr/0014).
std::uint64_t chunk_size_for(std::uint64_t blob_size);

// Takes a blob from its first byte on, whose own digest is of SHA-256 if there are to be states.
class ChunkHasher {
public:
    ChunkHasher(std::uint64_t chunk_size, HashAlgorithm algorithm)
        : size_(chunk_size), algorithm_(algorithm) {}
    void update(Bytes bytes);
    ChunkDigests finish() &&;

private:
    void end_chunk();

    std::uint64_t size_;
    HashAlgorithm algorithm_;
    Hasher hasher_;
    Sha256State whole_;
    ChunkDigests out_;
};

// Reads the blobs of an image manifest that are larger than `threshold`, each once, and proves them
// on the way. Nothing if there are none; Declined if there are more than a list may have.
Result<std::optional<ChunkList>> make_chunk_list(ImageStore& store, const Manifest& manifest,
                                                 std::uint64_t threshold);

}  // namespace boltseal
