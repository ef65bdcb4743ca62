#include "verify/certificate_link.h"

#include "verify/check_algorithm.h"
#include "verify/der.h"
#include "verify/known_link.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509.h>

namespace boltseal {

namespace {

std::optional<HashAlgorithm> ecdsa_hash_of(const Certificate& certificate) {
    switch (X509_get_signature_nid(certificate.openssl())) {
        case NID_ecdsa_with_SHA256:
            return HashAlgorithm::Sha256;
        case NID_ecdsa_with_SHA384:
            return HashAlgorithm::Sha384;
        case NID_ecdsa_with_SHA512:
            return HashAlgorithm::Sha512;
        default:
            return std::nullopt;
    }
}

bool is_ecdsa(const PublicKey& key) {
    return key.type() != KeyType::Rsa && key.type() != KeyType::Ed25519;
}

// As X509_verify, which looks for its hash each time: a twentieth of a cold verification.
bool has_signed_by_ecdsa(const Certificate& issuer, const Certificate& certificate,
                         HashAlgorithm hash) {
    const ASN1_BIT_STRING* signature = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(&signature, &algorithm, certificate.openssl());
    const bool is_of_bytes = (signature->flags & 0x07) == 0;  // no bits of the last are unused
    if (!is_of_bytes ||
        X509_ALGOR_cmp(algorithm, X509_get0_tbs_sigalg(certificate.openssl())) != 0) {
        return false;
    }
    const auto parts = read_der(certificate.der(), DerTag::Sequence);
    if (!parts) return false;
    const auto signed_part = DerReader(*parts).take(DerTag::Sequence);
    return signed_part &&
           check_ecdsa(issuer.key(), digest_of(signed_part->whole, hash), bytes_of(signature));
}

}  // namespace

bool has_signed(const Certificate& issuer, const Certificate& certificate) {
    if (is_known_link(certificate, issuer)) return true;
    const auto hash = ecdsa_hash_of(certificate);
    if (hash && is_ecdsa(issuer.key())) return has_signed_by_ecdsa(issuer, certificate, *hash);
    const OpensslErrorScope errors;
    EVP_PKEY* const key = X509_get0_pubkey(issuer.openssl());
    return key && X509_verify(certificate.openssl(), key) == 1;
}

}  // namespace boltseal
