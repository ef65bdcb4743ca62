#include "verify/certificate.h"

#include "core/pem.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxCertificate = std::size_t{64} << 10;
constexpr std::size_t kMaxPemCertificates = 16;
constexpr int kMaxExtensions = 64;
constexpr std::string_view kLabel = "CERTIFICATE";

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;

Error bad_certificate(const char* why) {
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

// RFC 5280 section 4.1.2.5: UTCTime "YYMMDDHHMMSSZ" for 1950 to 2049, GeneralizedTime
// "YYYYMMDDHHMMSSZ" for all other years.
Result<Timestamp> parse_time(const ASN1_TIME* time) {
    std::string text(as_text(bytes_of(time)));
    const bool is_short = ASN1_STRING_type(time) == V_ASN1_UTCTIME;
    if (is_short) text.insert(0, text < "50" ? "20" : "19");
    if (text.size() != 15) {
        return bad_certificate("time of validity is not written as RFC 5280 says");
    }
    for (const std::size_t at : {4U, 7U}) text.insert(at, "-");
    text.insert(10, "T");
    for (const std::size_t at : {13U, 16U}) text.insert(at, ":");
    const auto parsed = parse_rfc3339(text);
    const bool fits_short = text >= "1950" && text < "2050";
    if (!parsed || is_short != fits_short) {
        return bad_certificate("time of validity is not written as RFC 5280 says");
    }
    return *parsed;
}

struct Extension {
    Bytes oid;
    Bytes value;
};

// RFC 5280 section 4.2: no two of them are the same.
Result<std::vector<Extension>> extensions_of(const X509* certificate) {
    const int count = X509_get_ext_count(certificate);
    if (count > kMaxExtensions) return bad_certificate("more than 64 extensions");
    std::vector<Extension> out;
    for (int i = 0; i < count; ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate, i);
        const ASN1_OBJECT* oid = X509_EXTENSION_get_object(extension);
        const Bytes name(OBJ_get0_data(oid), OBJ_length(oid));
        for (const Extension& other : out) {
            if (equal(other.oid, name)) return bad_certificate("two extensions of the same kind");
        }
        out.push_back(Extension{name, bytes_of(X509_EXTENSION_get_data(extension))});
    }
    return out;
}

// Reads the extensions that OpenSSL knows, once, so that the certificate never changes after.
bool has_sound_extensions(X509* certificate) {
    return X509_check_purpose(certificate, -1, 0) == 1 &&
           (X509_get_extension_flags(certificate) & EXFLAG_INVALID) == 0;
}

struct Contents {
    PublicKey key;
    TimeRange validity;
    std::vector<Extension> extensions;  // borrowed from the certificate
};

Result<Contents> contents_of(X509* certificate) {
    BOLTSEAL_TRY(PublicKey key,
                 parse_public_key_der(spki_of(certificate), X509_get0_pubkey(certificate)));
    TimeRange validity;
    BOLTSEAL_TRY(validity.start, parse_time(X509_get0_notBefore(certificate)));
    BOLTSEAL_TRY(validity.end, parse_time(X509_get0_notAfter(certificate)));
    BOLTSEAL_TRY(auto extensions, extensions_of(certificate));
    if (!has_sound_extensions(certificate)) return bad_certificate("an extension is broken");
    return Contents{std::move(key), validity, std::move(extensions)};
}

}  // namespace

struct Certificate::Parsed {
    Buffer der;
    CertificateHash hash;
    X509Ptr x509;
    Contents contents;
};

Bytes Certificate::der() const {
    return parsed_->der;
}

const CertificateHash& Certificate::hash() const {
    return parsed_->hash;
}

const PublicKey& Certificate::key() const {
    return parsed_->contents.key;
}

const TimeRange& Certificate::validity() const {
    return parsed_->contents.validity;
}

std::optional<Bytes> Certificate::extension(Bytes oid) const {
    for (const Extension& extension : parsed_->contents.extensions) {
        if (equal(extension.oid, oid)) return extension.value;
    }
    return std::nullopt;
}

bool Certificate::is_self_issued() const {
    return X509_NAME_cmp(X509_get_subject_name(openssl()), X509_get_issuer_name(openssl())) == 0;
}

x509_st* Certificate::openssl() const {
    return parsed_->x509.get();
}

Result<Certificate> parse_certificate(Bytes der) {
    if (der.size() > kMaxCertificate) return bad_certificate("certificate is too large");
    const OpensslErrorScope errors;
    const unsigned char* next = der.data();
    X509Ptr x509(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
    if (!x509) return bad_certificate("not a certificate");
    if (next != der.data() + der.size()) {
        return bad_certificate("certificate has bytes after its end");
    }
    if (!equal(to_der(x509.get()), der)) {
        return bad_certificate("certificate is not in its plain DER form");
    }
    auto contents = contents_of(x509.get());
    if (!contents) return std::move(contents).error().context("certificate");
    return Certificate(std::make_shared<const Certificate::Parsed>(Certificate::Parsed{
        to_buffer(der), CertificateHash(sha256({der})), std::move(x509), *std::move(contents)}));
}

Result<std::vector<Certificate>> parse_certificates_pem(Bytes pem) {
    if (pem.size() > 2 * kMaxPemCertificates * kMaxCertificate) {
        return bad_certificate("PEM file is too large");
    }
    BOLTSEAL_TRY(const auto blocks, parse_pem(pem, kMaxPemCertificates));
    std::vector<Certificate> certificates;
    for (const PemBlock& block : blocks) {
        if (block.label != kLabel) {
            return bad_certificate("a PEM block of another type than CERTIFICATE");
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
