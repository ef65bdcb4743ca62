// What parses prints, in UTC and without fraction, to a text of one length that means the same.
#include "core/time.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto time = parse_rfc3339(as_text(input));
    if (!time) return;
    const std::string text = to_rfc3339(*time);
    LAW(text.size() == std::string_view("2026-11-23T15:44:29Z").size());
    LAW(parse_rfc3339(text).value() == *time);
}
