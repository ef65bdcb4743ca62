// A description of a capsule that is taken is in the one form that it is written in.
#include "cli/capsule.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto capsule = parse_capsule(input);
    if (!capsule) return;
    LAW(to_string(*capsule) == as_text(input));
    LAW(!capsule->expires || capsule->created <= *capsule->expires);
}
