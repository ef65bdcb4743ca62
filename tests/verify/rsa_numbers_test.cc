#include "verify/rsa_numbers.h"

#include "tests/check.h"
#include "tests/support/test_keys.h"
#include "verify/der.h"

using namespace boltseal;

namespace {

constexpr std::uint8_t kAlgorithm[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                       0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};

Buffer bits(const Buffer& key, std::uint8_t unused = 0) {
    return encode_der(DerTag::BitString, {Bytes(&unused, 1), key});
}

Buffer spki(Bytes algorithm, const Buffer& rest) {
    return encode_der(DerTag::Sequence, {encode_der(DerTag::Sequence, algorithm), rest});
}

Buffer key(const Buffer& modulus, const Buffer& exponent, const Buffer& more = {}) {
    return encode_der(DerTag::Sequence, {encode_der(DerTag::Integer, modulus),
                                         encode_der(DerTag::Integer, exponent), more});
}

Buffer spki_of(const Buffer& modulus, const Buffer& exponent, const Buffer& more = {}) {
    return spki(kAlgorithm, bits(key(modulus, exponent, more)));
}

}  // namespace

TEST_CASE("an RSA key is its two numbers", "[rsa_numbers]") {
    const Buffer small = spki_of({0x00, 0x80}, {0x03});
    const RsaNumbers numbers = parse_rsa_numbers(small).value();
    REQUIRE(to_buffer(numbers.modulus) == Buffer{0x00, 0x80});
    REQUIRE(to_buffer(numbers.exponent) == Buffer{0x03});
    REQUIRE_OK(parse_rsa_numbers(spki_of({0x00}, {0x7F, 0xFF})));

    const Buffer real = test::rsa_spki(2048, 65537);
    REQUIRE(parse_rsa_numbers(real)->modulus.size() == 257);
    REQUIRE(to_buffer(parse_rsa_numbers(real)->exponent) == Buffer{0x01, 0x00, 0x01});
}

TEST_CASE("RSA keys in any other form are refused for the right reason", "[rsa_numbers]") {
    struct Row {
        const char* why;
        Buffer der;
    };
    const Buffer good = key({0x7F}, {0x03});
    Buffer longer = spki(kAlgorithm, bits(good));
    longer.push_back(0);
    const auto row = GENERATE_COPY(values<Row>({
        {"number is negative", spki_of({0x80}, {0x03})},
        {"number is negative", spki_of({0x7F}, {0xFF})},
        {"number is empty", spki_of({}, {0x03})},
        {"number is not in its shortest form", spki_of({0x00, 0x7F}, {0x03})},
        {"number is not in its shortest form", spki_of({0x7F}, {0x00, 0x03})},
        {"2 bytes more than expected", spki_of({0x7F}, {0x03}, {0x05, 0x00})},
        {"1 bytes more than expected", longer},
        {"2 bytes more than expected",
         spki(kAlgorithm, encode_der(DerTag::BitString, {Buffer{0}, good, Buffer{0x05, 0x00}}))},
        {"key is not of whole bytes", spki(kAlgorithm, bits(good, 1))},
        {"key is not of whole bytes", spki(kAlgorithm, encode_der(DerTag::BitString, Bytes()))},
        {"found tag 04, expected tag 03", spki(kAlgorithm, encode_der(DerTag::OctetString, good))},
        {"not a plain RSA key", spki(Bytes(kAlgorithm).first(11), bits(good))},
        {"not a plain RSA key", test::ec_spki("prime256v1")},
        {"ends where tag 30 is expected", {}},
    }));
    CAPTURE(row.why);
    const auto numbers = parse_rsa_numbers(row.der);
    REQUIRE_REFUSED(numbers, row.why);
    REQUIRE_FAULT(numbers, Fault::Malformed);
}
