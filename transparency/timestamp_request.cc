#include "transparency/timestamp_request.h"

#include "verify/der.h"

namespace boltseal {

namespace {

constexpr std::uint8_t kVersion1[] = {0x01};
constexpr std::uint8_t kGranted[] = {0x02, 0x01, 0x00};  // INTEGER, all of it, as the next
constexpr std::uint8_t kRejection[] = {0x02, 0x01, 0x02};
constexpr std::uint8_t kTrue[] = {0x01, 0x01, 0xFF};
constexpr std::size_t kMaxNonce = 21;  // 160 bits, and one for the sign

// Reads a TimeStampReq from its front, and knows what PKIFailureInfo calls what stops it.
class RequestReader {
public:
    Result<TimestampRequest> read(Bytes der);
    TimestampFailure failure() const { return failure_; }

private:
    Error refuse(TimestampFailure failure, const char* why) {
        failure_ = failure;
        return Error(Fault::Malformed, why);
    }
    Result<void> read_version(DerReader& in);
    Result<Buffer> read_imprint(DerReader& in);
    Result<bool> read_policy(DerReader& in);
    Result<Buffer> read_nonce(DerReader& in);
    Result<bool> read_wants_certificate(DerReader& in);

    TimestampFailure failure_ = TimestampFailure::BadDataFormat;
};

Result<void> RequestReader::read_version(DerReader& in) {
    BOLTSEAL_TRY(const DerElement version, in.take(DerTag::Integer));
    if (equal(version.content, kVersion1)) return {};
    return refuse(TimestampFailure::BadRequest, "version is not 1");
}

Result<Buffer> RequestReader::read_imprint(DerReader& in) {
    BOLTSEAL_TRY(const DerElement imprint, in.take(DerTag::Sequence));
    DerReader fields(imprint.content);
    BOLTSEAL_TRY(const DerAlgorithm algorithm, take_algorithm(fields));
    BOLTSEAL_TRY(const DerElement digest, fields.take(DerTag::OctetString));
    BOLTSEAL_CHECK(fields.end());
    const auto hash = hash_of(algorithm);
    if (!hash) return refuse(TimestampFailure::BadAlgorithm, hash.error().message().c_str());
    BOLTSEAL_CHECK(BlobDigest::from(*hash, digest.content));
    return to_buffer(imprint.whole);
}

Result<bool> RequestReader::read_policy(DerReader& in) {
    if (!in.next_is(DerTag::Oid)) return false;
    BOLTSEAL_TRY(const DerElement policy, in.any());
    if (equal(policy.whole, kTimestampPolicy)) return true;
    return refuse(TimestampFailure::UnacceptedPolicy, "policy is not 1.3.6.1.4.1.57264.2");
}

Result<Buffer> RequestReader::read_nonce(DerReader& in) {
    if (!in.next_is(DerTag::Integer)) return Buffer();
    BOLTSEAL_TRY(const DerElement nonce, in.any());
    if (!is_shortest_integer(nonce.content)) {
        return Error(Fault::Malformed, "nonce is not in its shortest form");
    }
    if (nonce.content.size() <= kMaxNonce) return to_buffer(nonce.whole);
    return refuse(TimestampFailure::BadRequest, "nonce is longer than 160 bits");
}

// What is the default is not written (X.690 section 11.5).
Result<bool> RequestReader::read_wants_certificate(DerReader& in) {
    if (!in.next_is(DerTag::Boolean)) return false;
    BOLTSEAL_TRY(const bool wanted, in.boolean());
    if (wanted) return true;
    return Error(Fault::Malformed, "certReq is written though it is false");
}

// RFC 3161 section 2.4.1.
Result<TimestampRequest> RequestReader::read(Bytes der) {
    if (der.size() > kMaxTimestampRequest) {
        return Error(Fault::Malformed, "request is larger than 4096 bytes");
    }
    BOLTSEAL_TRY(const Bytes content, read_der(der, DerTag::Sequence));
    DerReader in(content);
    TimestampRequest request;
    BOLTSEAL_CHECK(read_version(in));
    BOLTSEAL_TRY(request.imprint, read_imprint(in));
    BOLTSEAL_TRY(request.names_policy, read_policy(in));
    BOLTSEAL_TRY(request.nonce, read_nonce(in));
    BOLTSEAL_TRY(request.wants_certificate, read_wants_certificate(in));
    if (in.next_is(DerTag::Context0)) {
        return refuse(TimestampFailure::UnacceptedExtension, "extensions are not understood");
    }
    BOLTSEAL_CHECK(in.end());
    return request;
}

Bytes oid_of(HashAlgorithm hash) {
    // NIST's 2.16.840.1.101.3.4.2, an OBJECT IDENTIFIER, all of it.
    static constexpr std::uint8_t kOids[][11] = {
        {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01},
        {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02},
        {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}};
    return kOids[hash == HashAlgorithm::Sha256 ? 0 : hash == HashAlgorithm::Sha384 ? 1 : 2];
}

// A BIT STRING with this one bit, without zeros at its end (X.690 section 11.2.2).
Buffer bit_string(TimestampFailure failure) {
    const unsigned bit = static_cast<unsigned>(failure);
    Buffer content(1 + bit / 8 + 1);
    content[0] = static_cast<std::uint8_t>(7 - bit % 8);  // bits of the last byte that are unused
    content.back() = static_cast<std::uint8_t>(0x80 >> bit % 8);
    return encode_der(DerTag::BitString, content);
}

}  // namespace

std::variant<TimestampRequest, TimestampRefusal> parse_timestamp_request(Bytes der) {
    RequestReader reader;
    auto request = reader.read(der);
    if (request) return *std::move(request);
    return TimestampRefusal{reader.failure(), request.error().message()};
}

Buffer encode_timestamp_request(const TimestampRequest& request) {
    const Buffer version = encode_der(DerTag::Integer, Bytes(kVersion1));
    const Bytes policy = request.names_policy ? Bytes(kTimestampPolicy) : Bytes();
    const Bytes wanted = request.wants_certificate ? Bytes(kTrue) : Bytes();
    return encode_der(DerTag::Sequence, {version, request.imprint, policy, request.nonce, wanted});
}

TimestampRequest request_for(const BlobDigest& digest) {
    const Buffer algorithm = encode_der(DerTag::Sequence, oid_of(digest.algorithm()));
    const Buffer hashed = encode_der(DerTag::OctetString, digest.bytes());
    return {encode_der(DerTag::Sequence, {algorithm, hashed}), false, {}, true};
}

// RFC 3161 section 2.4.2.
Buffer granted_response(Bytes token) {
    const Buffer status = encode_der(DerTag::Sequence, Bytes(kGranted));
    return encode_der(DerTag::Sequence, {status, token});
}

Buffer refused_response(const TimestampRefusal& refusal) {
    const Buffer text = encode_der(DerTag::Utf8String, as_bytes(refusal.why));
    const Buffer words = encode_der(DerTag::Sequence, Bytes(text));
    const Buffer status =
        encode_der(DerTag::Sequence, {Bytes(kRejection), words, bit_string(refusal.failure)});
    return encode_der(DerTag::Sequence, Bytes(status));
}

}  // namespace boltseal
