#include "core/encoding.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

using Parser = Result<Buffer> (*)(std::string_view);

std::string with(const std::string& pattern, int first, int second) {
    std::string text = pattern;
    text[pattern.find('1')] = static_cast<char>(first);
    text[pattern.find('2')] = static_cast<char>(second);
    return text;
}

// How many of the 65,536 texts that put any two bytes for 1 and 2 are accepted.
int count_accepted(Parser parse, const std::string& pattern) {
    int good = 0;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            if (parse(with(pattern, first, second))) ++good;
        }
    }
    return good;
}

Buffer every_byte() {
    Buffer bytes(256);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
    return bytes;
}

}  // namespace

TEST_CASE("hex prints as it parses", "[encoding]") {
    REQUIRE(to_hex({}).empty());
    REQUIRE(parse_hex("").value().empty());
    REQUIRE(to_hex(as_bytes("\x01\xab\xff")) == "01abff");
    REQUIRE(parse_hex("01abff").value() == Buffer{0x01, 0xab, 0xff});
    REQUIRE(parse_hex(to_hex(every_byte())).value() == every_byte());
}

TEST_CASE("hex has one spelling", "[encoding]") {
    REQUIRE(count_accepted(parse_hex, "12") == 256);
    REQUIRE_REFUSED(parse_hex("012"), "hex has an odd number of digits");
    REQUIRE_REFUSED(parse_hex("AB"), "not lower-case hex");
    for (const char* text : {"0", "012", "AB", "aB", "0x00", " 00", "00 ", "00\n", "0g", "00:11"}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_hex(text), Fault::Malformed);
    }
    REQUIRE_FAULT(parse_hex(std::string_view("00\0", 3)), Fault::Malformed);
    REQUIRE_FAULT(parse_hex(std::string_view("0\0", 2)), Fault::Malformed);
}

TEST_CASE("base64 matches RFC 4648 section 10", "[encoding]") {
    struct Row {
        std::string_view plain, padded, url;
    };
    const auto row = GENERATE(values<Row>({
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/", "-_-_"},
        {"\xfb\xff", "+/8=", "-_8"},
    }));
    const Buffer plain = to_buffer(row.plain);
    REQUIRE(to_base64(plain) == row.padded);
    REQUIRE(to_base64url(plain) == row.url);
    REQUIRE(parse_base64(row.padded).value() == plain);
    REQUIRE(parse_base64url(row.url).value() == plain);
    REQUIRE(parse_base64_any(row.padded).value() == plain);
    REQUIRE(parse_base64_any(row.url).value() == plain);
}

TEST_CASE("base64 round-trips every byte at every length", "[encoding]") {
    const Buffer all = every_byte();
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const Bytes bytes = Bytes(all).last(size);
        CAPTURE(size);
        REQUIRE(equal(parse_base64(to_base64(bytes)).value(), bytes));
        REQUIRE(equal(parse_base64url(to_base64url(bytes)).value(), bytes));
        REQUIRE(equal(parse_base64_any(to_base64(bytes)).value(), bytes));
        REQUIRE(equal(parse_base64_any(to_base64url(bytes)).value(), bytes));
    }
}

TEST_CASE("every short value has exactly one spelling in base64", "[encoding]") {
    REQUIRE(count_accepted(parse_base64, "12==") == 256);
    REQUIRE(count_accepted(parse_base64, "A12=") == 64 * 16 + 4);       // and A?==
    REQUIRE(count_accepted(parse_base64, "AA12") == 64 * 64 + 16 + 1);  // and AA?=, AA==
    REQUIRE(count_accepted(parse_base64, "12") == 0);
    REQUIRE(count_accepted(parse_base64, "A12") == 0);
    REQUIRE(count_accepted(parse_base64url, "12") == 256);
    REQUIRE(count_accepted(parse_base64url, "A12") == 64 * 16);
    REQUIRE(count_accepted(parse_base64url, "12==") == 0);
    REQUIRE(count_accepted(parse_base64url, "A12=") == 0);
}

TEST_CASE("either alphabet does not mean both at once", "[encoding]") {
    // 62 letters and digits that both alphabets share, and two more of each in the first place;
    // in the second place only A, Q, g and w leave no bits unused.
    REQUIRE(count_accepted(parse_base64_any, "12==") == (62 + 2 + 2) * 4);
    REQUIRE(count_accepted(parse_base64_any, "12") == (62 + 2 + 2) * 4);
    // Two places free: 62 shared ones, then the two of one alphabet or of the other.
    REQUIRE(count_accepted(parse_base64_any, "1A2A") == 64 * 64 + 64 * 64 - 62 * 62);
    for (const char* text : {"+_8=", "-/8=", "+_8", "-/8", "+A-A", "_A/A"}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_base64_any(text), Fault::Malformed);
    }
}

TEST_CASE("no decoder forgives", "[encoding]") {
    struct Row {
        const char* why;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"one digit", "Z"},
        {"one digit too many", "Zm9vY"},
        {"pad alone", "="},
        {"four pads", "===="},
        {"three pads", "Z==="},
        {"one pad of two", "Zg="},
        {"three pads for two", "Zg==="},
        {"pad after a full group", "Zm9v="},
        {"group of pads", "Zm9v===="},
        {"pad in the middle", "Zg==Zg=="},
        {"pad before a digit", "Zg=A"},
        {"pad first", "=Zg="},
        {"unused bits", "Zh=="},
        {"unused bits, no pad", "Zh"},
        {"unused bits in three", "Zm9="},
        {"unused bits in three, no pad", "Zm9"},
        {"leading space", " Zg=="},
        {"trailing newline", "Zg==\n"},
        {"line break inside", "Zm9v\nZm9v"},
        {"carriage return", "Zm9v\r\n"},
        {"tab", "Zm9v\t"},
        {"NUL", std::string("Zm9v\0", 5)},
        {"NULs for pads", std::string("Zg\0\0", 4)},
        {"high byte", "Zm9\xf6"},
        {"dot", "Zm9."},
        {"comma", "Zm9,"},
        {"percent", "Zg%3D%3D"},
    }));
    INFO(row.why);
    REQUIRE_FAULT(parse_base64(row.text), Fault::Malformed);
    REQUIRE_FAULT(parse_base64url(row.text), Fault::Malformed);
    REQUIRE_FAULT(parse_base64_any(row.text), Fault::Malformed);
}

TEST_CASE("a decoder says what was wrong", "[encoding]") {
    REQUIRE_REFUSED(parse_base64("Zg"), "base64 is not padded");
    REQUIRE_REFUSED(parse_base64("Zh=="), "base64 has unused bits that are set");
    REQUIRE_REFUSED(parse_base64("Zm9-"), "base64 has a character outside its alphabet");
    REQUIRE_REFUSED(parse_base64url("Z"), "base64 has a wrong length");
    REQUIRE_REFUSED(parse_base64url("Zg=="), "base64 has a character outside its alphabet");
    REQUIRE_REFUSED(parse_base64_any("Zg="), "base64 is not padded");
    REQUIRE_REFUSED(parse_base64_any("+A-A"), "base64 has a character outside its alphabet");
}

TEST_CASE("the strict decoders keep to their own alphabet and padding", "[encoding]") {
    for (const char* text : {"-_8=", "-_-_", "Zg", "Zm8", "_A=="}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_base64(text), Fault::Malformed);
    }
    for (const char* text : {"+/8", "+/+/", "Zg==", "Zm8="}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_base64url(text), Fault::Malformed);
    }
}
