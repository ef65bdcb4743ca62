// A key has one DER form, which is the one it was read from, and which OpenSSL prints of what we
// have made of it. It survives the way through PEM.
#include "tests/fuzz/fuzz.h"
#include "verify/openssl_ptr.h"
#include "verify/public_key.h"

#include <openssl/x509.h>

using namespace boltseal;

namespace {

Buffer printed_by_openssl(EVP_PKEY* key) {
    Buffer der(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)));
    unsigned char* next = der.data();
    LAW(i2d_PUBKEY(key, &next) == static_cast<int>(der.size()));
    return der;
}

}  // namespace

FUZZ(input) {
    if (const auto key = parse_public_key_der(input)) {
        LAW(equal(key->spki(), input));
        LAW(parse_public_key_pem(as_bytes(to_pem(*key))).value() == *key);
        if (key->openssl()) LAW(equal(printed_by_openssl(key->openssl()), input));
    }
    if (const auto key = parse_public_key_pem(input)) {
        LAW(parse_public_key_der(key->spki()).value() == *key);
    }
}
