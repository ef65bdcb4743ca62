#include "verify/check_algorithm.h"
#include "verify/openssl_ptr.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace boltseal {

namespace {

Error bad_rsa_signature() {
    return Error(Fault::Untrusted, "RSA signature does not verify");
}

// Both schemes only as they are used with SHA-256.
Result<void> check_rsa(const PublicKey& key, int padding, const BlobDigest& digest,
                       Bytes signature) {
    const OpensslErrorScope errors;
    if (digest.algorithm() != HashAlgorithm::Sha256) return bad_rsa_signature();
    const EvpKeyContext context(key.openssl() ? EVP_PKEY_CTX_new(key.openssl(), nullptr) : nullptr);
    EVP_PKEY_CTX* ctx = context.get();
    if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1 ||
        EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1) {
        return bad_rsa_signature();
    }
    if (padding == RSA_PKCS1_PSS_PADDING &&
        (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return bad_rsa_signature();
    }
    if (EVP_PKEY_verify(ctx, signature.data(), signature.size(), digest.bytes().data(),
                        digest.bytes().size()) != 1) {
        return bad_rsa_signature();
    }
    return {};
}

}  // namespace

Result<void> check_rsa_pkcs1(const PublicKey& key, const BlobDigest& digest, Bytes signature) {
    return check_rsa(key, RSA_PKCS1_PADDING, digest, signature);
}

Result<void> check_rsa_pss(const PublicKey& key, const BlobDigest& digest, Bytes signature) {
    return check_rsa(key, RSA_PKCS1_PSS_PADDING, digest, signature);
}

}  // namespace boltseal
