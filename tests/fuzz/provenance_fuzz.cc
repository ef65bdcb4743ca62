// A predicate of either version. Members that nobody knows change nothing.
#include "tests/fuzz/fuzz.h"
#include "verify/provenance.h"

using namespace boltseal;

FUZZ(input) {
    const auto predicate = parse_json(input);
    if (!predicate) return;
    for (const char* type :
         {"https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"}) {
        const auto provenance = read_provenance(type, *predicate);
        if (!provenance) continue;
        Json more = *predicate;
        more.set("an unknown member", 1);
        const auto again = read_provenance(type, more);
        LAW(again.has_value());
        LAW(again->builder_id == provenance->builder_id);
        LAW(again->source == provenance->source);
        LAW(again->materials == provenance->materials);
        LAW(again->external_parameters == provenance->external_parameters);
    }
}
