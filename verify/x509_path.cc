#include "verify/x509_path.h"

#include "verify/certificate_link.h"
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

// What the leaf may lead over, and where it does.
struct Walk {
    const Certificate& leaf;
    const CertificatePath& known;
    CertificatePath path = {};

    const Certificate* find(const X509* certificate) const {
        if (certificate == leaf.openssl()) return &leaf;
        const auto found = std::ranges::find(known, certificate, &Certificate::openssl);
        return found == known.end() ? nullptr : &*found;
    }
};

int check_link(const Certificate& certificate, const Certificate& issuer) {
    if ((X509_get_key_usage(issuer.openssl()) & KU_KEY_CERT_SIGN) == 0) {
        return X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
    }
    return has_signed(issuer, certificate) ? X509_V_OK : X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

// RFC 5280 section 6.1.3 step (a)(1) for each certificate, and 6.1.4 step (n) for its issuer: the
// loop over the path that OpenSSL has found, in the place of its own, which verifies links that are
// known. All that it does besides is about time, which is not checked here. No exception must get
// into OpenSSL.
int check_links(X509_STORE_CTX* context) noexcept {
    Walk& walk = *static_cast<Walk*>(X509_STORE_CTX_get_app_data(context));
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    for (int i = sk_X509_num(chain) - 1; i >= 0; --i) {
        const Certificate* next = walk.find(sk_X509_value(chain, i));
        int error = next ? X509_V_OK : X509_V_ERR_UNSPECIFIED;
        if (next && !walk.path.empty()) error = check_link(*next, walk.path.front());
        if (error != X509_V_OK) {
            X509_STORE_CTX_set_error(context, error);
            X509_STORE_CTX_set_error_depth(context, i);
            return 0;
        }
        walk.path.insert(walk.path.begin(), *next);
    }
    return 1;
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
    Walk walk{leaf, known};
    if (X509_STORE_CTX_set_app_data(context.get(), &walk) != 1) {
        return refused_path("certificate path: out of memory");
    }
    X509_STORE_CTX_set_verify(context.get(), check_links);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME |
                                                X509_V_FLAG_X509_STRICT);
    if (X509_verify_cert(context.get()) != 1) {
        return path_error(context.get());
    }
    return std::move(walk.path);
}

}  // namespace boltseal
