#include "core/bytes.h"

#include "tests/check.h"

#include <string>

using namespace boltseal;

namespace {

bool utf8(std::string_view text) {
    return is_utf8(as_bytes(text));
}

}  // namespace

TEST_CASE("text and bytes are two views of the same memory", "[bytes]") {
    const std::string text("a\0\xff", 3);
    REQUIRE(as_bytes(text).size() == 3);
    REQUIRE(as_bytes(text)[2] == 0xff);
    REQUIRE(as_text(as_bytes(text)) == text);
    REQUIRE(as_text(as_bytes(text)).data() == text.data());
    REQUIRE(to_buffer(text) == Buffer{'a', 0, 0xff});
    REQUIRE(to_buffer(as_bytes(text)) == to_buffer(text));
    REQUIRE(as_bytes("").empty());
}

TEST_CASE("bytes are equal by length and content", "[bytes]") {
    REQUIRE(equal({}, {}));
    REQUIRE(equal(as_bytes("abc"), as_bytes("abc")));
    REQUIRE_FALSE(equal(as_bytes("abc"), as_bytes("abd")));
    REQUIRE_FALSE(equal(as_bytes("abc"), as_bytes("ab")));
    REQUIRE_FALSE(equal(as_bytes("ab"), as_bytes("abc")));
    REQUIRE_FALSE(equal({}, as_bytes("a")));
}

TEST_CASE("UTF-8 has the first and last code point of every length", "[bytes]") {
    REQUIRE(utf8(""));
    REQUIRE(utf8(std::string_view("\0", 1)));
    REQUIRE(utf8("\x7f"));
    REQUIRE(utf8("\xc2\x80"));
    REQUIRE(utf8("\xdf\xbf"));
    REQUIRE(utf8("\xe0\xa0\x80"));
    REQUIRE(utf8("\xed\x9f\xbf"));
    REQUIRE(utf8("\xee\x80\x80"));
    REQUIRE(utf8("\xef\xbf\xbf"));
    REQUIRE(utf8("\xf0\x90\x80\x80"));
    REQUIRE(utf8("\xf4\x8f\xbf\xbf"));
    REQUIRE(utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x82z"));
}

TEST_CASE("text that is not UTF-8 is seen, wherever it stands", "[bytes]") {
    struct Row {
        const char* why;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"continuation byte alone", "\x80"},
        {"two-byte form of NUL", std::string("\xc0\x80", 2)},
        {"two-byte form of U+007F", "\xc1\xbf"},
        {"three-byte form of U+07FF", "\xe0\x9f\xbf"},
        {"four-byte form of U+FFFF", "\xf0\x8f\xbf\xbf"},
        {"first surrogate", "\xed\xa0\x80"},
        {"last surrogate", "\xed\xbf\xbf"},
        {"surrogate pair in six bytes", "\xed\xa0\xbd\xed\xb8\x82"},
        {"above U+10FFFF", "\xf4\x90\x80\x80"},
        {"lead byte F5", "\xf5\x80\x80\x80"},
        {"five-byte form", "\xf8\x88\x80\x80\x80"},
        {"FE", "\xfe"},
        {"FF", "\xff"},
        {"one of two bytes", "\xc3"},
        {"two of three bytes", "\xe2\x82"},
        {"three of four bytes", "\xf0\x9f\x98"},
        {"lead byte before ASCII", "\xc3("},
        {"second byte is none", "\xe2(\xa1"},
        {"third byte is none", "\xe2\x82("},
        {"fourth byte is none", "\xf0\x9f\x98("},
        {"one continuation too many", "\xc3\xa9\xa9"},
    }));
    INFO(row.why);
    REQUIRE_FALSE(utf8(row.text));
    REQUIRE_FALSE(utf8("abc" + row.text));
    REQUIRE_FALSE(utf8(row.text + "abc"));
}

TEST_CASE("exactly the 61,440 three-byte code points are UTF-8", "[bytes]") {
    int good = 0;
    for (int lead = 0xe0; lead <= 0xef; ++lead) {
        for (int rest = 0; rest < 0x10000; ++rest) {
            const std::uint8_t text[] = {static_cast<std::uint8_t>(lead),
                                         static_cast<std::uint8_t>(rest >> 8),
                                         static_cast<std::uint8_t>(rest)};
            if (is_utf8(text)) ++good;
        }
    }
    REQUIRE(good == 0x10000 - 0x800 - 0x800);  // less the shorter forms and the surrogates
}

TEST_CASE("four-byte UTF-8 begins with one of 256 byte pairs", "[bytes]") {
    int good = 0;
    for (int lead = 0xf0; lead <= 0xff; ++lead) {
        for (int second = 0; second <= 0xff; ++second) {
            const std::uint8_t text[] = {static_cast<std::uint8_t>(lead),
                                         static_cast<std::uint8_t>(second), 0x80, 0xbf};
            if (is_utf8(text)) ++good;
        }
    }
    REQUIRE(good == 0x100000 >> 12);  // U+10000 to U+10FFFF, 4096 to a pair
}

TEST_CASE("a reader takes big-endian integers from the front", "[bytes]") {
    const Buffer bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff};
    Reader reader{Bytes(bytes)};
    REQUIRE(reader.u8().value() == 0x01);
    REQUIRE(reader.u16().value() == 0x0203);
    REQUIRE(reader.u32().value() == 0x04050607);
    REQUIRE(reader.u64().value() == 0x08090a0b0c0d0e0f);
    REQUIRE_FAULT(reader.end(), Fault::Malformed);
    REQUIRE_REFUSED(reader.end(), "unexpected bytes at the end");
    REQUIRE(reader.rest().size() == 1);
    REQUIRE(reader.u8().value() == 0xff);
    REQUIRE(reader.empty());
    REQUIRE_OK(reader.end());
}

TEST_CASE("a read that wants too much fails and consumes nothing", "[bytes]") {
    const Buffer bytes = {0, 9, 'a', 'b', 'c', 'd', 'e'};
    Reader reader{Bytes(bytes)};
    REQUIRE_FAULT(reader.u64(), Fault::Malformed);
    REQUIRE_FAULT(reader.take(8), Fault::Malformed);
    REQUIRE_REFUSED(reader.take(8), "input ends too early");
    REQUIRE_FAULT(reader.take(SIZE_MAX), Fault::Malformed);
    REQUIRE_FAULT(reader.take_u16_prefixed(), Fault::Malformed);  // says 9, has 5
    REQUIRE(reader.rest().size() == 7);
    REQUIRE_OK(reader.take(4));
    REQUIRE_FAULT(reader.u32(), Fault::Malformed);
    REQUIRE(reader.rest().size() == 3);
    REQUIRE_OK(reader.take(2));
    REQUIRE_FAULT(reader.u16(), Fault::Malformed);
    REQUIRE_FAULT(reader.take_u16_prefixed(), Fault::Malformed);
    REQUIRE(reader.rest().size() == 1);
    REQUIRE_OK(reader.u8());
    REQUIRE_FAULT(reader.u8(), Fault::Malformed);
    REQUIRE_OK(reader.take(0));
}

TEST_CASE("a reader hands out views of the bytes it was given", "[bytes]") {
    const Buffer bytes = {0, 2, 'h', 'i', '!'};
    Reader reader{Bytes(bytes)};
    const Bytes taken = reader.take_u16_prefixed().value();
    REQUIRE(as_text(taken) == "hi");
    REQUIRE(taken.data() == bytes.data() + 2);
    REQUIRE(as_text(reader.rest()) == "!");
}

TEST_CASE("a writer writes what a reader reads", "[bytes]") {
    Writer writer;
    writer.u8(0x01).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).put("xy");
    REQUIRE_OK(writer.put_u16_prefixed(as_bytes("hi")));
    const Buffer want = {1,  2,  3,  4,  5,   6,   7, 8, 9,   10, 11,
                         12, 13, 14, 15, 'x', 'y', 0, 2, 'h', 'i'};
    REQUIRE(equal(writer.bytes(), want));
    REQUIRE(std::move(writer).take() == want);
}

TEST_CASE("a 16-bit prefix holds 65,535 bytes and refuses one more", "[bytes]") {
    Writer writer;
    REQUIRE_FAULT(writer.put_u16_prefixed(Buffer(65536)), Fault::Malformed);
    REQUIRE(writer.bytes().empty());  // no prefix without its bytes
    REQUIRE_OK(writer.put_u16_prefixed(Buffer(65535)));
    Reader reader{writer.bytes()};
    REQUIRE(reader.take_u16_prefixed().value().size() == 65535);
    REQUIRE_OK(reader.end());
}

TEST_CASE("bytes that somebody else chose are printed as plain ASCII", "[bytes]") {
    REQUIRE(printable("") == "''");
    REQUIRE(printable("a b~") == "'a b~'");
    REQUIRE(printable(std::string_view("\0\n\x1b\x7f\xff", 5)) == "'\\x00\\x0a\\x1b\\x7f\\xff'");
    REQUIRE(printable(std::string(100, 'x')) == "'" + std::string(100, 'x') + "'");
    REQUIRE(printable(std::string(101, 'x')) == "'" + std::string(100, 'x') + "...'");
    REQUIRE(printable("abc", 3) == "'abc'");
    REQUIRE(printable("abc", 2) == "'ab...'");
    REQUIRE(printable(std::string(101, 'x'), kInFull) == "'" + std::string(101, 'x') + "'");
}

TEST_CASE("a line keeps its text and loses what a terminal would obey", "[bytes]") {
    REQUIRE(without_controls("") == "");
    REQUIRE(without_controls("app 'ü' \xE6\x96\x87 ~") == "app 'ü' \xE6\x96\x87 ~");
    REQUIRE(without_controls("a\x1b[2Jb\nc\x7f") == "a\\x1b[2Jb\\x0ac\\x7f");
    REQUIRE(without_controls(std::string_view("\0\x1f\x20", 3)) == "\\x00\\x1f ");
    REQUIRE(without_controls("\xC2\x80 \xC2\x9F \xC2\xA0") == "\\xc2\\x80 \\xc2\\x9f \xC2\xA0");
    const std::string turned = GENERATE("\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA",
                                        "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9");
    REQUIRE(without_controls(turned).starts_with("\\xe2\\x8"));
    const std::string plain = GENERATE("\xE2\x80\x8D", "\xE2\x80\x90", "\xE2\x80\xA9",
                                       "\xE2\x80\xAF", "\xE2\x81\xA5", "\xE2\x81\xAA", "\xE2\x80");
    REQUIRE(without_controls(plain) == plain);
}
