// A range contains its first address, and what is one address prints back to itself in one
// spelling.
#include "tests/fuzz/fuzz.h"
#include "transparency/ip_address.h"

using namespace boltseal;

FUZZ(input) {
    const auto text = as_text(input);
    if (const auto range = parse_ip_range(text)) {
        LAW(range->prefix <= 128 && range->contains(range->first));
        LAW(text.find('/') != text.npos || range->prefix == 128);
    }
    const auto address = parse_ip_address(text);
    if (!address) return;
    LAW(parse_ip_address(to_string(*address)).value() == *address);
    LAW(parse_ip_range(text).has_value());
}
