// What is known of a cached blob has one spelling, and exactly as many chunks as its size makes.
#include "registry-client/cached_chunks.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto known = parse_cached_chunks(input);
    if (!known) return;
    LAW(equal(encode_cached_chunks(*known), input));
    if (!known->chunks) return;
    const std::uint64_t count = known->chunks->digests.size();
    LAW(count > 0 && (count - 1) * known->chunks->chunk_size < known->size);
    LAW(chunk_extent(*known->chunks, count - 1, known->size).to == known->size);
}
