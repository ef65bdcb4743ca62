// A chunk list that parses has as many chunks as its blobs have, and prints to one that is equal.
#include "registry-client/chunk_list.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto json = parse_json(input);
    if (!json) return;
    const auto list = parse_chunk_list(*json);
    if (!list) return;
    LAW(!list->blobs.empty());
    for (const BlobChunks& blob : list->blobs) {
        LAW(!blob.chunks.digests.empty());
        const Extent last = chunk_extent(blob.chunks, blob.chunks.digests.size() - 1, blob.size);
        LAW(!last.empty() && last.to == blob.size && last.size() <= blob.chunks.chunk_size);
    }
    const auto again = parse_chunk_list(to_json_value(*list));
    LAW(again && *again == *list);
}
