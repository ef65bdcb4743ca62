// What a strict decoder accepts, its encoder prints back; what we print, every decoder reads; and
// the lenient decoder agrees with the strict ones on everything they accept.
#include "core/encoding.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto text = as_text(input);
    const auto any = parse_base64_any(text);
    if (const auto bytes = parse_base64(text)) {
        LAW(to_base64(*bytes) == text && any && *any == *bytes);
    }
    if (const auto bytes = parse_base64url(text)) {
        LAW(to_base64url(*bytes) == text && any && *any == *bytes);
    }
    if (const auto bytes = parse_hex(text)) LAW(to_hex(*bytes) == text);
    LAW(equal(parse_base64_any(to_base64(input)).value(), input));
    LAW(equal(parse_base64_any(to_base64url(input)).value(), input));
    LAW(equal(parse_hex(to_hex(input)).value(), input));
}
