// What parses prints to a canonical text, which parses to the same purl and prints to itself.
#include "tests/fuzz/fuzz.h"
#include "verify/purl.h"

using namespace boltseal;

FUZZ(input) {
    const auto purl = parse_purl(as_text(input));
    if (!purl) return;
    LAW(!purl->type.empty() && !purl->name.empty());
    LAW(same_package(*purl, *purl));
    const std::string text = to_string(*purl);
    const auto again = parse_purl(text);
    if (!again) {
        LAW(text.size() > 4096);  // escapes made it longer
        return;
    }
    LAW(*again == *purl);
    LAW(to_string(*again) == text);
}
