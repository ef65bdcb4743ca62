// An answer to a look-up is bounded, its entries ascend, and it prints back to what parses as it.
#include "tests/fuzz/fuzz.h"
#include "transparency/lookup_answer.h"

using namespace boltseal;

FUZZ(input) {
    const auto answer = parse_lookup_answer(input);
    if (!answer) return;
    LAW(answer->entries.size() <= kLookupPage);
    for (std::size_t i = 1; i < answer->entries.size(); ++i) {
        LAW(answer->entries[i - 1].index < answer->entries[i].index);
    }
    LAW(parse_lookup_answer(as_bytes(print_lookup_answer(*answer))).value() == *answer);
}
