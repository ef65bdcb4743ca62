// What is known of a blob in the cache, in a file beside it: its size, and the SHA-256 of each of
// its chunks if it was fetched with a list of them. specs/cache.md#what-is-known-of-a-blob
//
// Nobody signs it, and nothing depends on it: what is read because of it is proved.
#pragma once

#include "registry-client/chunk_digests.h"

#include <optional>

namespace boltseal {

struct CachedChunks {
    std::uint64_t size = 0;
    std::optional<ChunkDigests> chunks;  // without states
    bool operator==(const CachedChunks&) const = default;
};

inline constexpr std::size_t kMaxCachedChunks = std::size_t{16} << 20;  // bytes of such a file

// Malformed unless it is one, with as many digests as the size makes. Limit: 262,144 chunks.
Result<CachedChunks> parse_cached_chunks(Bytes text);
Buffer encode_cached_chunks(const CachedChunks& known);

}  // namespace boltseal
