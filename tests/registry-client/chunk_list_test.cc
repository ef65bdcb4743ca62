#include "registry-client/chunk_list.h"

#include "core/encoding.h"
#include "registry-client/oci_layout.h"
#include "tests/check.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr std::uint64_t kKiB = 1024;

std::string text_of_size(std::size_t size) {
    std::string out(size, 'a');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + i / 1000 % 26);
    return out;
}

ChunkList list_of(const std::string& text, std::uint64_t chunk_size) {
    ChunkHasher hasher(chunk_size, HashAlgorithm::Sha256);
    for (std::size_t at = 0; at < text.size(); at += 70'000) {
        hasher.update(as_bytes(std::string_view(text).substr(at, 70'000)));
    }
    return {{{digest_of(as_bytes(text)), text.size(), std::move(hasher).finish()}}};
}

Json with(const std::string& name, Json value) {
    Json json = to_json_value(list_of(text_of_size(200 * kKiB), 64 * kKiB));
    Json::Array blobs = *json.find("blobs")->as_array();
    blobs[0].set(name, std::move(value));
    json.set("blobs", std::move(blobs));
    return json;
}

}  // namespace

TEST_CASE("a chunk list has the hash of every chunk, and reads back as it was", "[chunks]") {
    for (const std::size_t size : {1U, 65535U, 65536U, 65537U, 131072U, 300'000U}) {
        const std::string text = text_of_size(size);
        const ChunkList list = list_of(text, 64 * kKiB);
        const ChunkDigests& chunks = list.blobs[0].chunks;
        REQUIRE(chunks.digests.size() == (size + 65535) / 65536);
        REQUIRE(chunks.has_states());
        for (std::size_t i = 0; i < chunks.digests.size(); ++i) {
            const Extent extent = chunk_extent(chunks, i, size);
            REQUIRE(chunks.digests[i] ==
                    sha256({as_bytes(std::string_view(text).substr(extent.from, extent.size()))}));
        }
        for (std::size_t i = 0; i < chunks.states.size(); ++i) {
            Sha256State state;
            state.update(as_bytes(text).first((i + 1) * 64 * kKiB));
            REQUIRE(chunks.states[i] == state.save()->value);
        }
        const auto again = parse_chunk_list(to_json_value(list));
        REQUIRE_OK(again);
        REQUIRE(*again == list);
    }
}

TEST_CASE("the states of the hash lead from one chunk to the next, and to the digest", "[chunks]") {
    const std::string text = text_of_size(200 * kKiB);
    const BlobChunks blob = list_of(text, 64 * kKiB).blobs[0];
    auto last = Sha256State::resume({blob.chunks.states[2], 3 * 64 * kKiB});
    REQUIRE_OK(last);
    last->update(as_bytes(text).subspan(3 * 64 * kKiB));
    REQUIRE(std::move(*last).finish() == blob.blob);
}

TEST_CASE("the worked example of the specification holds", "[chunks]") {
    std::string text;
    for (std::size_t i = 0; i < 655'360; ++i) text.push_back(static_cast<char>(i % 256));
    const BlobChunks blob = list_of(text, 256 * kKiB).blobs[0];
    REQUIRE(to_string(blob.blob) ==
            "sha256:8e73564b8b86469a50b335f3d6744f53f30324635d1ec50eb055df2a7072f8c4");
    REQUIRE(to_hex(blob.chunks.digests[1]) ==
            "2312394bd99545d9de131c24efb781e765ac1aec243f2ed9347597a793a415e9");
    // Computed from FIPS 180-4 without a library.
    REQUIRE(to_hex(blob.chunks.states[0]) ==
            "bb11960345b5b1e280dda1f99545b815e976df41cb55ea47d20aa53b595aad0b");
    REQUIRE(to_hex(blob.chunks.states[1]) ==
            "eea41cd92d6ca9363945175f8c2c492e71f6f4608074cc8b7dc16cb0b4da0762");
}

TEST_CASE("a list without states is as good as one can have of another hash", "[chunks]") {
    ChunkHasher hasher(64 * kKiB, HashAlgorithm::Sha512);
    hasher.update(as_bytes(text_of_size(200 * kKiB)));
    const ChunkDigests chunks = std::move(hasher).finish();
    REQUIRE(chunks.digests.size() == 4);
    REQUIRE_FALSE(chunks.has_states());
    const auto parsed = parse_chunk_list(
        to_json_value(ChunkList{{{digest_of(as_bytes("x")), 200 * kKiB, chunks}}}));
    REQUIRE_OK(parsed);
    REQUIRE(parsed->blobs[0].chunks == chunks);
}

TEST_CASE("lists that do not fit their blob are refused", "[chunks]") {
    REQUIRE_OK(parse_chunk_list(with("size", 200 * kKiB)));
    const std::string first = "blob 0: ";
    REQUIRE_REFUSED(parse_chunk_list(with("size", 300 * kKiB)),
                    first + "member 'sha256' does not have 5 hashes");
    REQUIRE_REFUSED(parse_chunk_list(with("size", 0)),
                    first + "blob has no chunks, or more than 262144");
    REQUIRE_REFUSED(parse_chunk_list(with("size", std::uint64_t{1} << 60)),
                    first + "blob has no chunks, or more than 262144");
    for (const std::uint64_t bad :
         {std::uint64_t{0}, 32 * kKiB, 65 * kKiB, std::uint64_t{1} << 31}) {
        REQUIRE_REFUSED(parse_chunk_list(with("chunkSize", bad)),
                        first + "member 'chunkSize' is no power of two from 64 KiB to 1 GiB");
    }
    REQUIRE_REFUSED(parse_chunk_list(with("sha256", std::string(172, '!'))),
                    first + "base64 has a character outside its alphabet");
    REQUIRE_FAULT(parse_chunk_list(with("digest", "sha256:12")), Fault::Malformed);
    REQUIRE_REFUSED(parse_chunk_list(with("states", to_base64(Buffer(4 * 32)))),
                    first + "member 'states' does not have 3 hashes");
    const std::string lonely =
        first + "member 'states' is only for a blob of several chunks that SHA-256 names";
    REQUIRE_REFUSED(parse_chunk_list(with("digest", "sha512:" + std::string(128, '0'))), lonely);
    Json small = to_json_value(list_of("x", 64 * kKiB)).find("blobs")->as_array()->front();
    small.set("states", to_base64(Buffer(32)));
    REQUIRE_REFUSED(parse_chunk_list(Json::object({{"blobs", Json::array({small})}})), lonely);
    REQUIRE_REFUSED(parse_chunk_list(with("chunkSize", 256 * kKiB)),
                    first + "member 'sha256' does not have 1 hashes");
    REQUIRE_REFUSED(parse_chunk_list(with("more", 1)), first + "unknown member 'more'");
    REQUIRE_REFUSED(parse_chunk_list(Json::object({{"blobs", Json::array({})}})),
                    "chunk list has no blobs, or more than 1024");
    const Json one = to_json_value(list_of("x", 64 * kKiB)).find("blobs")->as_array()->front();
    REQUIRE_REFUSED(parse_chunk_list(Json::object({{"blobs", Json::array({one, one})}})),
                    "chunk list has a blob twice");
    REQUIRE_REFUSED(parse_chunk_list(Json::object({{"blobs", Json::Array(1025, one)}})),
                    "chunk list has no blobs, or more than 1024");
}

TEST_CASE("chunks grow with the blob, so that lists stay small", "[chunks]") {
    REQUIRE(chunk_size_for(1) == 256 * kKiB);
    REQUIRE(chunk_size_for(std::uint64_t{4} << 30) == 256 * kKiB);
    REQUIRE(chunk_size_for((std::uint64_t{4} << 30) + 1) == 512 * kKiB);
    REQUIRE(chunk_size_for(std::uint64_t{1} << 40) == std::uint64_t{64} << 20);
}

TEST_CASE("the list of an image has its large layers, each once", "[chunks]") {
    TempFolder folder;
    auto store = LayoutStore::create(folder / "layout");
    REQUIRE_OK(store);
    Manifest manifest;
    manifest.media_type = kOciManifest;
    const std::string large = text_of_size(600 * kKiB);
    manifest.layers = {put_text(*store, "small", "a/b"), put_text(*store, large, "a/b")};
    manifest.layers.push_back(manifest.layers[1]);
    const auto list = make_chunk_list(*store, manifest, 500 * kKiB);
    REQUIRE_OK(list);
    REQUIRE(list->has_value());
    REQUIRE((**list).blobs == list_of(large, 256 * kKiB).blobs);
    REQUIRE(find_chunks(**list, manifest.layers[1]) == &(**list).blobs[0].chunks);
    REQUIRE(find_chunks(**list, manifest.layers[0]) == nullptr);
    Descriptor other = manifest.layers[1];
    other.size += 1;
    REQUIRE(find_chunks(**list, other) == nullptr);
    REQUIRE_FALSE(make_chunk_list(*store, manifest, 600 * kKiB)->has_value());
}
