#include "registry-client/cached_chunks.h"

#include <bit>

namespace boltseal {

namespace {

constexpr std::string_view kMagic = "boltseal cached blob 1\n";
constexpr std::uint64_t kMostChunks = std::uint64_t{1} << 18;
constexpr std::size_t kHash = 32;

Error bad(const std::string& why) {
    return Error(Fault::Malformed, "file beside a cached blob: " + why);
}

}  // namespace

Result<CachedChunks> parse_cached_chunks(Bytes text) {
    if (text.size() > kMaxCachedChunks) return bad("it is larger than 16 MiB");
    Reader reader(text);
    const auto magic = reader.take(kMagic.size());
    if (!magic || as_text(*magic) != kMagic) return bad("it does not begin as one");
    CachedChunks out;
    BOLTSEAL_TRY(out.size, reader.u64());
    BOLTSEAL_TRY(const std::uint64_t chunk, reader.u64());
    if (chunk == 0) {
        BOLTSEAL_CHECK(reader.end());
        return out;
    }
    if (!std::has_single_bit(chunk)) return bad("chunks are of no power of two");
    const std::uint64_t count = out.size / chunk + (out.size % chunk == 0 ? 0 : 1);
    if (count == 0 || count > kMostChunks || reader.rest().size() != count * kHash) {
        return bad("it does not have as many digests as the size makes");
    }
    ChunkDigests chunks{chunk, std::vector<std::array<std::uint8_t, 32>>(count), {}};
    for (auto& digest : chunks.digests) {
        BOLTSEAL_TRY(const Bytes bytes, reader.take(kHash));
        std::copy(bytes.begin(), bytes.end(), digest.begin());
    }
    out.chunks = std::move(chunks);
    return out;
}

Buffer encode_cached_chunks(const CachedChunks& known) {
    Writer out;
    out.put(kMagic).u64(known.size).u64(known.chunks ? known.chunks->chunk_size : 0);
    if (!known.chunks) return std::move(out).take();
    for (const auto& digest : known.chunks->digests) out.put(digest);
    return std::move(out).take();
}

}  // namespace boltseal
