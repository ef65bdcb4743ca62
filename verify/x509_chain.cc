#include "verify/x509_chain.h"

#include "verify/openssl_ptr.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxChain = 16;

using Path = std::vector<Certificate>;
using StorePtr = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
using KeyUsesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, OpensslFree<EXTENDED_KEY_USAGE_free>>;
struct FreeBorrowing {  // the certificates in it are somebody else's
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using X509Borrowed = std::unique_ptr<STACK_OF(X509), FreeBorrowing>;

Error refused(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

// Of the certificates in the authority's chain and the leaf, those that OpenSSL has put in order.
Result<Path> path_of(X509_STORE_CTX* context, const Certificate& leaf, const Path& known) {
    Path path;
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        const X509* next = sk_X509_value(chain, i);
        if (next == leaf.openssl()) {
            path.push_back(leaf);
            continue;
        }
        const auto found = std::find_if(known.begin(), known.end(), [next](const Certificate& one) {
            return one.openssl() == next;
        });
        if (found == known.end()) return refused("certificate path leaves the authority's chain");
        path.push_back(*found);
    }
    return path;
}

Error path_error(int error) {
    switch (error) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return refused("certificate does not lead to this authority");
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return refused("certificate path: a signature does not verify");
        default:
            return refused(std::string("certificate path: ") +
                           X509_verify_cert_error_string(error));
    }
}

// RFC 5280 section 6.1 but for time, which OpenSSL takes as half-open, and policies, which nobody
// asks for. The last of `known` is the anchor, and none of the others is trusted.
Result<Path> build_path(const Certificate& leaf, const Path& known) {
    const OpensslErrorScope errors;
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    const X509Borrowed untrusted(sk_X509_new_null());
    if (!store || !context || !untrusted) return refused("certificate path: out of memory");
    for (std::size_t i = 0; i + 1 < known.size(); ++i) {
        if (sk_X509_push(untrusted.get(), known[i].openssl()) == 0) {
            return refused("certificate path: out of memory");
        }
    }
    if (X509_STORE_add_cert(store.get(), known.back().openssl()) != 1 ||
        X509_STORE_CTX_init(context.get(), store.get(), leaf.openssl(), untrusted.get()) != 1) {
        return refused("certificate path: cannot be set up");
    }
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME |
                                                X509_V_FLAG_X509_STRICT);
    if (X509_verify_cert(context.get()) != 1) {
        return path_error(X509_STORE_CTX_get_error(context.get()));
    }
    return path_of(context.get(), leaf, known);
}

// ADR 0005: no SHA-1, and no Ed25519 by OpenSSL's verdict.
Result<void> check_signature_algorithm(const Certificate& certificate) {
    constexpr int kAllowed[] = {NID_ecdsa_with_SHA256,       NID_ecdsa_with_SHA384,
                                NID_ecdsa_with_SHA512,       NID_sha256WithRSAEncryption,
                                NID_sha384WithRSAEncryption, NID_sha512WithRSAEncryption};
    const int algorithm = X509_get_signature_nid(certificate.openssl());
    if (std::find(std::begin(kAllowed), std::end(kAllowed), algorithm) != std::end(kAllowed)) {
        return {};
    }
    const char* name = OBJ_nid2sn(algorithm);
    return refused("certificate is signed with " + printable(name == nullptr ? "" : name) +
                   ", expected ECDSA or RSA with SHA-256, SHA-384 or SHA-512");
}

// Which uses a certificate is for; null if it has no such extension.
KeyUsesPtr key_uses(const Certificate& certificate, bool& critical) {
    int flag = 0;
    KeyUsesPtr uses(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate.openssl(), NID_ext_key_usage, &flag, nullptr)));
    critical = flag == 1;
    return uses;
}

bool has_use(const EXTENDED_KEY_USAGE* uses, int nid) {
    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); ++i) {
        if (OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, i)) == nid) return true;
    }
    return false;
}

Result<void> check_leaf(const Certificate& leaf, CertificateUse use) {
    if (X509_check_ca(leaf.openssl()) != 0) {
        return refused("certificate is of an authority, not of a signer");
    }
    // All bits are set where there is no extension.
    if ((X509_get_key_usage(leaf.openssl()) & KU_DIGITAL_SIGNATURE) == 0) {
        return refused("certificate is not for digital signatures");
    }
    bool critical = false;
    const KeyUsesPtr uses = key_uses(leaf, critical);
    if (use == CertificateUse::CodeSigning) {
        if (!has_use(uses.get(), NID_code_sign))
            return refused("certificate is not for code signing");
        return {};
    }
    // RFC 3161 section 2.3
    if (!has_use(uses.get(), NID_time_stamp))
        return refused("certificate is not for time stamping");
    if (sk_ASN1_OBJECT_num(uses.get()) != 1) {
        return refused("certificate is not for time stamping alone");
    }
    if (!critical) return refused("certificate's extended key usage is not critical");
    return {};
}

Result<void> check_issuer_use(const Certificate& issuer, CertificateUse use) {
    bool critical = false;
    const KeyUsesPtr uses = key_uses(issuer, critical);
    const bool code = use == CertificateUse::CodeSigning;
    if (!uses || has_use(uses.get(), code ? NID_code_sign : NID_time_stamp) ||
        has_use(uses.get(), NID_anyExtendedKeyUsage)) {
        return {};
    }
    return refused(std::string("issuer of the certificate is not for ") +
                   (code ? "code signing" : "time stamping"));
}

Result<void> check_path(const Path& path, CertificateUse use) {
    if (path.size() < 2) return refused("certificate is the anchor itself");
    for (std::size_t i = 1; i < path.size(); ++i) {
        BOLTSEAL_CHECK(check_signature_algorithm(path[i - 1]));
        BOLTSEAL_CHECK(check_issuer_use(path[i], use));
    }
    return {};
}

Result<void> check_time(const Path& path, const CertificateAuthority& authority, Timestamp time) {
    if (!authority.valid_for.contains(time)) {
        return refused("certificate authority is trusted " + to_string(authority.valid_for) +
                       ", not at " + to_rfc3339(time));
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i].validity().contains(time)) continue;
        const std::string which = i == 0 ? "certificate" : "issuer of the certificate";
        return refused(which + " is valid " + to_string(path[i].validity()) + ", not at " +
                       to_rfc3339(time));
    }
    return {};
}

}  // namespace

Result<std::vector<Certificate>> check_chain(const Certificate& leaf,
                                             const CertificateAuthority& authority,
                                             const std::vector<Timestamp>& times,
                                             CertificateUse use) {
    if (authority.chain.empty() || authority.chain.size() > kMaxChain) {
        return Error(Fault::Config, "certificate authority does not have 1 to 16 certificates");
    }
    if (times.empty()) return refused("no proved time to check the certificate at");
    BOLTSEAL_CHECK(check_leaf(leaf, use));
    BOLTSEAL_TRY(Path path, build_path(leaf, authority.chain));
    BOLTSEAL_CHECK(check_path(path, use));
    for (const Timestamp time : times) BOLTSEAL_CHECK(check_time(path, authority, time));
    return path;
}

}  // namespace boltseal
