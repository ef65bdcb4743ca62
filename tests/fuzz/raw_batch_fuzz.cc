// The entries of a raw batch, written one after the other, are the batch.
#include "tests/fuzz/fuzz.h"
#include "transparency/log_request.h"
#include "transparency/log_tail.h"

using namespace boltseal;

FUZZ(input) {
    const auto entries = parse_raw_batch(input);
    if (!entries) return;
    LAW(!entries->empty() && entries->size() <= kMaxBatchEntries);
    Buffer again;
    for (const Buffer& entry : *entries) append_to_bundle(again, entry);
    LAW(equal(again, input));
}
