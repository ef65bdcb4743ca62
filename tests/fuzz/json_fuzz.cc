// What parses prints to a text that parses to the same value, and the canonical text is a fixed
// point: canonicalising it again changes nothing.
#include "core/json.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto json = parse_json(input);
    if (!json) return;
    LAW(is_utf8(input));
    LAW(parse_json(to_json(*json)).value() == *json);
    LAW(parse_json(to_pretty_json(*json)).value() == *json);
    // RFC 8785 prints doubles from 2^64 to 10^21 as integers that we refuse to read.
    const std::string canonical = to_canonical_json(*json);
    if (const auto again = parse_json(canonical)) LAW(to_canonical_json(*again) == canonical);
}
