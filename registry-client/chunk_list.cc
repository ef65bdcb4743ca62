#include "registry-client/chunk_list.h"

#include "core/encoding.h"
#include "registry-client/reference.h"

#include <algorithm>
#include <bit>
#include <set>

namespace boltseal {

namespace {

constexpr std::size_t kMaxBlobs = 1024;
constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 18;
constexpr std::uint64_t kLeast = std::uint64_t{64} << 10;
constexpr std::uint64_t kLargestChunk = std::uint64_t{1} << 30;
constexpr std::uint64_t kUsual = std::uint64_t{256} << 10;
constexpr std::uint64_t kManyChunks = 16'384;
constexpr std::size_t kHash = 32;

Error bad_chunk_list(const std::string& why) {
    return Error(Fault::Malformed, why);
}

std::uint64_t count_of(std::uint64_t size, std::uint64_t chunk_size) {
    return size / chunk_size + (size % chunk_size == 0 ? 0 : 1);
}

// So many hashes in base64, one after the other.
Result<std::vector<std::array<std::uint8_t, 32>>> parse_hashes(const Json& json,
                                                               std::string_view member,
                                                               std::uint64_t count) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(member));
    const auto miscounted = [&] {
        return bad_chunk_list("member '" + std::string(member) + "' does not have " +
                              std::to_string(count) + " hashes");
    };
    // Before anything is decoded: the length that many hashes have in base64.
    if (text->size() != (count * kHash + 2) / 3 * 4) return miscounted();
    BOLTSEAL_TRY(const Buffer bytes, parse_base64(*text));
    if (bytes.size() != count * kHash) return miscounted();
    std::vector<std::array<std::uint8_t, 32>> out(count);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const Bytes hash = Bytes(bytes).subspan(i * kHash, kHash);
        std::copy(hash.begin(), hash.end(), out[i].begin());
    }
    return out;
}

Json to_json_value(const std::vector<std::array<std::uint8_t, 32>>& hashes) {
    Buffer out;
    for (const auto& hash : hashes) out.insert(out.end(), hash.begin(), hash.end());
    return to_base64(out);
}

Result<BlobChunks> parse_blob(const Json& json) {
    BOLTSEAL_CHECK(json.only({"digest", "size", "chunkSize", "sha256", "states"}));
    BlobChunks out;
    BOLTSEAL_TRY(const std::string* digest, json.string_at("digest"));
    BOLTSEAL_TRY(out.blob, parse_oci_digest(*digest));
    BOLTSEAL_TRY(out.size, json.uint_at("size"));
    BOLTSEAL_TRY(out.chunks.chunk_size, json.uint_at("chunkSize"));
    const std::uint64_t chunk = out.chunks.chunk_size;
    if (!std::has_single_bit(chunk) || chunk < kLeast || chunk > kLargestChunk) {
        return bad_chunk_list("member 'chunkSize' is no power of two from 64 KiB to 1 GiB");
    }
    const std::uint64_t count = count_of(out.size, chunk);
    if (count == 0 || count > kMaxChunks) {
        return bad_chunk_list("blob has no chunks, or more than 262144");
    }
    BOLTSEAL_TRY(out.chunks.digests, parse_hashes(json, "sha256", count));
    if (json.find("states") == nullptr) return out;
    if (out.blob.algorithm() != HashAlgorithm::Sha256 || count == 1) {
        return bad_chunk_list(
            "member 'states' is only for a blob of several chunks that SHA-256 names");
    }
    BOLTSEAL_TRY(out.chunks.states, parse_hashes(json, "states", count - 1));
    return out;
}

}  // namespace

Result<ChunkList> parse_chunk_list(const Json& predicate) {
    BOLTSEAL_CHECK(predicate.only({"blobs"}));
    BOLTSEAL_TRY(const Json::Array* blobs, predicate.array_at("blobs"));
    if (blobs->empty() || blobs->size() > kMaxBlobs) {
        return bad_chunk_list("chunk list has no blobs, or more than 1024");
    }
    ChunkList out;
    std::set<BlobDigest> seen;
    std::uint64_t chunks = 0;
    for (const Json& json : *blobs) {
        auto blob = parse_blob(json);
        if (!blob) {
            return std::move(blob).error().context("blob " + std::to_string(out.blobs.size()));
        }
        if (!seen.insert(blob->blob).second) return bad_chunk_list("chunk list has a blob twice");
        chunks += blob->chunks.digests.size();
        if (chunks > kMaxChunks) return bad_chunk_list("chunk list has more than 262144 chunks");
        out.blobs.push_back(*std::move(blob));
    }
    return out;
}

Json to_json_value(const ChunkList& list) {
    Json::Array blobs;
    for (const BlobChunks& blob : list.blobs) {
        Json json = Json::object({{"digest", to_string(blob.blob)},
                                  {"size", blob.size},
                                  {"chunkSize", blob.chunks.chunk_size},
                                  {"sha256", to_json_value(blob.chunks.digests)}});
        if (!blob.chunks.states.empty()) json.set("states", to_json_value(blob.chunks.states));
        blobs.push_back(std::move(json));
    }
    return Json::object({{"blobs", std::move(blobs)}});
}

const ChunkDigests* find_chunks(const ChunkList& list, const Descriptor& blob) {
    for (const BlobChunks& one : list.blobs) {
        if (one.blob == blob.digest && one.size == blob.size) return &one.chunks;
    }
    return nullptr;
}

std::uint64_t chunk_size_for(std::uint64_t blob_size) {
    std::uint64_t size = kUsual;
    while (size < kLargestChunk && count_of(blob_size, size) > kManyChunks) size *= 2;
    return size;
}

void ChunkHasher::update(Bytes bytes) {
    while (!bytes.empty()) {
        if (hasher_.size() == size_) end_chunk();
        const std::uint64_t room = size_ - hasher_.size();
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size()));
        hasher_.update(bytes.first(n));
        if (algorithm_ == HashAlgorithm::Sha256) whole_.update(bytes.first(n));
        bytes = bytes.subspan(n);
    }
}

// Not before there are more bytes: where the blob ends there is a digest and no state.
void ChunkHasher::end_chunk() {
    out_.digests.push_back(to_array(std::exchange(hasher_, Hasher()).finish()));
    if (algorithm_ == HashAlgorithm::Sha256) out_.states.push_back(whole_.save()->value);
}

ChunkDigests ChunkHasher::finish() && {
    if (hasher_.size() > 0) out_.digests.push_back(to_array(std::move(hasher_).finish()));
    out_.chunk_size = size_;
    return std::move(out_);
}

Result<std::optional<ChunkList>> make_chunk_list(ImageStore& store, const Manifest& manifest,
                                                 std::uint64_t threshold) {
    ChunkList out;
    std::set<BlobDigest> seen;
    std::uint64_t chunks = 0;
    for (const Descriptor& layer : manifest.layers) {
        if (layer.size <= threshold || !seen.insert(layer.digest).second) continue;
        const std::uint64_t size = chunk_size_for(layer.size);
        chunks += count_of(layer.size, size);
        if (out.blobs.size() == kMaxBlobs || chunks > kMaxChunks) {
            return Error(Fault::Declined, "the image has more chunks than a chunk list may have");
        }
        ChunkHasher hasher(size, layer.digest.algorithm());
        BOLTSEAL_CHECK(store.get_blob(layer, [&](Bytes piece) -> Result<void> {
            hasher.update(piece);
            return {};
        }));
        out.blobs.push_back({layer.digest, layer.size, std::move(hasher).finish()});
    }
    if (out.blobs.empty()) return std::optional<ChunkList>();
    return std::optional<ChunkList>(std::move(out));
}

}  // namespace boltseal
