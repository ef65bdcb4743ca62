#include "verify/der.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

Buffer octets(std::initializer_list<std::uint8_t> length, std::size_t contents) {
    Buffer der = {0x04};
    der.insert(der.end(), length.begin(), length.end());
    der.resize(der.size() + contents, 'x');
    return der;
}

}  // namespace

TEST_CASE("DER has one length for every size", "[der]") {
    struct Row {
        std::size_t size;
        Buffer der;
    };
    const auto row = GENERATE(values<Row>({
        {0, octets({0}, 0)},
        {127, octets({0x7F}, 127)},
        {128, octets({0x81, 0x80}, 128)},
        {255, octets({0x81, 0xFF}, 255)},
        {256, octets({0x82, 0x01, 0x00}, 256)},
        {65'535, octets({0x82, 0xFF, 0xFF}, 65'535)},
    }));
    CAPTURE(row.size);
    const auto contents = parse_der(DerTag::OctetString, row.der);
    REQUIRE_OK(contents);
    REQUIRE(equal(*contents, Buffer(row.size, 'x')));
    REQUIRE(encode_der(DerTag::OctetString, *contents) == row.der);
}

TEST_CASE("what is not one value in DER is refused for the right reason", "[der]") {
    const std::string length = "length is not in DER";
    struct Row {
        std::string why;
        Buffer der;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"input ends too early", {}},
        {"input ends too early", {0x04}},
        {"input ends too early", octets({0x02}, 1)},
        {"input ends too early", octets({0x81}, 0)},
        {"input ends too early", octets({0x82, 0x01}, 0)},
        {"unexpected bytes at the end", octets({0x02}, 3)},
        {length, octets({0x81, 0x7F}, 127)},
        {length, octets({0x82, 0x00, 0xFF}, 255)},
        {length, octets({0x83, 0x01, 0x00, 0x00}, 65'536)},
        {length, octets({0x80}, 2)},
        {"not an OCTET STRING", {0x0C, 0x00}},
        {"not an OCTET STRING", {0x24, 0x00}},
    }));
    REQUIRE_REFUSED(parse_der(DerTag::OctetString, row.der), row.why);
    REQUIRE_FAULT(parse_der(DerTag::OctetString, row.der), Fault::Malformed);
}

TEST_CASE("an octet string is no text", "[der]") {
    const Buffer text = {0x0C, 0x01, 'x'};
    REQUIRE(as_text(*parse_der(DerTag::Utf8String, text)) == "x");
    REQUIRE_REFUSED(parse_der(DerTag::Utf8String, octets({1}, 1)), "not a UTF8String");
}

TEST_CASE("values are read one after another", "[der]") {
    const Buffer der = {0x30, 0x02, 0x04, 0x00, 0xA3, 0x01, 0x07};
    Reader in(der);
    const DerValue first = take_der(in).value();
    REQUIRE(first.tag == 0x30);
    REQUIRE(equal(first.contents, Bytes(der).subspan(2, 2)));
    REQUIRE(equal(first.whole, Bytes(der).first(4)));
    REQUIRE(parse_der(DerTag::Explicit3, take_der(in)->whole)->size() == 1);
    REQUIRE(in.empty());
    REQUIRE_REFUSED(take_der(in), "input ends too early");
    const Buffer long_tag = {0x1F, 0x04, 0x00};
    Reader other(long_tag);
    REQUIRE_REFUSED(take_der(other), "tag has more than one byte");
    REQUIRE_REFUSED(parse_der(DerTag::Explicit3, first.whole), "not a value of type [3]");
    REQUIRE_REFUSED(parse_der(DerTag::Sequence, Bytes(der).subspan(4)), "not a SEQUENCE");
}
