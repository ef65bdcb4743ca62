#include "registry-client/cached_chunks.h"

#include <bit>

namespace boltseal {

namespace {

constexpr std::string_view kCachedMagic = "boltseal cached blob 1\n";
constexpr std::uint64_t kMostChunks = std::uint64_t{1} << 18;
constexpr std::size_t kDigestSize = 32;

Error bad_cached_list(const std::string& why) {
    return Error(Fault::Malformed, "file beside a cached blob: " + why);
}

}  // namespace

Result<CachedChunks> parse_cached_chunks(Bytes text) {
    if (text.size() > kMaxCachedChunks) return bad_cached_list("it is larger than 16 MiB");
    Reader reader(text);
    const auto magic = reader.take(kCachedMagic.size());
    if (!magic || as_text(*magic) != kCachedMagic) {
        return bad_cached_list("it does not begin as one");
    }
    CachedChunks out;
    BOLTSEAL_TRY(out.size, reader.u64());
    BOLTSEAL_TRY(const std::uint64_t chunk, reader.u64());
    if (chunk == 0) {
        BOLTSEAL_CHECK(reader.end());
        return out;
    }
    if (!std::has_single_bit(chunk)) return bad_cached_list("chunks are of no power of two");
    const std::uint64_t count = out.size / chunk + (out.size % chunk == 0 ? 0 : 1);
    if (count == 0 || count > kMostChunks || reader.rest().size() != count * kDigestSize) {
        return bad_cached_list("it does not have as many digests as the size makes");
    }
    ChunkDigests chunks{chunk, std::vector<std::array<std::uint8_t, 32>>(count), {}};
    for (auto& digest : chunks.digests) {
        BOLTSEAL_TRY(const Bytes bytes, reader.take(kDigestSize));
        std::copy(bytes.begin(), bytes.end(), digest.begin());
    }
    out.chunks = std::move(chunks);
    return out;
}

Buffer encode_cached_chunks(const CachedChunks& known) {
    Writer out;
    out.put(kCachedMagic).u64(known.size).u64(known.chunks ? known.chunks->chunk_size : 0);
    if (!known.chunks) return std::move(out).take();
    for (const auto& digest : known.chunks->digests) out.put(digest);
    return std::move(out).take();
}

}  // namespace boltseal
