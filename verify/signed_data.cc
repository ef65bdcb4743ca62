#include "verify/signed_data.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxSignedDataCertificates = 16;
constexpr std::size_t kMaxAttributes = 32;

// Contents of OBJECT IDENTIFIERs.
constexpr std::uint8_t kSignedData[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
constexpr std::uint8_t kContentType[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03};
constexpr std::uint8_t kMessageDigest[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04};
constexpr std::uint8_t kSigningCertificate[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
                                                0x01, 0x09, 0x10, 0x02, 0x0C};
constexpr std::uint8_t kSigningCertificateV2[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
                                                  0x01, 0x09, 0x10, 0x02, 0x2F};

Error bad_signed_data(const char* why) {
    return Error(Fault::Malformed, why);
}

Result<void> take_version(DerReader& in, std::uint8_t expected, const char* why) {
    BOLTSEAL_TRY(const DerElement version, in.take(DerTag::Integer));
    if (!equal(version.content, Bytes(&expected, 1))) return bad_signed_data(why);
    return {};
}

// RFC 5652 section 5.3: by issuer and serial number in version 1, by subject key id in version 3.
Result<void> take_signer_id(DerReader& in, SignerId& signer) {
    DerReader ahead = in;
    BOLTSEAL_CHECK(ahead.any());
    if (ahead.next_is(DerTag::Primitive0)) {
        BOLTSEAL_CHECK(take_version(in, 3, "version is not 3, as with a subject key id"));
        BOLTSEAL_TRY(const DerElement id, in.take(DerTag::Primitive0));
        signer.subject_key_id = id.content;
        return {};
    }
    BOLTSEAL_CHECK(take_version(in, 1, "version is not 1, as with a serial number"));
    BOLTSEAL_TRY(const DerElement id, in.take(DerTag::Sequence));
    DerReader fields(id.content);
    BOLTSEAL_TRY(const DerElement issuer, fields.take(DerTag::Sequence));
    BOLTSEAL_TRY(const DerElement serial, fields.take(DerTag::Integer));
    signer.issuer = issuer.whole;
    signer.serial = serial.whole;
    return fields.end();
}

Bytes* place_of(Bytes type, SignedAttributes& attributes) {
    if (equal(type, kContentType)) return &attributes.content_type;
    if (equal(type, kMessageDigest)) return &attributes.message_digest;
    if (equal(type, kSigningCertificate)) return &attributes.signing_certificate;
    if (equal(type, kSigningCertificateV2)) return &attributes.signing_certificate_v2;
    return nullptr;
}

// Others than the four are signed as well, and mean nothing to us.
Result<void> parse_attribute(Bytes content, SignedAttributes& attributes) {
    DerReader fields(content);
    BOLTSEAL_TRY(const DerElement type, fields.take(DerTag::Oid));
    BOLTSEAL_TRY(const DerElement values, fields.take(DerTag::Set));
    BOLTSEAL_CHECK(fields.end());
    Bytes* place = place_of(type.content, attributes);
    if (!place) return {};
    if (!place->empty()) return bad_signed_data("one is there twice");
    DerReader value(values.content);
    BOLTSEAL_TRY(const DerElement only, value.any());
    *place = only.whole;
    return value.end();
}

// RFC 5652 section 5.3: a SET OF in DER, hence in ascending order (X.690 section 11.6).
Result<SignedAttributes> parse_attributes(Bytes content) {
    SignedAttributes attributes;
    DerReader in(content);
    Bytes previous;
    for (std::size_t count = 0; !in.empty(); ++count) {
        if (count == kMaxAttributes) return bad_signed_data("there are too many");
        BOLTSEAL_TRY(const DerElement attribute, in.take(DerTag::Sequence));
        if (!std::ranges::lexicographical_compare(previous, attribute.whole)) {
            return bad_signed_data("not in ascending order");
        }
        previous = attribute.whole;
        BOLTSEAL_CHECK(parse_attribute(attribute.content, attributes));
    }
    if (attributes.content_type.empty()) return bad_signed_data("no content type");
    if (attributes.message_digest.empty()) return bad_signed_data("no message digest");
    if (attributes.signing_certificate.empty() && attributes.signing_certificate_v2.empty()) {
        return bad_signed_data("no signing certificate");
    }
    return attributes;
}

Result<void> take_attributes(DerReader& in, SignedData& data) {
    if (!in.next_is(DerTag::Context0)) return bad_signed_data("no signed attributes");
    BOLTSEAL_TRY(const DerElement element, in.any());
    auto attributes = parse_attributes(element.content);
    if (!attributes) return std::move(attributes).error().context("signed attributes");
    data.attributes = *attributes;
    // RFC 5652 section 5.4: they are signed with the tag of a SET OF in place of [0].
    data.signed_bytes = to_buffer(element.whole);
    data.signed_bytes[0] = static_cast<std::uint8_t>(DerTag::Set);
    return {};
}

// RFC 5652 section 5.3.
Result<void> parse_signer(Bytes content, SignedData& data) {
    DerReader in(content);
    BOLTSEAL_CHECK(take_signer_id(in, data.signer));
    BOLTSEAL_TRY(data.digest_algorithm, take_algorithm(in));
    BOLTSEAL_CHECK(take_attributes(in, data));
    BOLTSEAL_TRY(data.signature_algorithm, take_algorithm(in));
    BOLTSEAL_TRY(const DerElement signature, in.take(DerTag::OctetString));
    data.signature = signature.content;
    BOLTSEAL_CHECK(in.take_if(DerTag::Context1));  // unsigned attributes
    return in.end();
}

Result<void> parse_signers(Bytes content, SignedData& data) {
    DerReader in(content);
    if (in.empty()) return bad_signed_data("no signature");
    BOLTSEAL_TRY(const DerElement signer, in.take(DerTag::Sequence));
    if (!in.empty()) return bad_signed_data("more than one signature");
    auto parsed = parse_signer(signer.content, data);
    if (!parsed) return std::move(parsed).error().context("signer");
    return {};
}

Result<void> parse_certificates(Bytes content, SignedData& data) {
    DerReader in(content);
    while (!in.empty()) {
        if (data.certificates.size() == kMaxSignedDataCertificates) {
            return bad_signed_data("too many certificates");
        }
        if (!in.next_is(DerTag::Sequence)) {
            return bad_signed_data("certificate of another kind than X.509");
        }
        BOLTSEAL_TRY(const DerElement certificate, in.any());
        data.certificates.push_back(certificate.whole);
    }
    return {};
}

// RFC 5652 section 5.2.
Result<void> parse_encapsulated(Bytes content, SignedData& data) {
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement type, in.take(DerTag::Oid));
    data.content_type = type.whole;
    BOLTSEAL_TRY(const DerElement wrapped, in.take(DerTag::Context0));
    BOLTSEAL_TRY(data.content, read_der(wrapped.content, DerTag::OctetString));
    return in.end();
}

// RFC 5652 section 5.1. Where there is one signature, there is one digest algorithm.
Result<SignedData> parse_fields(Bytes content) {
    SignedData data;
    DerReader in(content);
    BOLTSEAL_CHECK(take_version(in, 3, "version is not 3"));
    BOLTSEAL_TRY(const DerElement algorithms, in.take(DerTag::Set));
    DerReader algorithm(algorithms.content);
    BOLTSEAL_TRY(const DerAlgorithm digest, take_algorithm(algorithm));
    BOLTSEAL_CHECK(algorithm.end());
    BOLTSEAL_TRY(const DerElement encapsulated, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(parse_encapsulated(encapsulated.content, data));
    BOLTSEAL_TRY(const auto certificates, in.take_if(DerTag::Context0));
    if (certificates) BOLTSEAL_CHECK(parse_certificates(*certificates, data));
    BOLTSEAL_TRY(const auto revocation_lists, in.take_if(DerTag::Context1));
    data.has_revocation_lists = revocation_lists.has_value();
    BOLTSEAL_TRY(const DerElement signers, in.take(DerTag::Set));
    BOLTSEAL_CHECK(in.end());
    BOLTSEAL_CHECK(parse_signers(signers.content, data));
    if (!equal(digest.oid, data.digest_algorithm.oid) || !has_no_parameters(digest)) {
        return bad_signed_data("digest algorithm is not that of the signer");
    }
    return data;
}

}  // namespace

// RFC 5652 section 3.
Result<SignedData> parse_signed_data(Bytes content_info) {
    BOLTSEAL_TRY(const Bytes content, read_der(content_info, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement type, in.take(DerTag::Oid));
    if (!equal(type.content, kSignedData)) return bad_signed_data("not signed data");
    BOLTSEAL_TRY(const DerElement wrapped, in.take(DerTag::Context0));
    BOLTSEAL_CHECK(in.end());
    BOLTSEAL_TRY(const Bytes fields, read_der(wrapped.content, DerTag::Sequence));
    return parse_fields(fields);
}

}  // namespace boltseal
