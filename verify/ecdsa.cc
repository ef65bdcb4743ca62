#include "verify/check_algorithm.h"
#include "verify/openssl_ptr.h"
#include "verify/ready_verifier.h"

#include <openssl/ecdsa.h>

namespace boltseal {

namespace {

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, OpensslFree<ECDSA_SIG_free>>;

std::size_t scalar_size(KeyType curve) {
    switch (curve) {
        case KeyType::EcdsaP256:
            return 32;
        case KeyType::EcdsaP384:
            return 48;
        case KeyType::EcdsaP521:
            return 66;
        case KeyType::Ed25519:
        case KeyType::Rsa:
            break;
    }
    return 0;
}

Error bad_ecdsa_signature() {
    return Error(Fault::Untrusted, "ECDSA signature does not verify");
}

}  // namespace

// OpenSSL refuses signatures that are not the DER it would print itself.
Result<void> check_ecdsa(const PublicKey& key, const BlobDigest& digest, Bytes signature) {
    const OpensslErrorScope errors;
    EVP_PKEY_CTX* const verifier = ready_verifier(key.openssl(), {});
    if (!verifier || EVP_PKEY_verify(verifier, signature.data(), signature.size(),
                                     digest.bytes().data(), digest.bytes().size()) != 1) {
        return bad_ecdsa_signature();
    }
    return {};
}

Result<Buffer> ecdsa_der_from_p1363(KeyType curve, Bytes r_and_s) {
    const std::size_t half = scalar_size(curve);
    if (half == 0) return Error(Fault::Malformed, "not an elliptic curve of ECDSA");
    if (r_and_s.size() != 2 * half) {
        return Error(Fault::Malformed, "ECDSA signature has a wrong length");
    }
    const EcdsaSignature signature(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(r_and_s.data(), static_cast<int>(half), nullptr);
    BIGNUM* s = BN_bin2bn(r_and_s.data() + half, static_cast<int>(half), nullptr);
    if (!signature || ECDSA_SIG_set0(signature.get(), r, s) != 1) {  // set0 takes both, or neither
        BN_free(r);
        BN_free(s);
        return Error(Fault::Malformed, "ECDSA signature has no numbers");
    }
    Buffer der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    unsigned char* next = der.data();
    i2d_ECDSA_SIG(signature.get(), &next);
    return der;
}

}  // namespace boltseal
