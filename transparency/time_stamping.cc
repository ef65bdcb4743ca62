#include "transparency/time_stamping.h"

#include "verify/der.h"

#include <algorithm>

namespace boltseal {

namespace {

// OBJECT IDENTIFIERs, all of each: RFC 5652 sections 5.1 and 11, RFC 3161 section 2.4.2, RFC 5035
// section 3, RFC 5754 section 2.2, RFC 5758 section 3.2.
constexpr std::uint8_t kSignedData[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                        0xF7, 0x0D, 0x01, 0x07, 0x02};
constexpr std::uint8_t kTstInfo[] = {0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                     0x0D, 0x01, 0x09, 0x10, 0x01, 0x04};
constexpr std::uint8_t kContentType[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                         0xF7, 0x0D, 0x01, 0x09, 0x03};
constexpr std::uint8_t kMessageDigest[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                           0xF7, 0x0D, 0x01, 0x09, 0x04};
constexpr std::uint8_t kSigningCertificateV2[] = {0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                  0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F};
constexpr std::uint8_t kSha256[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                    0x65, 0x03, 0x04, 0x02, 0x01};
constexpr std::uint8_t kEcdsaWithSha256[] = {0x06, 0x08, 0x2A, 0x86, 0x48,
                                             0xCE, 0x3D, 0x04, 0x03, 0x02};

constexpr std::size_t kSerialBits = 128;

Buffer integer(std::uint8_t value) {  // below 128
    return encode_der(DerTag::Integer, Bytes(&value, 1));
}

// "20261118062640Z", RFC 3161 section 2.4.2.
Buffer general_time(Timestamp time) {
    std::string text = to_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return encode_der(DerTag::GeneralizedTime, as_bytes(text));
}

// What names a certificate: both elements are views into its DER. RFC 5280 section 4.1.
struct IssuerAndSerial {
    Bytes issuer;
    Bytes serial;
};

Result<IssuerAndSerial> names_of(const Certificate& certificate) {
    BOLTSEAL_TRY(const Bytes content, read_der(certificate.der(), DerTag::Sequence));
    BOLTSEAL_TRY(const DerElement to_be_signed, DerReader(content).take(DerTag::Sequence));
    DerReader in(to_be_signed.content);
    BOLTSEAL_CHECK(in.take_if(DerTag::Context0));  // version
    BOLTSEAL_TRY(const DerElement serial, in.take(DerTag::Integer));
    BOLTSEAL_CHECK(in.take(DerTag::Sequence));  // signature algorithm
    BOLTSEAL_TRY(const DerElement issuer, in.take(DerTag::Sequence));
    return IssuerAndSerial{issuer.whole, serial.whole};
}

// RFC 3161 section 2.4.2, TSTInfo.
Buffer tst_info(const TimestampRequest& request, const TokenFacts& facts) {
    const Buffer accuracy = encode_der(DerTag::Sequence, Bytes(integer(1)));
    return encode_der(DerTag::Sequence,
                      {integer(1), Bytes(kTimestampPolicy), request.imprint, facts.serial,
                       general_time(facts.time), accuracy, request.nonce});
}

Buffer attribute(Bytes type, Bytes value) {
    return encode_der(DerTag::Sequence, {type, encode_der(DerTag::Set, value)});
}

// RFC 5035 section 4, ESSCertIDv2 with its default, SHA-256.
Buffer signing_certificate(const Certificate& certificate, const IssuerAndSerial& names) {
    const Buffer digest = encode_der(DerTag::OctetString, digest_of(certificate.der()).bytes());
    const Buffer directory_name = encode_der(DerTag::Context4, names.issuer);
    const Buffer general_names = encode_der(DerTag::Sequence, Bytes(directory_name));
    const Buffer issuer_serial = encode_der(DerTag::Sequence, {general_names, names.serial});
    const Buffer id = encode_der(DerTag::Sequence, {digest, issuer_serial});
    const Buffer ids = encode_der(DerTag::Sequence, Bytes(id));
    return encode_der(DerTag::Sequence, Bytes(ids));
}

// The content of RFC 5652 section 5.3's SET OF: in ascending order (X.690 section 11.6).
Buffer signed_attributes(Bytes info, const Certificate& certificate, const IssuerAndSerial& names) {
    const Buffer digest = encode_der(DerTag::OctetString, digest_of(info).bytes());
    Buffer attributes[] = {
        attribute(kContentType, kTstInfo), attribute(kMessageDigest, digest),
        attribute(kSigningCertificateV2, signing_certificate(certificate, names))};
    std::ranges::sort(attributes);
    Writer out;
    for (const Buffer& each : attributes) out.put(each);
    return std::move(out).take();
}

}  // namespace

// RFC 5652 sections 3, 5.1 and 5.3.
Result<Buffer> make_token(const TimestampRequest& request, const TokenFacts& facts, Signer& signer,
                          const Certificate& certificate) {
    BOLTSEAL_TRY(const IssuerAndSerial names, names_of(certificate));
    const Buffer sha256_algorithm = encode_der(DerTag::Sequence, Bytes(kSha256));
    const Buffer info = tst_info(request, facts);
    const Buffer attributes = signed_attributes(info, certificate, names);
    BOLTSEAL_TRY(const Buffer signature, signer.sign(encode_der(DerTag::Set, Bytes(attributes)),
                                                     SignatureAlgorithm::EcdsaP256Sha256));
    const Buffer signer_info = encode_der(
        DerTag::Sequence, {integer(1), encode_der(DerTag::Sequence, {names.issuer, names.serial}),
                           sha256_algorithm, encode_der(DerTag::Context0, Bytes(attributes)),
                           encode_der(DerTag::Sequence, Bytes(kEcdsaWithSha256)),
                           encode_der(DerTag::OctetString, Bytes(signature))});
    const Buffer octets = encode_der(DerTag::OctetString, Bytes(info));
    const Buffer content = encode_der(
        DerTag::Sequence, {Bytes(kTstInfo), encode_der(DerTag::Context0, Bytes(octets))});
    const Buffer certificates =
        request.wants_certificate ? encode_der(DerTag::Context0, certificate.der()) : Buffer();
    const Buffer signed_data = encode_der(
        DerTag::Sequence, {integer(3), encode_der(DerTag::Set, Bytes(sha256_algorithm)), content,
                           certificates, encode_der(DerTag::Set, Bytes(signer_info))});
    return encode_der(DerTag::Sequence,
                      {Bytes(kSignedData), encode_der(DerTag::Context0, Bytes(signed_data))});
}

Result<Buffer> LocalTimeStamper::stamp(const TimestampRequest& request) {
    const Certificate& certificate = key_.chain.front();
    BOLTSEAL_TRY(const Timestamp now, clock_.now());
    if (!certificate.validity().contains(now)) {
        return Error(Fault::Declined,
                     "the authority's certificate is valid " + to_string(certificate.validity()));
    }
    // The 1 in front makes it a positive INTEGER of one length.
    const Secret random = random_secret(kSerialBits / 8);
    constexpr std::uint8_t kOne[] = {0x01};
    const Buffer serial = encode_der(DerTag::Integer, {Bytes(kOne), random.bytes()});
    return make_token(request, {now, serial}, *key_.signer, certificate);
}

}  // namespace boltseal
