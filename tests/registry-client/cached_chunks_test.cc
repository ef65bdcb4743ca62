#include "registry-client/cached_chunks.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

CachedChunks sample() {
    CachedChunks out{600'000, ChunkDigests{262'144, {}, {}}};
    for (std::uint8_t i = 0; i < 3; ++i) out.chunks->digests.push_back({i});
    return out;
}

}  // namespace

TEST_CASE("what is known of a cached blob comes back as it was written", "[cache]") {
    for (const CachedChunks& known : {sample(), CachedChunks{5, std::nullopt}, CachedChunks{}}) {
        const auto read = parse_cached_chunks(encode_cached_chunks(known));
        REQUIRE_OK(read);
        REQUIRE(*read == known);
    }
}

TEST_CASE("a file beside a cached blob that says nonsense is refused", "[cache]") {
    const Buffer good = encode_cached_chunks(sample());
    Buffer bytes = good;
    std::string why;
    SECTION("cut off") {
        bytes.pop_back();
        why = "it does not have as many digests as the size makes";
    }
    SECTION("too long") {
        bytes.insert(bytes.end(), 32, 0);
        why = "it does not have as many digests as the size makes";
    }
    SECTION("something else") {
        bytes[0] = 'B';
        why = "it does not begin as one";
    }
    SECTION("chunks of an odd size") {
        bytes[23 + 15] = 1;
        why = "chunks are of no power of two";
    }
    SECTION("an empty blob in chunks") {
        bytes = encode_cached_chunks({0, ChunkDigests{64, {}, {}}});
        why = "it does not have as many digests as the size makes";
    }
    SECTION("more chunks than a list may have") {
        ChunkDigests many{1, {}, {}};
        many.digests.resize((1 << 18) + 1);
        bytes = encode_cached_chunks({(1 << 18) + 1, many});
        why = "it does not have as many digests as the size makes";
    }
    SECTION("far too long") {
        bytes.resize(kMaxCachedChunks + 1);
        why = "it is larger than 16 MiB";
    }
    REQUIRE_REFUSED(parse_cached_chunks(bytes), "file beside a cached blob: " + why);
}

TEST_CASE("without chunks nothing may follow", "[cache]") {
    Buffer bytes = encode_cached_chunks({5, std::nullopt});
    bytes.push_back(0);
    REQUIRE_FAULT(parse_cached_chunks(bytes), Fault::Malformed);
    bytes.resize(bytes.size() - 2);
    REQUIRE_FAULT(parse_cached_chunks(bytes), Fault::Malformed);
}
