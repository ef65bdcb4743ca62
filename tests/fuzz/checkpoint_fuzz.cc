// What parses prints back to the same bytes.
#include "tests/fuzz/fuzz.h"
#include "verify/checkpoint.h"

using namespace boltseal;

FUZZ(input) {
    const auto checkpoint = parse_checkpoint(as_text(input));
    if (!checkpoint) return;
    LAW(to_string(*checkpoint) == as_text(input));
    LAW(parse_checkpoint(to_string(*checkpoint)).value() == *checkpoint);
}
