// A key has one DER form, which is the one it was read from, and survives the way through PEM.
#include "tests/fuzz/fuzz.h"
#include "verify/public_key.h"

using namespace boltseal;

FUZZ(input) {
    if (const auto key = parse_public_key_der(input)) {
        LAW(equal(key->spki(), input));
        LAW(parse_public_key_pem(as_bytes(to_pem(*key))).value() == *key);
    }
    if (const auto key = parse_public_key_pem(input)) {
        LAW(parse_public_key_der(key->spki()).value() == *key);
    }
}
