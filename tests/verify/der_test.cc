#include "verify/der.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/der_maker.h"

using namespace boltseal;

namespace {

Buffer hex(std::string_view text) {
    return parse_hex(text).value();
}

}  // namespace

TEST_CASE("DER is read one element after another", "[der]") {
    const Buffer bytes = hex("0201073003020108040100");
    DerReader in(bytes);
    REQUIRE(in.next_is(DerTag::Integer));
    REQUIRE(to_hex(in.take(DerTag::Integer)->content) == "07");
    REQUIRE_FALSE(in.take_if(DerTag::Set)->has_value());
    const auto inner = in.take_if(DerTag::Sequence);
    REQUIRE(to_hex(inner->value()) == "020108");
    const auto last = in.any();
    REQUIRE(to_hex(last->whole) == "040100");
    REQUIRE(in.empty());
    REQUIRE_OK(in.end());
}

TEST_CASE("DER lengths are definite and in their shortest form", "[der]") {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65'535U, 65'536U}) {
        CAPTURE(size);
        const Buffer bytes = test::der_octets(Buffer(size));
        REQUIRE(read_der(bytes, DerTag::OctetString)->size() == size);
        if (size < 65'536) REQUIRE(encode_der(DerTag::OctetString, Buffer(size)) == bytes);
    }
    const std::string form = "length is not in a form of DER";
    const std::string shortest = "length is not in its shortest form";
    struct Row {
        std::string why;
        std::string bytes;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"ends where tag 04 is expected", ""},
        {"input ends too early", "04"},
        {"input ends too early", "0401"},
        {"input ends too early", "0481"},
        {"input ends too early", "0484ffffffff"},
        {form, "0480"},
        {form, "04800000"},
        {form, "04850000000001" + std::string("00")},
        {form, "04ff"},
        {shortest, "04810100"},
        {shortest, "04817f" + std::string(254, '0')},
        {shortest, "0482000100"},
        {shortest, "048200ff" + std::string(510, '0')},
        {"1 bytes more than expected", "040000"},
        {"found tag 02, expected tag 04", "020100"},
        {"found tag 24, expected tag 04", "2400"},
    }));
    CAPTURE(row.bytes);
    const Buffer bytes = hex(row.bytes);
    REQUIRE_REFUSED(read_der(bytes, DerTag::OctetString), row.why);
    REQUIRE_FAULT(read_der(bytes, DerTag::OctetString), Fault::Malformed);
}

TEST_CASE("a read of DER that fails consumes nothing", "[der]") {
    const Buffer bytes = hex("0101020400");
    DerReader in(bytes);
    REQUIRE_REFUSED(in.boolean(), "boolean is neither FF nor 00");
    REQUIRE_REFUSED(in.take(DerTag::Integer), "found tag 01, expected tag 02");
    REQUIRE(in.any()->content.size() == 1);
    REQUIRE_REFUSED(in.boolean(), "found tag 04, expected tag 01");
    REQUIRE_REFUSED(in.end(), "2 bytes more than expected");
    const Buffer high = hex("1f2000");
    REQUIRE_REFUSED(DerReader(high).any(), "tag is of more than one byte");
    const Buffer two = hex("01020000");
    REQUIRE_REFUSED(DerReader(two).boolean(), "boolean is neither FF nor 00");
}

TEST_CASE("an algorithm has a name and perhaps one parameter", "[der]") {
    const std::string sha384 = "2.16.840.1.101.3.4.2.2";
    const auto read = [](const Buffer& bytes) {
        DerReader in(bytes);
        return take_algorithm(in);
    };
    const Buffer plain = test::der_algorithm(sha384);
    const Buffer with_null = test::der_algorithm(sha384, test::kDerNull);
    const Buffer with_other = test::der_algorithm(sha384, test::der(DerTag::Sequence));
    REQUIRE(hash_of(read(plain).value()).value() == HashAlgorithm::Sha384);
    REQUIRE(hash_of(read(with_null).value()).value() == HashAlgorithm::Sha384);
    REQUIRE_FALSE(has_no_parameters(read(with_other).value()));
    REQUIRE_REFUSED(hash_of(read(with_other).value()),
                    "hash algorithm is not SHA-256, SHA-384 or SHA-512");
    const Buffer two = test::der_algorithm(sha384, test::joined({test::kDerNull, test::kDerNull}));
    REQUIRE_REFUSED(read(two), "2 bytes more than expected");
    const Buffer sha1 = test::der_algorithm("1.3.14.3.2.26");
    REQUIRE_FAULT(hash_of(read(sha1).value()), Fault::Untrusted);
}
