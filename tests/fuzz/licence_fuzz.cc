// An expression is satisfied if all its licences are allowed, and not if none is. Each licence
// prints to an expression of it alone.
#include "tests/fuzz/fuzz.h"
#include "verify/spdx_licence.h"

using namespace boltseal;

FUZZ(input) {
    const auto expression = LicenceExpression::parse(as_text(input));
    if (!expression) return;
    std::vector<std::string> all;
    for (const Licence& licence : expression->licences()) {
        all.push_back(to_string(licence));
        LAW(LicenceExpression::parse(all.back())->licences() == std::vector<Licence>{licence});
    }
    LAW(!all.empty());
    LAW(AllowedLicences::from(all)->allow(*expression));
    LAW(!AllowedLicences().allow(*expression));
}
