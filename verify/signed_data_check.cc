#include "verify/check_algorithm.h"
#include "verify/openssl_ptr.h"
#include "verify/signed_data.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <optional>

namespace boltseal {

namespace {

// RFC 4055 section 5, RFC 5758 section 3.2, RFC 8419 section 2: contents of OBJECT IDENTIFIERs.
constexpr std::uint8_t kRsaOid[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
constexpr std::uint8_t kRsaSha256[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B};
constexpr std::uint8_t kRsaSha384[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C};
constexpr std::uint8_t kRsaSha512[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D};
constexpr std::uint8_t kEcdsaSha256[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
constexpr std::uint8_t kEcdsaSha384[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03};
constexpr std::uint8_t kEcdsaSha512[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04};
constexpr std::uint8_t kEd25519[] = {0x2B, 0x65, 0x70};

enum class Family { Rsa, Ecdsa, Ed25519 };

struct Scheme {
    Bytes oid;
    Family family;
    std::optional<HashAlgorithm> hash;  // any, if the name of the scheme does not say
};

const Scheme kSchemes[] = {
    {kRsaOid, Family::Rsa, std::nullopt},
    {kRsaSha256, Family::Rsa, HashAlgorithm::Sha256},
    {kRsaSha384, Family::Rsa, HashAlgorithm::Sha384},
    {kRsaSha512, Family::Rsa, HashAlgorithm::Sha512},
    {kEcdsaSha256, Family::Ecdsa, HashAlgorithm::Sha256},
    {kEcdsaSha384, Family::Ecdsa, HashAlgorithm::Sha384},
    {kEcdsaSha512, Family::Ecdsa, HashAlgorithm::Sha512},
    {kEd25519, Family::Ed25519, HashAlgorithm::Sha512},
};

Error refused_signed_data(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

// What is borrowed from the certificate here lives as long as the certificate.
Bytes issuer_name_of(const Certificate& certificate) {
    const unsigned char* der = nullptr;
    std::size_t size = 0;
    const X509_NAME* name = X509_get_issuer_name(certificate.openssl());
    if (X509_NAME_get0_der(name, &der, &size) != 1) return {};
    return Bytes(der, size);
}

Buffer serial_of(const Certificate& certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate.openssl());
    const int size = i2d_ASN1_INTEGER(serial, nullptr);
    if (size <= 0) return {};
    Buffer der(static_cast<std::size_t>(size));
    unsigned char* next = der.data();
    i2d_ASN1_INTEGER(serial, &next);
    return der;
}

Buffer sha1(Bytes bytes) {
    static EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    Buffer digest(20);
    if (!kSha1 ||
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kSha1, nullptr) != 1) {
        return {};
    }
    return digest;
}

// RFC 5035 section 5, IssuerSerial: one directory name, and the serial number.
Result<void> check_issuer_serial(Bytes content, const Certificate& signer) {
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement general_names, in.take(DerTag::Sequence));
    BOLTSEAL_TRY(const Bytes issuer, read_der(general_names.content, DerTag::Context4));
    BOLTSEAL_TRY(const DerElement serial, in.take(DerTag::Integer));
    BOLTSEAL_CHECK(in.end());
    if (!equal(issuer, issuer_name_of(signer)) || !equal(serial.whole, serial_of(signer))) {
        return refused_signed_data("issuer and serial number are not the signer's");
    }
    return {};
}

// RFC 5035 sections 4 and 5. Those after the first are about the rest of the path, for which the
// trusted root has the last word.
Result<void> check_signing_certificate(Bytes attribute, bool v2, const Certificate& signer) {
    BOLTSEAL_TRY(const Bytes content, read_der(attribute, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement ids, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(in.take_if(DerTag::Sequence));  // policies
    BOLTSEAL_CHECK(in.end());
    BOLTSEAL_TRY(const DerElement first, DerReader(ids.content).take(DerTag::Sequence));
    DerReader id(first.content);
    HashAlgorithm hash = HashAlgorithm::Sha256;
    if (v2 && id.next_is(DerTag::Sequence)) {
        BOLTSEAL_TRY(const DerAlgorithm algorithm, take_algorithm(id));
        BOLTSEAL_TRY(hash, hash_of(algorithm));
    }
    BOLTSEAL_TRY(const DerElement digest, id.take(DerTag::OctetString));
    const Buffer expected =
        v2 ? to_buffer(digest_of(signer.der(), hash).bytes()) : sha1(signer.der());
    if (expected.empty() || !equal(digest.content, expected)) {
        return refused_signed_data("digest is not that of the signer's certificate");
    }
    if (id.empty()) return {};
    BOLTSEAL_TRY(const DerElement issuer_serial, id.take(DerTag::Sequence));
    BOLTSEAL_CHECK(id.end());
    return check_issuer_serial(issuer_serial.content, signer);
}

Result<void> check_signing_certificates(const SignedData& data, const Certificate& signer) {
    const SignedAttributes& attributes = data.attributes;
    for (const bool v2 : {false, true}) {
        const Bytes attribute =
            v2 ? attributes.signing_certificate_v2 : attributes.signing_certificate;
        if (attribute.empty()) continue;
        auto checked = check_signing_certificate(attribute, v2, signer);
        if (!checked)
            return std::move(checked).error().as(Fault::Untrusted).context("signing certificate");
    }
    return {};
}

Result<void> check_content(const SignedData& data, HashAlgorithm hash) {
    if (!equal(data.attributes.content_type, data.content_type)) {
        return refused_signed_data("signed content type is not that of the content");
    }
    const auto digest = read_der(data.attributes.message_digest, DerTag::OctetString);
    if (!digest || !equal(*digest, digest_of(data.content, hash).bytes())) {
        return refused_signed_data("signed digest is not that of the content");
    }
    return {};
}

Family family_of(const PublicKey& key) {
    if (key.type() == KeyType::Rsa) return Family::Rsa;
    return key.type() == KeyType::Ed25519 ? Family::Ed25519 : Family::Ecdsa;
}

Result<void> check_scheme(const SignedData& data, HashAlgorithm hash, const PublicKey& key) {
    for (const Scheme& scheme : kSchemes) {
        if (!equal(scheme.oid, data.signature_algorithm.oid)) continue;
        if (!has_no_parameters(data.signature_algorithm)) break;
        if (scheme.family != family_of(key)) {
            return refused_signed_data("signature algorithm does not fit a key of type " +
                                       std::string(to_string(key.type())));
        }
        if (scheme.hash && *scheme.hash != hash) {
            return refused_signed_data("signature is over " + std::string(to_string(*scheme.hash)) +
                                       ", the digest is " + std::string(to_string(hash)));
        }
        return {};
    }
    return refused_signed_data(
        "signature algorithm is not RSA PKCS#1, ECDSA or Ed25519 with SHA-2");
}

Result<void> check_bytes(const SignedData& data, HashAlgorithm hash, const PublicKey& key) {
    if (key.type() == KeyType::Ed25519) {
        return check_signature(key, SignatureAlgorithm::Ed25519, data.signed_bytes, data.signature);
    }
    if (check_ecdsa_or_pkcs1(key, digest_of(data.signed_bytes, hash), data.signature)) return {};
    return refused_signed_data("signature does not verify");
}

}  // namespace

bool names(const SignerId& signer, const Certificate& certificate) {
    if (signer.subject_key_id.empty()) {
        return equal(signer.issuer, issuer_name_of(certificate)) &&
               equal(signer.serial, serial_of(certificate));
    }
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(certificate.openssl());
    return id && equal(signer.subject_key_id, bytes_of(id));
}

Result<void> check_signed_data(const SignedData& data, const Certificate& signer) {
    if (data.has_revocation_lists) {
        return refused_signed_data("revocation lists in it are not read");
    }
    BOLTSEAL_TRY(const HashAlgorithm hash, hash_of(data.digest_algorithm));
    BOLTSEAL_CHECK(check_content(data, hash));
    BOLTSEAL_CHECK(check_signing_certificates(data, signer));
    BOLTSEAL_CHECK(check_scheme(data, hash, signer.key()));
    return check_bytes(data, hash, signer.key());
}

}  // namespace boltseal
