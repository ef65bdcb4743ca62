#include "transparency/timestamp_request.h"

#include "tests/check.h"
#include "tests/support/der_maker.h"

#include <functional>

using namespace boltseal;
using namespace boltseal::test;

namespace {

const std::string kSha256 = "2.16.840.1.101.3.4.2.1";
const std::string kOurPolicy = "1.3.6.1.4.1.57264.2";

// What a TimeStampReq is made of, in DER. Change it, then put it together.
struct Parts {
    Buffer version = der_integer(1);
    Buffer algorithm = der_algorithm(kSha256, kDerNull);
    Buffer digest = Buffer(32, 0xAB);
    Buffer imprint_rest;
    Buffer policy;
    Buffer nonce;
    Buffer wants_certificate;
    Buffer rest;

    Buffer whole() const {
        return der(DerTag::Sequence,
                   {version, der(DerTag::Sequence, {algorithm, der_octets(digest), imprint_rest}),
                    policy, nonce, wants_certificate, rest});
    }
};

Buffer nonce_of(std::size_t bytes, std::uint8_t first) {
    Buffer content(bytes, 0x55);
    content[0] = first;
    return der(DerTag::Integer, {content});
}

struct Row {
    std::string why;
    TimestampFailure failure;
    std::function<void(Parts&)> change;
};

}  // namespace

TEST_CASE("what may be asked of an authority has one spelling", "[timestamp_request]") {
    Parts parts;
    SECTION("the least") {}
    SECTION("hash without parameters") {
        parts.algorithm = der_algorithm(kSha256);
    }
    SECTION("SHA-384") {
        parts.algorithm = der_algorithm("2.16.840.1.101.3.4.2.2");
        parts.digest.resize(48);
    }
    SECTION("SHA-512") {
        parts.algorithm = der_algorithm("2.16.840.1.101.3.4.2.3");
        parts.digest.resize(64);
    }
    SECTION("our policy") {
        parts.policy = der_oid(kOurPolicy);
    }
    SECTION("64 bits of nonce") {
        parts.nonce = nonce_of(8, 0x7F);
    }
    SECTION("160 bits of nonce") {
        parts.nonce = nonce_of(21, 0x00);
    }
    SECTION("a negative nonce") {
        parts.nonce = nonce_of(8, 0x80);
    }
    SECTION("the certificate") {
        parts.wants_certificate = der(DerTag::Boolean, {Buffer{0xFF}});
    }
    if (!parts.nonce.empty() && parts.nonce.size() == 23) parts.nonce[3] = 0xFF;
    const Buffer bytes = parts.whole();
    const auto parsed = parse_timestamp_request(bytes);
    const auto* request = std::get_if<TimestampRequest>(&parsed);
    REQUIRE(request);
    REQUIRE(encode_timestamp_request(*request) == bytes);
    REQUIRE(request->nonce == parts.nonce);
    REQUIRE(request->names_policy == !parts.policy.empty());
    REQUIRE(request->wants_certificate == !parts.wants_certificate.empty());
}

TEST_CASE("what may not be asked is refused as RFC 3161 calls it", "[timestamp_request]") {
    using enum TimestampFailure;
    const std::vector<Row> rows = {
        {"version is not 1", BadRequest, [](Parts& p) { p.version = der_integer(2); }},
        {"hash algorithm is not SHA-256, SHA-384 or SHA-512", BadAlgorithm,
         [](Parts& p) { p.algorithm = der_algorithm("1.3.14.3.2.26"); }},
        {"digest has a wrong length", BadDataFormat, [](Parts& p) { p.digest.resize(20); }},
        {"2 bytes more than expected", BadDataFormat, [](Parts& p) { p.imprint_rest = kDerNull; }},
        {"policy is not 1.3.6.1.4.1.57264.2", UnacceptedPolicy,
         [](Parts& p) { p.policy = der_oid("1.2.3.4"); }},
        {"nonce is longer than 160 bits", BadRequest, [](Parts& p) { p.nonce = nonce_of(22, 1); }},
        {"nonce is not in its shortest form", BadDataFormat,
         [](Parts& p) { p.nonce = nonce_of(8, 0x00); }},
        {"nonce is not in its shortest form", BadDataFormat,
         [](Parts& p) {
             p.nonce = der(DerTag::Integer, {Buffer{0xFF, 0x80}});
         }},
        {"nonce is not in its shortest form", BadDataFormat,
         [](Parts& p) { p.nonce = der(DerTag::Integer); }},
        {"certReq is written though it is false", BadDataFormat,
         [](Parts& p) { p.wants_certificate = der(DerTag::Boolean, {Buffer{0x00}}); }},
        {"extensions are not understood", UnacceptedExtension,
         [](Parts& p) { p.rest = der(DerTag::Context0); }},
        {"2 bytes more than expected", BadDataFormat, [](Parts& p) { p.rest = kDerNull; }},
        {"request is larger than 4096 bytes", BadDataFormat,
         [](Parts& p) { p.rest = Buffer(4096); }},
    };
    for (const Row& row : rows) {
        Parts parts;
        row.change(parts);
        const auto parsed = parse_timestamp_request(parts.whole());
        const auto* refusal = std::get_if<TimestampRefusal>(&parsed);
        CAPTURE(row.why);
        REQUIRE(refusal);
        REQUIRE(refusal->why == row.why);
        REQUIRE(refusal->failure == row.failure);
    }
    Buffer trailing = Parts().whole();
    trailing.push_back(0);
    const auto parsed = parse_timestamp_request(trailing);
    REQUIRE(std::get<TimestampRefusal>(parsed).why == "1 bytes more than expected");
}

TEST_CASE("what we ask ourselves may be asked", "[timestamp_request]") {
    for (const HashAlgorithm hash :
         {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        const TimestampRequest ours = request_for(digest_of(as_bytes("signature"), hash));
        const auto parsed = parse_timestamp_request(encode_timestamp_request(ours));
        REQUIRE(std::get<TimestampRequest>(parsed).imprint == ours.imprint);
        REQUIRE(std::get<TimestampRequest>(parsed).wants_certificate);
    }
}

// RFC 3161 section 2.4.2: a SEQUENCE of status 2, words and the one bit; X.690 section 11.2.2.
TEST_CASE("a refusal is a status without a token", "[timestamp_request]") {
    const auto bits_of = [](TimestampFailure failure) {
        const Buffer response = refused_response({failure, "no"});
        const Buffer front = {0x02, 0x01, 0x02, 0x30, 0x04, 0x0C, 0x02, 'n', 'o', 0x03};
        const Bytes status =
            read_der(read_der(response, DerTag::Sequence).value(), DerTag::Sequence).value();
        REQUIRE(equal(status.first(front.size()), front));
        return to_buffer(status.subspan(front.size()));
    };
    REQUIRE(bits_of(TimestampFailure::BadAlgorithm) == Buffer{2, 7, 0x80});
    REQUIRE(bits_of(TimestampFailure::BadDataFormat) == Buffer{2, 2, 0x04});
    REQUIRE(bits_of(TimestampFailure::TimeNotAvailable) == Buffer{3, 1, 0x00, 0x02});
    REQUIRE(bits_of(TimestampFailure::UnacceptedExtension) == Buffer{4, 7, 0, 0, 0x80});
    REQUIRE(bits_of(TimestampFailure::SystemFailure) == Buffer{5, 6, 0, 0, 0, 0x40});
}
