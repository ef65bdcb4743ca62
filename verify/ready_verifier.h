// OpenSSL's contexts for verifying signatures, kept from one to the next: logs and authorities have
// the same keys time and again, and to make one ready costs a twentieth of a verification with
// ECDSA and a fifth of one with RSA, for which OpenSSL looks for the hash by name. Included by .cc
// files only.
#pragma once

#include "core/digest.h"

#include <openssl/evp.h>

namespace boltseal {

// How a signature is made besides the key.
struct VerifierScheme {
    int rsa_padding = 0;                         // OpenSSL's RSA_*_PADDING; 0 for ECDSA
    HashAlgorithm hash = HashAlgorithm::Sha256;  // of RSA
    bool operator==(const VerifierScheme&) const = default;
};

// Ready for EVP_PKEY_verify with this key, or null. PSS is with MGF1 and the salt of the same hash,
// as long as that. The last four of a thread are kept. Valid until the thread's next call.
EVP_PKEY_CTX* ready_verifier(EVP_PKEY* key, const VerifierScheme& scheme);

}  // namespace boltseal
