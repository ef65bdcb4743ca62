// For OpenSSL: a decoder of public keys on the allowed curves (verify/curve.h). OpenSSL's own makes
// a curve anew for each key, in four times the time. provider-decoder(7).
#pragma once

#include <openssl/core.h>

namespace boltseal {

struct CurveKeyParts {
    const OSSL_DISPATCH* core;  // what OpenSSL gives a provider when it starts
    const OSSL_DISPATCH* keys;  // key management of "EC" by OpenSSL's default provider
    void* context;              // of that provider
};

// Decodes SubjectPublicKeyInfo in plain form, and of any other nothing. The keys are the default
// provider's, a point of its curve each; who offers this offers that key management, too. Null if
// it lacks something. Call it once.
const OSSL_DISPATCH* start_curve_key_decoder(const CurveKeyParts& parts);

}  // namespace boltseal
