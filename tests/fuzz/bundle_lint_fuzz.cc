// What parses can be linted, and the reader's deviations come first. Each says where it is.
#include "tests/fuzz/fuzz.h"
#include "verify/bundle_lint.h"

#include <algorithm>

using namespace boltseal;

FUZZ(input) {
    const auto lint = lint_bundle(input);
    const auto bundle = parse_bundle(input);
    LAW(lint.has_value() == bundle.has_value());
    if (!bundle) return;
    const Deviations& own = bundle->deviations;
    LAW(lint->deviations.size() >= own.size());
    LAW(std::equal(own.begin(), own.end(), lint->deviations.begin()));
    LAW(std::ranges::none_of(lint->deviations, [](const Deviation& one) {
        return one.where.empty() || one.what.empty();
    }));
}
