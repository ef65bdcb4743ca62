#include "verify/certificate_link.h"

#include "verify/check_algorithm.h"
#include "verify/der.h"
#include "verify/known_link.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509.h>

#include <algorithm>

namespace boltseal {

namespace {

// With what a certificate is signed.
struct LinkScheme {
    int nid;  // OpenSSL's number of it
    bool is_rsa;
    HashAlgorithm hash;
};
constexpr LinkScheme kLinkSchemes[] = {
    {NID_ecdsa_with_SHA256, false, HashAlgorithm::Sha256},
    {NID_ecdsa_with_SHA384, false, HashAlgorithm::Sha384},
    {NID_ecdsa_with_SHA512, false, HashAlgorithm::Sha512},
    {NID_sha256WithRSAEncryption, true, HashAlgorithm::Sha256},
    {NID_sha384WithRSAEncryption, true, HashAlgorithm::Sha384},
    {NID_sha512WithRSAEncryption, true, HashAlgorithm::Sha512},
};

// Null if it is signed with something else, or not with a key of this type.
const LinkScheme* scheme_of(const Certificate& certificate, KeyType key) {
    const auto found = std::ranges::find(
        kLinkSchemes, X509_get_signature_nid(certificate.openssl()), &LinkScheme::nid);
    if (found == std::end(kLinkSchemes) || key == KeyType::Ed25519) return nullptr;
    return found->is_rsa == (key == KeyType::Rsa) ? &*found : nullptr;
}

// As X509_verify, which looks for its hash each time: a twentieth of a cold verification.
bool has_signed(const Certificate& issuer, const Certificate& certificate, HashAlgorithm hash) {
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
    return signed_part && check_ecdsa_or_pkcs1(issuer.key(), digest_of(signed_part->whole, hash),
                                               bytes_of(signature));
}

}  // namespace

bool has_signed(const Certificate& issuer, const Certificate& certificate) {
    if (is_known_link(certificate, issuer)) return true;
    const LinkScheme* const scheme = scheme_of(certificate, issuer.key().type());
    if (scheme) return has_signed(issuer, certificate, scheme->hash);
    const OpensslErrorScope errors;
    EVP_PKEY* const key = X509_get0_pubkey(issuer.openssl());
    return key && X509_verify(certificate.openssl(), key) == 1;
}

}  // namespace boltseal
