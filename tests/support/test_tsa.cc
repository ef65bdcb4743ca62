#include "tests/support/test_tsa.h"

#include "tests/check.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal::test {

namespace {

const std::string kSigningTimeOid = "1.2.840.113549.1.9.5";
const std::string kPolicyOid = "1.3.6.1.4.1.57264.2";
constexpr DerTag kUtcTime{0x17};

Buffer name_of(const X509_NAME* name) {
    const unsigned char* der = nullptr;
    std::size_t size = 0;
    REQUIRE(X509_NAME_get0_der(name, &der, &size) == 1);
    return to_buffer(Bytes(der, size));
}

Buffer issuer_of(const Certificate& certificate) {
    return name_of(X509_get_issuer_name(certificate.openssl()));
}

Buffer serial_of(const Certificate& certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate.openssl());
    Buffer out(static_cast<std::size_t>(i2d_ASN1_INTEGER(serial, nullptr)));
    unsigned char* next = out.data();
    REQUIRE(i2d_ASN1_INTEGER(serial, &next) > 0);
    return out;
}

// "20261118062640Z"
std::string general_time(Timestamp time) {
    std::string text = to_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return text;
}

Buffer signature_algorithm(const PublicKey& key, HashAlgorithm hash) {
    const int offset = hash == HashAlgorithm::Sha256 ? 0 : hash == HashAlgorithm::Sha384 ? 1 : 2;
    if (key.type() == KeyType::Ed25519) return der_algorithm("1.3.101.112");
    if (key.type() == KeyType::Rsa) {
        return der_algorithm("1.2.840.113549.1.1." + std::to_string(11 + offset), kDerNull);
    }
    return der_algorithm("1.2.840.10045.4.3." + std::to_string(2 + offset));
}

// Any algorithm with this hash: the keys of tests sign with whatever they are told to.
SignatureAlgorithm algorithm_with(const PublicKey& key, HashAlgorithm hash) {
    if (key.type() == KeyType::Ed25519) return SignatureAlgorithm::Ed25519;
    if (hash == HashAlgorithm::Sha384) return SignatureAlgorithm::EcdsaP384Sha384;
    return hash == HashAlgorithm::Sha512 ? SignatureAlgorithm::EcdsaP521Sha512
                                         : SignatureAlgorithm::EcdsaP256Sha256;
}

Buffer info_of(const TokenParts& parts) {
    const Buffer imprint = der(
        DerTag::Sequence, {parts.imprint_algorithm, der_octets(parts.imprint), parts.imprint_rest});
    const Buffer time = der(DerTag::GeneralizedTime, {to_buffer(parts.time)});
    return der(DerTag::Sequence, {parts.info_version, der_oid(kPolicyOid), imprint, der_integer(7),
                                  time, parts.options});
}

Buffer attributes_of(const TokenParts& parts, Bytes info, DerTag tag) {
    std::vector<Buffer> all = parts.more_attributes;
    for (const auto& [type, value] : parts.attributes) {
        const bool fill = type == kMessageDigestOid && value.empty();
        const Buffer digest = der_octets(digest_of(info, parts.signing_hash).bytes());
        all.push_back(
            der(DerTag::Sequence, {der_oid(type), der(DerTag::Set, {fill ? digest : value})}));
    }
    std::ranges::sort(all);
    if (!parts.in_order) std::ranges::reverse(all);
    return der(tag, all);
}

}  // namespace

TestTsa::TestTsa(const std::string& host, const CertificateSpec& spec, const TestCa& ca)
    : authority_(ca.authority()) {
    auto issued = ca.issue(spec);
    authority_.uri = "https://" + host + "/api/v1/timestamp";
    authority_.operator_name.clear();
    std::vector<Certificate> chain = authority_.chain;
    chain.insert(chain.begin(), issued.certificate);
    authority_.chain = std::move(chain);
    key_ = issued.key;
}

CertificateAuthority TestTsa::issuers() const {
    CertificateAuthority without = authority_;
    without.chain = std::vector<Certificate>(authority_.chain.begin() + 1, authority_.chain.end());
    return without;
}

TokenParts TestTsa::parts(Bytes message, Timestamp time, HashAlgorithm hash) const {
    TokenParts parts;
    parts.imprint_algorithm = der_algorithm(hash_oid(hash), kDerNull);
    parts.imprint = to_buffer(digest_of(message, hash).bytes());
    parts.time = general_time(time);
    parts.options = der(DerTag::Sequence, {der_integer(1)});  // accuracy: one second
    parts.digest_algorithms = der_algorithm(hash_oid(hash));
    parts.signer_id = issuer_and_serial(certificate());
    parts.digest_algorithm = der_algorithm(hash_oid(hash));
    parts.attributes[kContentTypeOid] = der_oid(kTstInfoOid);
    parts.attributes[kMessageDigestOid] = {};
    parts.attributes[kSigningTimeOid] = der(kUtcTime, {to_buffer(general_time(time).substr(2))});
    parts.attributes[kSigningCertificateV2Oid] =
        signing_certificate_v2(certificate(), hash, issuer_serial(certificate()));
    parts.signature_algorithm = signature_algorithm(certificate().key(), hash);
    parts.signing_hash = hash;
    return parts;
}

Buffer TestTsa::seal(const TokenParts& parts) const {
    const Buffer info = info_of(parts);
    const Buffer to_sign =
        parts.has_signed_attributes ? attributes_of(parts, info, DerTag::Set) : info;
    const auto signature =
        key_->sign(to_sign, algorithm_with(key_->public_key(), parts.signing_hash));
    REQUIRE_OK(signature);
    const Buffer attributes =
        parts.has_signed_attributes ? attributes_of(parts, info, DerTag::Context0) : Buffer();
    const Buffer signer_info =
        der(DerTag::Sequence,
            {parts.signer_version, parts.signer_id, parts.digest_algorithm, attributes,
             parts.signature_algorithm, der_octets(*signature), parts.unsigned_attributes});
    const Buffer content =
        der(DerTag::Sequence, {der_oid(parts.content_type),
                               der(DerTag::Context0, {der_octets(info)}), parts.content_rest});
    const Buffer certificates =
        parts.certificates.empty() ? Buffer() : der(DerTag::Context0, parts.certificates);
    const std::vector<Buffer> signers(static_cast<std::size_t>(parts.signatures), signer_info);
    const Buffer signed_data =
        der(DerTag::Sequence,
            {parts.version, der(DerTag::Set, {parts.digest_algorithms}), content, certificates,
             parts.revocation_lists, der(DerTag::Set, signers), parts.signed_data_rest});
    const Buffer token =
        der(DerTag::Sequence, {der_oid(parts.signed_data_type),
                               der(DerTag::Context0, {signed_data}), parts.content_info_rest});
    return der(DerTag::Sequence,
               {der(DerTag::Sequence, {parts.status}), token, parts.response_rest});
}

std::string hash_oid(HashAlgorithm hash) {
    const int last = hash == HashAlgorithm::Sha256 ? 1 : hash == HashAlgorithm::Sha384 ? 2 : 3;
    return "2.16.840.1.101.3.4.2." + std::to_string(last);
}

Buffer issuer_and_serial(const Certificate& certificate) {
    return der(DerTag::Sequence, {issuer_of(certificate), serial_of(certificate)});
}

Buffer subject_of(const Certificate& certificate) {
    return name_of(X509_get_subject_name(certificate.openssl()));
}

Buffer subject_key_id(const Certificate& certificate) {
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(certificate.openssl());
    REQUIRE(id != nullptr);
    return to_buffer(
        Bytes(ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id))));
}

Buffer signing_certificate(Bytes certificate_hash, const Buffer& issuer_serial) {
    const Buffer id = der(DerTag::Sequence, {der_octets(certificate_hash), issuer_serial});
    return der(DerTag::Sequence, {der(DerTag::Sequence, {id})});
}

Buffer signing_certificate_v2(const Certificate& certificate, HashAlgorithm hash,
                              const Buffer& issuer_serial) {
    const Buffer algorithm =
        hash == HashAlgorithm::Sha256 ? Buffer() : der_algorithm(hash_oid(hash));
    const Buffer digest = der_octets(digest_of(certificate.der(), hash).bytes());
    const Buffer id = der(DerTag::Sequence, {algorithm, digest, issuer_serial});
    return der(DerTag::Sequence, {der(DerTag::Sequence, {id})});
}

Buffer issuer_serial(const Certificate& certificate) {
    const Buffer general_name = der(DerTag::Context4, {issuer_of(certificate)});
    return der(DerTag::Sequence, {der(DerTag::Sequence, {general_name}), serial_of(certificate)});
}

}  // namespace boltseal::test
