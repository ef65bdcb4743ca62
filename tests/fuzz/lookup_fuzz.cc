// What entries are looked up by has one spelling, and what parses has a key and text for people.
#include "tests/fuzz/fuzz.h"
#include "transparency/lookup.h"

using namespace boltseal;

FUZZ(input) {
    const auto lookup = parse_lookup(as_text(input));
    if (!lookup) return;
    LAW(to_path(*lookup) == as_text(input));
    LAW(!to_string(*lookup).empty());
    LAW(key_of(*lookup) == key_of(parse_lookup(to_path(*lookup)).value()));
}
