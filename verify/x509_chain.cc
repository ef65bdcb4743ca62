#include "verify/x509_chain.h"

#include "verify/openssl_ptr.h"
#include "verify/x509_path.h"

#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxChain = 16;

using KeyUsesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, OpensslFree<EXTENDED_KEY_USAGE_free>>;
Error refused_chain(const std::string& why) {
    return Error(Fault::Untrusted, why);
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
    return refused_chain("certificate is signed with " + printable(name == nullptr ? "" : name) +
                         ", expected ECDSA or RSA with SHA-256, SHA-384 or SHA-512");
}

// RFC 3161 section 2.3: critical, and for nothing else.
Result<void> check_time_stamper(const Certificate& leaf) {
    int critical = -1;
    const KeyUsesPtr uses(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(leaf.openssl(), NID_ext_key_usage, &critical, nullptr)));
    if (sk_ASN1_OBJECT_num(uses.get()) != 1) {
        return refused_chain("certificate is not for time stamping alone");
    }
    if (critical != 1) return refused_chain("certificate's extended key usage is not critical");
    return {};
}

bool says_its_uses(const Certificate& certificate) {
    return (X509_get_extension_flags(certificate.openssl()) & EXFLAG_XKUSAGE) != 0;
}

bool has_use(const Certificate& certificate, std::uint32_t uses) {
    return (X509_get_extended_key_usage(certificate.openssl()) & uses) != 0;
}

std::uint32_t flag_of(CertificateUse use) {
    return use == CertificateUse::CodeSigning ? XKU_CODE_SIGN : XKU_TIMESTAMP;
}

std::string to_string(CertificateUse use) {
    return use == CertificateUse::CodeSigning ? "code signing" : "time stamping";
}

Result<void> check_leaf(const Certificate& leaf, CertificateUse use) {
    // The first alone does not mind a key usage that forbids what the constraints allow.
    if (X509_check_ca(leaf.openssl()) != 0 ||
        (X509_get_extension_flags(leaf.openssl()) & EXFLAG_CA) != 0) {
        return refused_chain("certificate is of an authority, not of a signer");
    }
    // All bits are set where there is no such extension.
    if ((X509_get_key_usage(leaf.openssl()) & KU_DIGITAL_SIGNATURE) == 0) {
        return refused_chain("certificate is not for digital signatures");
    }
    if (!says_its_uses(leaf) || !has_use(leaf, flag_of(use))) {
        return refused_chain("certificate is not for " + to_string(use));
    }
    if (use == CertificateUse::TimeStamping) return check_time_stamper(leaf);
    return {};
}

// An issuer that says nothing of uses may issue for all: OpenSSL then sets every bit.
Result<void> check_issuer(const Certificate& issuer, CertificateUse use) {
    if (has_use(issuer, flag_of(use) | XKU_ANYEKU)) return {};
    return refused_chain("issuer of the certificate is not for " + to_string(use));
}

Result<void> check_path(const CertificatePath& path, CertificateUse use) {
    for (std::size_t i = 1; i < path.size(); ++i) {
        BOLTSEAL_CHECK(check_signature_algorithm(path[i - 1]));
        BOLTSEAL_CHECK(check_issuer(path[i], use));
    }
    return {};
}

Result<void> check_time(const CertificatePath& path, const CertificateAuthority& authority,
                        Timestamp time) {
    if (!authority.valid_for.contains(time)) {
        return refused_chain("certificate authority is trusted " + to_string(authority.valid_for) +
                             ", not at " + to_rfc3339(time))
            .comparing("a time " + to_string(authority.valid_for), to_rfc3339(time));
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i].validity().contains(time)) continue;
        const std::string which = i == 0 ? "certificate" : "issuer of the certificate";
        return refused_chain(which + " is valid " + to_string(path[i].validity()) + ", not at " +
                             to_rfc3339(time))
            .comparing("a time " + to_string(path[i].validity()), to_rfc3339(time))
            .with_hint(
                "whoever stole the key later could have signed it: have it signed again, and "
                "logged or time-stamped at once");
    }
    return {};
}

// What was proved of this very leaf, or else of its issuer: then the leaf's own signature is all
// there is to verify. Empty if neither leads anywhere.
CertificatePath known_path(const Certificate& leaf, const CertificateAuthority& authority) {
    if (!authority.memo) return {};  // it has been moved from
    CertificatePath path = authority.memo->find(leaf, authority.chain.certificates());
    if (!path.empty()) return path;
    const CertificatePath issuers =
        authority.memo->find_issuer(leaf, authority.chain.certificates());
    if (issuers.empty()) return {};
    auto extended = build_path(leaf, CertificatePath{issuers.front()});
    if (!extended) return {};
    extended->insert(extended->end(), issuers.begin() + 1, issuers.end());
    return *std::move(extended);
}

Result<CertificatePath> prove_path(const Certificate& leaf, const CertificateAuthority& authority) {
    CertificatePath path = known_path(leaf, authority);
    if (path.empty()) {
        BOLTSEAL_TRY(path, build_path(leaf, authority.chain));
    }
    if (path.size() < 2) return refused_chain("certificate is the anchor itself");
    if (authority.memo) authority.memo->remember(path, authority.chain.certificates());
    return path;
}

}  // namespace

Result<std::vector<Certificate>> check_chain(const Certificate& leaf,
                                             const CertificateAuthority& authority,
                                             const std::vector<Timestamp>& times,
                                             CertificateUse use) {
    if (auto read = authority.chain.check(); !read) {
        return std::move(read).error().context("certificate authority").as(Fault::Config);
    }
    if (authority.chain.empty() || authority.chain.size() > kMaxChain) {
        return Error(Fault::Config, "certificate authority does not have 1 to 16 certificates");
    }
    if (times.empty()) return refused_chain("no proved time to check the certificate at");
    BOLTSEAL_CHECK(check_leaf(leaf, use));
    BOLTSEAL_TRY(CertificatePath path, prove_path(leaf, authority));
    BOLTSEAL_CHECK(check_path(path, use));
    for (const Timestamp time : times) BOLTSEAL_CHECK(check_time(path, authority, time));
    return path;
}

}  // namespace boltseal
