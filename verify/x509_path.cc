#include "verify/x509_path.h"

#include "verify/known_link.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

using StorePtr = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
struct FreeBorrowing {  // the certificates in it are somebody else's
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using X509Borrowed = std::unique_ptr<STACK_OF(X509), FreeBorrowing>;

Error refused_path(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

const Certificate* find_known(const CertificatePath& known, const X509* certificate) {
    const auto found = std::ranges::find(known, certificate, &Certificate::openssl);
    return found == known.end() ? nullptr : &*found;
}

// Of the certificates in the authority's chain and the leaf, those that OpenSSL has put in order.
Result<CertificatePath> path_of(X509_STORE_CTX* context, const Certificate& leaf,
                                const CertificatePath& known) {
    CertificatePath path;
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        const X509* next = sk_X509_value(chain, i);
        if (next == leaf.openssl()) {
            path.push_back(leaf);
            continue;
        }
        const Certificate* found = find_known(known, next);
        if (!found) return refused_path("certificate path leaves the authority's chain");
        path.push_back(*found);
    }
    return path;
}

Error path_error(X509_STORE_CTX* context) {
    const int error = X509_STORE_CTX_get_error(context);
    const std::string which =
        X509_STORE_CTX_get_error_depth(context) == 0 ? "certificate" : "issuer of the certificate";
    switch (error) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return refused_path("certificate does not lead to this authority");
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return refused_path(which + ": signature does not verify");
        default:
            return refused_path(which + ": " + X509_verify_cert_error_string(error));
    }
}

// RFC 5280 section 6.1.3 step (a)(1) for the certificate, and 6.1.4 step (n) for its issuer.
int check_link(X509* certificate, X509* issuer, const CertificatePath& known) {
    if ((X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) == 0) {
        return X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
    }
    const Certificate* lower = find_known(known, certificate);
    const Certificate* upper = find_known(known, issuer);
    if (lower && upper && is_known_link(*lower, *upper)) return X509_V_OK;
    EVP_PKEY* key = X509_get0_pubkey(issuer);
    if (key == nullptr) return X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY;
    return X509_verify(certificate, key) == 1 ? X509_V_OK : X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

// In the place of OpenSSL's loop over a path, which would verify links that are known. Of all else
// that the loop does, only times are left, and they are not checked here.
int check_links(X509_STORE_CTX* context) {
    const auto& known = *static_cast<CertificatePath*>(X509_STORE_CTX_get_app_data(context));
    const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
    for (int i = sk_X509_num(path) - 2; i >= 0; --i) {
        const int found = check_link(sk_X509_value(path, i), sk_X509_value(path, i + 1), known);
        if (found == X509_V_OK) continue;
        X509_STORE_CTX_set_error(context, found);
        X509_STORE_CTX_set_error_depth(context, i);
        return 0;
    }
    return 1;
}

}  // namespace

Result<CertificatePath> build_path(const Certificate& leaf, const CertificatePath& known) {
    const OpensslErrorScope errors;
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    const X509Borrowed untrusted(sk_X509_new_null());
    if (!store || !context || !untrusted) return refused_path("certificate path: out of memory");
    for (std::size_t i = 0; i + 1 < known.size(); ++i) {
        if (sk_X509_push(untrusted.get(), known[i].openssl()) == 0) {
            return refused_path("certificate path: out of memory");
        }
    }
    if (X509_STORE_add_cert(store.get(), known.back().openssl()) != 1 ||
        X509_STORE_CTX_init(context.get(), store.get(), leaf.openssl(), untrusted.get()) != 1) {
        return refused_path("certificate path: cannot be set up");
    }
    CertificatePath borrowed = known;  // by address, for check_links
    if (X509_STORE_CTX_set_app_data(context.get(), &borrowed) != 1) {
        return refused_path("certificate path: out of memory");
    }
    X509_STORE_CTX_set_verify(context.get(), check_links);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME |
                                                X509_V_FLAG_X509_STRICT);
    if (X509_verify_cert(context.get()) != 1) {
        return path_error(context.get());
    }
    return path_of(context.get(), leaf, known);
}

}  // namespace boltseal
