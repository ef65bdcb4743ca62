// The body of an entry of kind dsse is canonical: what parses is exactly what is printed for its
// parts. What an entry of any kind names is read from it without trouble.
#include "tests/fuzz/fuzz.h"
#include "verify/dsse_entry.h"
#include "verify/entry_names.h"

using namespace boltseal;

FUZZ(input) {
    const auto entry = parse_dsse_entry(input);
    if (entry) LAW(equal(encode_dsse_entry(*entry).value(), input));
    const auto names = read_entry_names(input);
    LAW(!entry || (names && names->keys.size() == entry->signatures.size()));
    if (names) LAW(names->kind == "dsse" ? entry.has_value() : names->keys.size() == 1);
}
