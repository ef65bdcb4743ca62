#include "verify/certificate.h"

#include "core/pem.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509.h>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxCertificate = std::size_t{64} << 10;
constexpr std::size_t kMaxCertificates = 16;
constexpr std::string_view kLabel = "CERTIFICATE";

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;

Error bad(const char* why) {
    return Error(Fault::Malformed, why);
}

Buffer to_der(X509* certificate) {
    Buffer der(static_cast<std::size_t>(std::max(i2d_X509(certificate, nullptr), 0)));
    unsigned char* next = der.data();
    if (!der.empty()) i2d_X509(certificate, &next);
    return der;
}

Buffer spki_of(X509* certificate) {
    X509_PUBKEY* key = X509_get_X509_PUBKEY(certificate);
    Buffer spki(static_cast<std::size_t>(std::max(i2d_X509_PUBKEY(key, nullptr), 0)));
    unsigned char* next = spki.data();
    if (!spki.empty()) i2d_X509_PUBKEY(key, &next);
    return spki;
}

// RFC 5280 section 4.1.2.5: UTCTime until 2049 and GeneralizedTime after, both in Zulu.
Result<Timestamp> parse_time(const ASN1_TIME* time) {
    int days = 0;
    int seconds = 0;
    const std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
    if (!epoch || ASN1_TIME_check(time) != 1 ||
        ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
        return bad("certificate: time of validity is not a time");
    }
    return Timestamp{std::int64_t{days} * 86'400 + seconds};
}

}  // namespace

struct Certificate::Parsed {
    Buffer der;
    X509Ptr x509;
    PublicKey key;
    TimeRange validity;
};

Bytes Certificate::der() const {
    return parsed_->der;
}

const PublicKey& Certificate::key() const {
    return parsed_->key;
}

const TimeRange& Certificate::validity() const {
    return parsed_->validity;
}

bool Certificate::is_self_issued() const {
    return X509_NAME_cmp(X509_get_subject_name(openssl()), X509_get_issuer_name(openssl())) == 0;
}

x509_st* Certificate::openssl() const {
    return parsed_->x509.get();
}

Result<Certificate> parse_certificate(Bytes der) {
    if (der.size() > kMaxCertificate) return bad("certificate is too large");
    const OpensslErrorScope errors;
    const unsigned char* next = der.data();
    X509Ptr x509(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
    if (!x509) return bad("not a certificate");
    if (next != der.data() + der.size()) return bad("certificate has bytes after its end");
    if (!equal(to_der(x509.get()), der)) return bad("certificate is not in its plain DER form");
    auto key = parse_public_key_der(spki_of(x509.get()));
    if (!key) return std::move(key).error().context("certificate");
    TimeRange validity;
    BOLTSEAL_TRY(validity.start, parse_time(X509_get0_notBefore(x509.get())));
    BOLTSEAL_TRY(validity.end, parse_time(X509_get0_notAfter(x509.get())));
    return Certificate(std::make_shared<const Certificate::Parsed>(
        Certificate::Parsed{to_buffer(der), std::move(x509), *std::move(key), validity}));
}

Result<std::vector<Certificate>> parse_certificates_pem(Bytes pem) {
    if (pem.size() > 2 * kMaxCertificates * kMaxCertificate) return bad("PEM file is too large");
    BOLTSEAL_TRY(const auto blocks, parse_pem(pem, kMaxCertificates));
    std::vector<Certificate> certificates;
    for (const PemBlock& block : blocks) {
        if (block.label != kLabel) {
            return bad("a PEM block of another type than CERTIFICATE");
        }
        BOLTSEAL_TRY(Certificate certificate, parse_certificate(block.bytes));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

std::string to_pem(const Certificate& certificate) {
    return to_pem(kLabel, certificate.der());
}

}  // namespace boltseal
