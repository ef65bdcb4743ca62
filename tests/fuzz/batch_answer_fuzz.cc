// What is taken from a log's answer to a batch is bounded, and each duplicate is an entry.
#include "tests/fuzz/fuzz.h"
#include "transparency/log_answer.h"
#include "transparency/log_request.h"

using namespace boltseal;

FUZZ(input) {
    const auto answer = parse_batch_answer(input);
    if (!answer) return;
    LAW(answer->places.size() <= kMaxBatchEntries);
    const std::vector<std::uint64_t> indexes = sorted_indexes(answer->places);
    LAW(indexes.size() <= answer->places.size());
    for (std::size_t i = 1; i < indexes.size(); ++i) LAW(indexes[i - 1] < indexes[i]);
}
