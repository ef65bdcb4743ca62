#include "registry-client/known_chunks.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

constexpr std::uint64_t kChunk = 64;

// One chunk for each letter; the same letter is the same chunk.
ChunkDigests chunks(const std::string& letters) {
    ChunkDigests out{kChunk, {}, {}};
    for (const char c : letters) out.digests.push_back({static_cast<std::uint8_t>(c)});
    return out;
}

LocalBlob blob(const std::string& name, std::uint64_t size) {
    return {nullptr, digest_of(as_bytes(name)), size};
}

}  // namespace

TEST_CASE("chunks are found wherever they are in another blob", "[chunks]") {
    KnownChunks known;
    const ChunkDigests wanted = chunks("abcdefg");
    known.want(wanted);
    const LocalBlob one = blob("one", 4 * kChunk);
    const LocalBlob two = blob("two", 3 * kChunk);
    known.add(one, chunks("xbcy"));
    known.add(two, chunks("fec"));
    REQUIRE_FALSE(known.has_all());
    const auto found = known.pieces_of(7 * kChunk, wanted);
    // b and c are side by side in both; e and f are not in the same order; c is known already.
    const std::vector<LocalPiece> expected = {{{kChunk, 3 * kChunk}, one, kChunk},
                                              {{4 * kChunk, 5 * kChunk}, two, kChunk},
                                              {{5 * kChunk, 6 * kChunk}, two, 0}};
    REQUIRE(found == expected);
    known.add(blob("three", 3 * kChunk), chunks("agd"));
    REQUIRE(known.has_all());
}

TEST_CASE("only what is wanted is remembered, and not more than the bound", "[chunks]") {
    KnownChunks known(2);
    const ChunkDigests wanted = chunks("aabc");
    known.want(wanted);
    const LocalBlob old = blob("old", 4 * kChunk);
    known.add(old, chunks("aabc"));
    REQUIRE(known.has_all());  // of the two that it takes
    const auto found = known.pieces_of(4 * kChunk, wanted);
    const std::vector<LocalPiece> expected = {{{0, kChunk}, old, 0},
                                              {{kChunk, 2 * kChunk}, old, 0},
                                              {{2 * kChunk, 3 * kChunk}, old, 2 * kChunk}};
    REQUIRE(found == expected);
}

TEST_CASE("a chunk that would be longer than the blob it is in is not there", "[chunks]") {
    KnownChunks known;
    const ChunkDigests wanted = chunks("ab");
    known.want(wanted);
    const LocalBlob old = blob("short", kChunk + 10);
    known.add(old, chunks("ab"));
    const std::vector<LocalPiece> first = {{{0, kChunk}, old, 0}};
    REQUIRE(known.pieces_of(2 * kChunk, wanted) == first);
    const std::vector<LocalPiece> both = {{{0, kChunk + 10}, old, 0}};
    REQUIRE(known.pieces_of(kChunk + 10, wanted) == both);
}
