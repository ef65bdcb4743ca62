// The body of a log entry is canonical: what parses is exactly what is printed for its parts.
#include "tests/fuzz/fuzz.h"
#include "verify/log_entry.h"

using namespace boltseal;

FUZZ(input) {
    if (const auto entry = parse_entry(input)) LAW(equal(encode_entry(*entry).value(), input));
    const auto json = parse_json(input);
    if (!json) return;
    if (const auto entry = parse_log_entry(*json)) {
        LAW(to_json(parse_log_entry(to_json(*entry)).value()) == to_json(*entry));
    }
}
