// What parses prints to a text that parses again and prints the same: one spelling for what we
// write, whatever was read.
#include "tests/fuzz/fuzz.h"
#include "verify/sigstore_bundle.h"

using namespace boltseal;

FUZZ(input) {
    const auto bundle = parse_bundle(input);
    if (!bundle) return;
    const std::string text = to_string(*bundle);
    const auto again = parse_bundle(as_bytes(text));
    LAW(again.has_value());
    LAW(to_string(*again) == text);
    LAW(again->log_entries.size() == bundle->log_entries.size());
    LAW(again->content.index() == bundle->content.index());
}
