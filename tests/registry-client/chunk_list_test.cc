#include "registry-client/chunk_list.h"

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
    ChunkHasher hasher(chunk_size);
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
        for (std::size_t i = 0; i < chunks.digests.size(); ++i) {
            const Extent extent = chunk_extent(chunks, i, size);
            REQUIRE(chunks.digests[i] ==
                    sha256({as_bytes(std::string_view(text).substr(extent.from, extent.size()))}));
        }
        const auto again = parse_chunk_list(to_json_value(list));
        REQUIRE_OK(again);
        REQUIRE(*again == list);
    }
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
