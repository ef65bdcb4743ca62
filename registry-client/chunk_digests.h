// The SHA-256 of each chunk of a blob, as somebody who is believed has stated them
// (specs/chunk-list.md). Chunks are of one size, but for the last.
#pragma once

#include "core/digest.h"
#include "registry-client/extents.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace boltseal {

struct ChunkDigests {
    std::uint64_t chunk_size = 0;
    std::vector<std::array<std::uint8_t, 32>> digests;
    // The hash value that SHA-256 over the blob has reached at the end of each chunk but the last;
    // or nothing. With them one pass over a chunk proves it, and all chunks together the blob.
    std::vector<std::array<std::uint8_t, 32>> states;

    bool has_states() const { return !digests.empty() && states.size() == digests.size() - 1; }
    bool operator==(const ChunkDigests&) const = default;
};

// REQUIRES: the digest is of SHA-256
inline std::array<std::uint8_t, 32> to_array(const BlobDigest& digest) {
    std::array<std::uint8_t, 32> out{};
    std::copy_n(digest.bytes().begin(), out.size(), out.begin());
    return out;
}

// REQUIRES: there are as many as a blob of this size has chunks
inline Extent chunk_extent(const ChunkDigests& chunks, std::size_t index, std::uint64_t blob_size) {
    const std::uint64_t from = index * chunks.chunk_size;
    return {from, blob_size - from < chunks.chunk_size ? blob_size : from + chunks.chunk_size};
}

}  // namespace boltseal
