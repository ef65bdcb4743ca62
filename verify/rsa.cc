#include "verify/check_algorithm.h"
#include "verify/openssl_ptr.h"
#include "verify/ready_verifier.h"

#include <openssl/rsa.h>

namespace boltseal {

namespace {

Result<void> check_rsa(const PublicKey& key, int padding, const BlobDigest& digest,
                       Bytes signature) {
    const OpensslErrorScope errors;
    EVP_PKEY_CTX* const verifier = ready_verifier(key.openssl(), {padding, digest.algorithm()});
    if (!verifier || EVP_PKEY_verify(verifier, signature.data(), signature.size(),
                                     digest.bytes().data(), digest.bytes().size()) != 1) {
        return Error(Fault::Untrusted, "RSA signature does not verify");
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
