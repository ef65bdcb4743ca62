#include "sign/tsa_certificates.h"

#include "verify/openssl_ptr.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <span>

namespace boltseal {

namespace {

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

constexpr std::size_t kMaxName = 64;  // ub-organization-name, RFC 5280 appendix A.1
constexpr int kSerialBits = 159;      // RFC 5280 section 4.1.2.2: 20 octets at most

struct Extension {
    int nid;
    const char* value;  // in the language of x509v3_config(5)
};
constexpr Extension kRootExtensions[] = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                         {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                         {NID_subject_key_identifier, "hash"}};
constexpr Extension kLeafExtensions[] = {{NID_basic_constraints, "critical,CA:FALSE"},
                                         {NID_key_usage, "critical,digitalSignature"},
                                         {NID_ext_key_usage, "critical,timeStamping"},
                                         {NID_subject_key_identifier, "hash"},
                                         {NID_authority_key_identifier, "keyid:always"}};

Error failed_certificate() {
    return Error(Fault::Io, "OpenSSL cannot make a certificate");
}

bool set_serial(X509* certificate) {
    const NumberPtr number(BN_new());
    return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_name(X509_NAME* name, int nid, const std::string& value) {
    return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, std::span<const Extension> extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    for (const Extension& each : extensions) {
        const ExtensionPtr extension(X509V3_EXT_nconf_nid(nullptr, &context, each.nid, each.value));
        if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return false;
    }
    return true;
}

struct Plan {
    std::string organization;
    std::string common_name;
    TimeRange validity;
    std::span<const Extension> extensions;
};

// Signed by `issuer`, or by itself if there is none.
Result<X509Ptr> issue(const Plan& plan, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    X509Ptr out(X509_new());
    if (!out) return failed_certificate();
    X509* const by = issuer ? issuer : out.get();
    X509_NAME* const subject = X509_get_subject_name(out.get());
    if (X509_set_version(out.get(), X509_VERSION_3) != 1 || !set_serial(out.get()) ||
        !ASN1_TIME_set(X509_getm_notBefore(out.get()), plan.validity.start->seconds) ||
        !ASN1_TIME_set(X509_getm_notAfter(out.get()), plan.validity.end->seconds) ||
        !add_name(subject, NID_organizationName, plan.organization) ||
        !add_name(subject, NID_commonName, plan.common_name) ||
        X509_set_issuer_name(out.get(), X509_get_subject_name(by)) != 1 ||
        X509_set_pubkey(out.get(), key) != 1 || !add_extensions(out.get(), by, plan.extensions) ||
        X509_sign(out.get(), issuer_key, EVP_sha256()) <= 0) {
        return failed_certificate();
    }
    return out;
}

Result<Certificate> to_certificate(X509* x509) {
    const int size = i2d_X509(x509, nullptr);
    if (size <= 0) return failed_certificate();
    Buffer der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    if (i2d_X509(x509, &at) != size) return failed_certificate();
    return parse_certificate(der);
}

}  // namespace

Result<std::vector<Certificate>> make_tsa_chain(const std::string& name, const PublicKey& key,
                                                const TimeRange& validity) {
    const OpensslErrorScope errors;
    if (name.empty() || name.size() > kMaxName) {
        return Error(Fault::Config,
                     "a certificate holds names of 1 to 64 bytes, and '" + name + "' is not one");
    }
    const unsigned char* spki = key.spki().data();
    const EvpKey leaf_key(d2i_PUBKEY(nullptr, &spki, static_cast<long>(key.spki().size())));
    const EvpKey root_key(EVP_EC_gen("P-256"));
    if (!leaf_key || !root_key) return failed_certificate();
    BOLTSEAL_TRY(const X509Ptr root, issue({name, "time-stamping root", validity, kRootExtensions},
                                           root_key.get(), nullptr, root_key.get()));
    BOLTSEAL_TRY(const X509Ptr leaf, issue({name, "time stamps", validity, kLeafExtensions},
                                           leaf_key.get(), root.get(), root_key.get()));
    BOLTSEAL_TRY(Certificate leaf_certificate, to_certificate(leaf.get()));
    BOLTSEAL_TRY(Certificate root_certificate, to_certificate(root.get()));
    return std::vector<Certificate>{std::move(leaf_certificate), std::move(root_certificate)};
}

}  // namespace boltseal
