// A submission that parses has an entry, and prints to a submission of the same entry.
#include "tests/fuzz/fuzz.h"
#include "transparency/log_request.h"

using namespace boltseal;

FUZZ(input) {
    const auto entry = parse_submission(input);
    if (!entry) return;
    const auto printed = encode_submission(*entry);
    if (!printed) return;  // an RSA size that has no name
    const auto again = parse_submission(as_bytes(*printed));
    LAW(again.has_value());
    LAW(encode_entry(*again).value() == encode_entry(*entry).value());
}
