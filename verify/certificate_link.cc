#include "verify/certificate_link.h"

#include "verify/openssl_ptr.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace boltseal {

int check_link(x509_st* certificate, x509_st* issuer) {
    const OpensslErrorScope errors;
    if ((X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) == 0) {
        return X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
    }
    EVP_PKEY* key = X509_get0_pubkey(issuer);
    if (key == nullptr) return X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY;
    return X509_verify(certificate, key) == 1 ? X509_V_OK : X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

}  // namespace boltseal
