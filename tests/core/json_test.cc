#include "core/json.h"

#include "tests/check.h"

#include <limits>

using namespace boltseal;

namespace {

Json parsed(std::string_view text) {
    auto json = parse_json(text);
    REQUIRE_OK(json);
    return std::move(json).value();
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string out;
    while (times-- > 0) out += piece;
    return out;
}

struct Row {
    const char* why;
    std::string text;
    const char* reason = "syntax error";
};

// Why a text was refused, without the place.
std::string reason(std::string_view text, const JsonLimits& limits = {}) {
    const auto json = parse_json(text, limits);
    REQUIRE_FAULT(json, Fault::Malformed);
    std::string why = json.error().message();
    const std::string_view prefix = "not valid JSON: ";
    REQUIRE(why.starts_with(prefix));
    return why.substr(prefix.size(), why.find(" at byte ") - prefix.size());
}

}  // namespace

TEST_CASE("every kind of value is read", "[json]") {
    const Json json = parsed(
        " {\"null\": null, \"yes\":true,\t\"no\":false, \"int\":-7, \"uint\":7,\r\n"
        "\"double\":1.5, \"text\":\"x\", \"array\":[1,[]], \"object\":{\"a\":{}}} ");
    REQUIRE(json.is_object());
    REQUIRE(json.find("null")->is_null());
    REQUIRE(*json.find("yes")->as_bool());
    REQUIRE_FALSE(*json.find("no")->as_bool());
    REQUIRE(json.find("int")->as_int() == -7);
    REQUIRE(json.find("uint")->as_uint() == 7U);
    REQUIRE(*json.find("double")->as_double() == 1.5);
    REQUIRE(*json.find("text")->as_string() == "x");
    REQUIRE(json.find("array")->as_array()->size() == 2);
    REQUIRE(json.find("object")->find("a")->is_object());
    REQUIRE(json.find("absent") == nullptr);
    REQUIRE(json.as_object()->front().first == "null");  // the order is kept
    REQUIRE(json.as_object()->back().first == "object");
}

TEST_CASE("a value alone is JSON", "[json]") {
    REQUIRE(parsed("null").is_null());
    REQUIRE(*parsed("\"\"").as_string() == "");
    REQUIRE(parsed("0").as_uint() == 0U);
    REQUIRE(*parsed(" true ").as_bool());
}

TEST_CASE("text that is not RFC 8259 is refused", "[json]") {
    const auto row = GENERATE(values<Row>({
        {"empty", ""},
        {"white space", " \n"},
        {"byte order mark", "\xef\xbb\xbf{}", "starts with a byte order mark"},
        {"byte order mark after the value", "{}\xef\xbb\xbf"},
        {"UTF-16", std::string("\xff\xfe{\0}\0", 6), "not UTF-8"},
        {"second value", "{} {}"},
        {"trailing comma after the value", "{},"},
        {"trailing NUL", std::string("{}\0", 3), "has a NUL byte"},
        {"value after a NUL", std::string("{}\0{}", 5), "has a NUL byte"},
        {"NUL inside, then an end", std::string("[1\0]", 4), "has a NUL byte"},
        {"NUL alone", std::string("\0", 1), "has a NUL byte"},
        {"leading NUL", std::string("\0{}", 3), "has a NUL byte"},
        {"NUL between values", std::string("[1,\0 2]", 7), "has a NUL byte"},
        {"NUL in a string", std::string("\"a\0b\"", 5), "has a NUL byte"},
        {"newline in a string", "\"a\nb\""},
        {"tab in a string", "\"a\tb\""},
        {"control character in a string", "\"\x1f\""},
        {"trailing comma in an array", "[1,]"},
        {"trailing comma in an object", "{\"a\":1,}"},
        {"two commas", "[1,,2]"},
        {"no comma", "[1 2]"},
        {"no colon", "{\"a\" 1}"},
        {"no value", "{\"a\":}"},
        {"key without quotes", "{a:1}"},
        {"number as key", "{1:1}"},
        {"null as key", "{null:1}"},
        {"single quotes", "'a'"},
        {"line comment", "[1]// x"},
        {"block comment", "/* x */[1]"},
        {"hash comment", "# x\n[1]"},
        {"unclosed array", "[1"},
        {"unclosed object", "{\"a\":1"},
        {"unclosed string", "\"abc"},
        {"closed by the other", "[1}"},
        {"close without open", "]"},
        {"capital literal", "True"},
        {"literal too long", "nullx"},
        {"literal too short", "nul"},
        {"NaN", "NaN"},
        {"Infinity", "Infinity"},
        {"negative infinity", "-Infinity"},
        {"undefined", "undefined"},
        {"form feed as white space", "\f1"},
        {"vertical tab as white space", "\v1"},
        {"no-break space",
         "\xc2\xa0"
         "1"},
        {"record separator", "\x1e{}"},
    }));
    INFO(row.why);
    REQUIRE(reason(row.text) == row.reason);
}

TEST_CASE("a refusal says where in the text it happened", "[json]") {
    REQUIRE_REFUSED(parse_json("[1,,2]"), "not valid JSON: syntax error at byte 4");
    REQUIRE_REFUSED(parse_json("{} {}"), "not valid JSON: syntax error at byte 4");
    REQUIRE_REFUSED(parse_json("[1"), "not valid JSON: syntax error at byte 3");
}

TEST_CASE("numbers have the grammar of RFC 8259 section 6", "[json]") {
    const auto row = GENERATE(values<Row>({
        {"leading zero", "01"},
        {"leading zeros", "007"},
        {"negative leading zero", "-01"},
        {"leading zero before a point", "00.5"},
        {"plus", "+1"},
        {"minus alone", "-"},
        {"two minuses", "--1"},
        {"minus and space", "- 1"},
        {"no digit before the point", ".5"},
        {"no digit after the point", "1."},
        {"no digit between point and exponent", "1.e5"},
        {"empty exponent", "1e"},
        {"signed empty exponent", "1e+"},
        {"fractional exponent", "1e1.5"},
        {"hex", "0x10"},
        {"octal", "0o7"},
        {"underscore", "1_000"},
        {"thousands", "1,000"},
        {"suffix", "1u"},
        {"float suffix", "1.0f"},
        {"full-width digit", "\xef\xbc\x91"},
    }));
    INFO(row.why);
    REQUIRE(reason(row.text) == row.reason);
    if (row.text != "1,000") REQUIRE(reason("[" + row.text + "]") == row.reason);  // two numbers
}

TEST_CASE("duplicate names are refused at any depth and in any spelling", "[json]") {
    const auto row = GENERATE(values<Row>({
        {"the same", R"({"a":1,"a":1})"},
        {"other value", R"({"a":1,"a":null})"},
        {"not beside each other", R"({"a":1,"b":2,"c":3,"a":4})"},
        {"empty name", R"({"":1,"":2})"},
        {"in an object", R"({"x":{"a":1,"a":2}})"},
        {"in an array", R"([0,{"a":1,"a":2}])"},
        {"deep", R"({"x":[[{"y":{"z":[{"a":1,"a":2}]}}]]})"},
        {"after a nested object", R"({"a":{"b":1},"a":2})"},
        {"escaped", R"({"a":1,"\u0061":2})"},
        {"escaped in two ways", R"({"\u00e9":1,"\u00E9":2})"},
        {"raw and escaped", "{\"\xc3\xa9\":1,\"\\u00e9\":2}"},
        {"raw and surrogate pair", "{\"\xf0\x9f\x98\x82\":1,\"\\ud83d\\ude02\":2}"},
        {"escaped solidus", R"({"a/b":1,"a\/b":2})"},
        {"escaped NUL", R"({"\u0000":1,"\u0000":2})"},
    }));
    INFO(row.why);
    REQUIRE(reason(row.text) == "key appears twice");
}

TEST_CASE("names that only look alike are not duplicates", "[json]") {
    REQUIRE_OK(parse_json(R"({"a":1,"A":2})"));
    REQUIRE_OK(parse_json(R"({"a":1,"a ":2})"));
    REQUIRE_OK(parse_json(R"({"a":1,"a\u0000":2})"));
    REQUIRE_OK(parse_json(R"({"":1,"\u0000":2})"));
    REQUIRE_OK(parse_json("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}"));  // RFC 8785 does not normalise
    REQUIRE_OK(parse_json(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
    REQUIRE_OK(parse_json(R"([{"a":1},{"a":1}])"));
}

TEST_CASE("the number of values is limited, however small they are", "[json]") {
    const JsonLimits three{.max_values = 3};
    REQUIRE_OK(parse_json("[1,{}]", three));
    REQUIRE_REFUSED(parse_json("[1,{},2]", three), "not valid JSON: too many values");
}

TEST_CASE("depth is limited, arrays and objects together", "[json]") {
    const auto nested = [](std::size_t depth) { return repeat("[", depth) + repeat("]", depth); };
    const auto mixed = [](std::size_t pairs, std::string_view inner) {
        return repeat("{\"a\":[", pairs) + std::string(inner) + repeat("]}", pairs);
    };
    REQUIRE_OK(parse_json(nested(32)));
    REQUIRE(reason(nested(33)) == "nested too deeply");
    REQUIRE_OK(parse_json(mixed(16, "1")));
    REQUIRE(reason(mixed(16, "{}")) == "nested too deeply");
    REQUIRE(reason(mixed(16, "[]")) == "nested too deeply");
    REQUIRE_OK(parse_json("[" + repeat("[],", 100) + "[]]"));  // depth, not count

    const JsonLimits flat{.max_depth = 1};
    REQUIRE_OK(parse_json("[1]", flat));
    REQUIRE(reason("[[]]", flat) == "nested too deeply");
    REQUIRE(reason("[{}]", flat) == "nested too deeply");
    REQUIRE_OK(parse_json("1", JsonLimits{.max_depth = 0}));
    REQUIRE(reason("[]", JsonLimits{.max_depth = 0}) == "nested too deeply");
}

TEST_CASE("a million open brackets are refused without harm", "[json]") {
    REQUIRE(reason(std::string(1'000'000, '[')) == "nested too deeply");
    REQUIRE(reason(repeat("{\"a\":", 200'000)) == "nested too deeply");
}

TEST_CASE("size is limited, white space included", "[json]") {
    const JsonLimits ten{.max_bytes = 10};
    REQUIRE_OK(parse_json("\"12345678\"", ten));
    REQUIRE(reason("\"123456789\"", ten) == "larger than 10 bytes");
    REQUIRE(reason("1          ", ten) == "larger than 10 bytes");
    REQUIRE_OK(parse_json("1" + std::string((4 << 20) - 1, ' ')));
    REQUIRE(reason("1" + std::string(4 << 20, ' ')) == "larger than 4194304 bytes");
}

TEST_CASE("integers are exact over all of 64 bits", "[json]") {
    REQUIRE(parsed("18446744073709551615").as_uint() == UINT64_MAX);
    REQUIRE_FALSE(parsed("18446744073709551615").as_int().has_value());
    REQUIRE(parsed("9223372036854775807").as_int() == INT64_MAX);
    REQUIRE(parsed("9223372036854775808").as_uint() == 9223372036854775808U);
    REQUIRE_FALSE(parsed("9223372036854775808").as_int().has_value());
    REQUIRE(parsed("-9223372036854775808").as_int() == INT64_MIN);
    REQUIRE_FALSE(parsed("-1").as_uint().has_value());
    REQUIRE(parsed("9007199254740993").as_uint() == 9007199254740993U);  // 2^53 + 1
    REQUIRE(parsed("4294967297").as_uint() == 4294967297U);
    REQUIRE(parsed("7") == Json(7));
    REQUIRE(parsed("7") == Json(std::uint64_t{7}));
    REQUIRE(parsed("-7") == Json(-7));
}

TEST_CASE("numbers that nothing holds are refused", "[json]") {
    const auto row = GENERATE(values<Row>({
        {"2^64", "18446744073709551616", "integer does not fit in 64 bits"},
        {"20 nines", "99999999999999999999", "integer does not fit in 64 bits"},
        {"below -2^63", "-9223372036854775809", "integer does not fit in 64 bits"},
        {"a hundred digits", repeat("9", 100), "integer does not fit in 64 bits"},
        {"infinite", "1e400", "number is too large"},
        {"negative infinite", "-1e400", "number is too large"},
        {"infinite with point", "1.0e309", "number is too large"},
        {"just above the largest", "1.7976931348623159e308", "number is too large"},
        {"huge exponent", "1e99999999999999999999", "exponent is too large"},
        {"huge negative exponent", "1e-99999999999999999999", "exponent is too large"},
    }));
    INFO(row.why);
    REQUIRE(reason(row.text) == row.reason);
    REQUIRE(reason("{\"a\":[" + row.text + "]}") == row.reason);
}

TEST_CASE("a number with point or exponent is a double and nothing else", "[json]") {
    for (const char* text : {"1.0", "1e2", "1E2", "1.5e+3", "-0.0", "2.0e-3", "0e0"}) {
        CAPTURE(text);
        const Json json = parsed(text);
        REQUIRE(json.as_double() != nullptr);
        REQUIRE_FALSE(json.as_uint().has_value());
        REQUIRE_FALSE(json.as_int().has_value());
    }
    REQUIRE(parsed("1").as_double() == nullptr);
    REQUIRE(*parsed("1.7976931348623157e308").as_double() == std::numeric_limits<double>::max());
    REQUIRE(*parsed("5e-324").as_double() == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("minus zero is zero in the canonical text", "[json]") {
    REQUIRE(to_canonical_json(parsed("-0")) == "0");
    REQUIRE(to_canonical_json(parsed("-0.0")) == "0");
    REQUIRE(to_canonical_json(Json(-0.0)) == "0");
}

TEST_CASE("escapes are decoded", "[json]") {
    REQUIRE(*parsed(R"("\"\\\/\b\f\n\r\t")").as_string() == "\"\\/\b\f\n\r\t");
    REQUIRE(*parsed(R"("\u0041\u00e9\u20AC\ud83D\uDe02")").as_string() ==
            "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x82");
    REQUIRE(*parsed(R"("a\u0000b")").as_string() == std::string("a\0b", 3));
    REQUIRE(*parsed(R"("\ud800\udc00\udbff\udfff")").as_string() ==
            "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    REQUIRE(*parsed(R"("\uffff\ufffe")").as_string() == "\xef\xbf\xbf\xef\xbf\xbe");
    REQUIRE(*parsed("\"\x7f\"").as_string() == "\x7f");
    REQUIRE(*parsed(R"("\\u0041")").as_string() == "\\u0041");
}

TEST_CASE("strings that are no Unicode text are refused", "[json]") {
    const auto row = GENERATE(values<Row>({
        {"high surrogate alone", R"("\ud800")"},
        {"low surrogate alone", R"("\udc00")"},
        {"high surrogate before text", R"("\ud800x")"},
        {"high surrogate before another escape", R"("\ud800\n")"},
        {"two high surrogates", R"("\ud800\ud800")"},
        {"wrong way round", R"("\udc00\ud800")"},
        {"high surrogate before a BMP escape", R"("\ud83d\u0041")"},
        {"surrogate in a name", R"({"\ud800":1})"},
        {"raw surrogate", "\"\xed\xa0\x80\"", "not UTF-8"},
        {"overlong", "\"\xc0\x80\"", "not UTF-8"},
        {"above U+10FFFF", "\"\xf4\x90\x80\x80\"", "not UTF-8"},
        {"continuation byte alone", "\"\x80\"", "not UTF-8"},
        {"cut off", "\"\xe2\x82\"", "not UTF-8"},
        {"cut off by the end", "\"\xe2\x82", "not UTF-8"},
        {"Latin-1", "\"\xe9\"", "not UTF-8"},
        {"invalid in a name", "{\"\xff\":1}", "not UTF-8"},
        {"invalid outside strings", "[1,\xff]", "not UTF-8"},
        {"unknown escape", R"("\x41")"},
        {"escaped quote mark of another kind", R"("\'")"},
        {"short escape", R"("\u12")"},
        {"escape without hex", R"("\u12g4")"},
        {"escape with sign", R"("\u+123")"},
        {"capital U", R"("\U0041")"},
        {"backslash at the end", "\"\\"},
        {"backslash before the quote", R"("\")"},
        {"escaped newline", "\"\\\n\""},
    }));
    INFO(row.why);
    REQUIRE(reason(row.text) == row.reason);
}

TEST_CASE("getters never convert", "[json]") {
    const Json json = parsed(R"({"s":"1","n":1,"neg":-1,"d":1.0,"b":true,"z":null,"a":[],"o":{}})");
    for (const char* name : {"n", "neg", "d", "b", "z", "a", "o", "absent"}) {
        CAPTURE(name);
        REQUIRE_FAULT(json.string_at(name), Fault::Malformed);
    }
    for (const char* name : {"s", "neg", "d", "b", "z", "a", "o", "absent"}) {
        CAPTURE(name);
        REQUIRE_FAULT(json.uint_at(name), Fault::Malformed);
    }
    for (const char* name : {"s", "n", "neg", "d", "b", "z", "a", "absent"}) {
        CAPTURE(name);
        REQUIRE_FAULT(json.object_at(name), Fault::Malformed);
    }
    for (const char* name : {"s", "n", "neg", "d", "b", "z", "o", "absent"}) {
        CAPTURE(name);
        REQUIRE_FAULT(json.array_at(name), Fault::Malformed);
    }
    REQUIRE_REFUSED(json.string_at("n"), "'n' is not a string");
    REQUIRE_REFUSED(json.uint_at("neg"), "'neg' is not a non-negative integer");
    REQUIRE_REFUSED(json.object_at("a"), "'a' is not an object");
    REQUIRE_REFUSED(json.array_at("o"), "'o' is not an array");
    REQUIRE_REFUSED(json.uint_at("absent"), "'absent' is missing");
    REQUIRE(*json.string_at("s").value() == "1");
    REQUIRE(json.uint_at("n").value() == 1);
    REQUIRE(json.object_at("o").value()->is_object());
    REQUIRE(json.array_at("a").value()->empty());
}

TEST_CASE("getters of another type give nothing", "[json]") {
    const Json text("x");
    REQUIRE(text.as_bool() == nullptr);
    REQUIRE(text.as_array() == nullptr);
    REQUIRE(text.as_object() == nullptr);
    REQUIRE(text.as_double() == nullptr);
    REQUIRE_FALSE(text.as_uint().has_value());
    REQUIRE_FALSE(text.as_int().has_value());
    REQUIRE(text.find("x") == nullptr);
    REQUIRE(Json(true).as_string() == nullptr);
    REQUIRE_FALSE(Json(true).as_uint().has_value());
    REQUIRE_FALSE(Json(1.0).as_int().has_value());
    REQUIRE_FALSE(Json().is_object());
    REQUIRE_FAULT(text.string_at("x"), Fault::Malformed);
    REQUIRE_FAULT(parsed("[]").object_at("x"), Fault::Malformed);
}

TEST_CASE("unknown members are named", "[json]") {
    const Json json = parsed(R"({"a":1,"b":2})");
    REQUIRE_OK(json.only({"a", "b", "c"}));
    REQUIRE_FAULT(json.only({"a"}), Fault::Malformed);
    REQUIRE_REFUSED(json.only({"a"}), "unknown member 'b'");
    REQUIRE_REFUSED(parsed(R"({"\u001b[31m":1})").only({}), "unknown member '\\x1b[31m'");
    REQUIRE_FAULT(json.only({}), Fault::Malformed);
    REQUIRE_OK(parsed("{}").only({}));
    REQUIRE_FAULT(parsed("[]").only({}), Fault::Malformed);
    REQUIRE_FAULT(Json().only({}), Fault::Malformed);
}

TEST_CASE("set adds a member or replaces it in its place", "[json]") {
    Json json;
    json.set("b", 1).set("a", "x").set("b", Json::array({true}));
    REQUIRE(to_json(json) == R"({"b":[true],"a":"x"})");
}

TEST_CASE("JSON prints on one line in the order of its members", "[json]") {
    const Json json = Json::object({{"b", Json::array({1, -1, "x", true, Json()})},
                                    {"a", Json::object({})},
                                    {"n", UINT64_MAX}});
    REQUIRE(to_json(json) == R"({"b":[1,-1,"x",true,null],"a":{},"n":18446744073709551615})");
    REQUIRE(to_canonical_json(json) ==
            R"({"a":{},"b":[1,-1,"x",true,null],"n":18446744073709551615})");
}

TEST_CASE("what prints parses back to the same value", "[json]") {
    const Json json = Json::object(
        {{"text", std::string("\0\x01\x1f\"\\/\x7f\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x82", 16)},
         {"", Json::array({INT64_MIN, UINT64_MAX, 0, 1.5, 100.0, 1e16, 1e20, 1e21, 5e-324, -2.0})},
         {"nested", Json::array({Json::array({}), Json::object({{"a", Json()}})})}});
    REQUIRE(parsed(to_json(json)) == json);
    REQUIRE(parsed(to_pretty_json(json)) == json);
    REQUIRE(to_json(json).find('\n') == std::string::npos);
    REQUIRE(to_pretty_json(json).back() == '\n');
}

TEST_CASE("pretty JSON is for people", "[json]") {
    REQUIRE(to_pretty_json(parsed(R"({"b":[1,2],"a":{"x":null}})")) ==
            "{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": {\n    \"x\": null\n  }\n}\n");
}

TEST_CASE("the sample of RFC 8785 section 3.2.2 comes out as in 3.2.4", "[json]") {
    // Its last member is there to be escaped: euro sign, dollar, U+000F, newline, A, ', B, ", \, ".
    const Json json = parsed(R"({
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    })");
    REQUIRE(to_canonical_json(json) ==
            "{\"literals\":[null,true,false],"
            "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("members sort by UTF-16 code units, RFC 8785 section 3.2.3", "[json]") {
    const Json json = parsed(R"({
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    })");
    REQUIRE(to_canonical_json(json) ==
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
            "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
            "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
            "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
    // A name sorts before every longer one that begins with it.
    REQUIRE(to_canonical_json(parsed(R"({"ab":1,"a":2,"":3,"a\u0000":4})")) ==
            R"({"":3,"a":2,"a\u0000":4,"ab":1})");
    // Nested objects sort too; arrays keep their order.
    REQUIRE(to_canonical_json(parsed(R"([{"b":{"d":1,"c":2},"a":[2,1]}])")) ==
            R"([{"a":[2,1],"b":{"c":2,"d":1}}])");
}

TEST_CASE("strings are escaped as RFC 8785 section 3.2.2.2 asks, and no more", "[json]") {
    std::string all;
    for (char c = 0; c < 0x20; ++c) all += c;
    REQUIRE(
        to_canonical_json(Json(all)) ==
        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e"
        "\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001"
        "b"
        "\\u001c\\u001d\\u001e\\u001f\"");
    const std::string raw = "/<>&'\x7f\xc2\x80\xe2\x80\xa8\xe2\x80\xa9\xef\xbf\xbf";
    REQUIRE(to_canonical_json(Json(raw)) == "\"" + raw + "\"");
    REQUIRE(to_canonical_json(Json("\"\\")) == R"("\"\\")");
}

TEST_CASE("numbers print as in RFC 8785 appendix B", "[json]") {
    struct Number {
        double value;
        const char* want;
    };
    const auto number = GENERATE(values<Number>({
        {0.0, "0"},
        {-0.0, "0"},
        {5e-324, "5e-324"},
        {-5e-324, "-5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
        {9007199254740992.0, "9007199254740992"},
        {-9007199254740992.0, "-9007199254740992"},
        {295147905179352830000.0, "295147905179352830000"},
        {9.999999999999997e22, "9.999999999999997e+22"},
        {1e23, "1e+23"},
        {1.0000000000000001e23, "1.0000000000000001e+23"},
        {999999999999999700000.0, "999999999999999700000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {9.999999999999997e-7, "9.999999999999997e-7"},
        {0.000001, "0.000001"},
        {333333333.3333332, "333333333.3333332"},
        {333333333.33333325, "333333333.33333325"},
        {333333333.3333333, "333333333.3333333"},
        {333333333.3333334, "333333333.3333334"},
        {333333333.33333343, "333333333.33333343"},
        {-0.0000033333333333333333, "-0.0000033333333333333333"},
        {1424953923781206.2, "1424953923781206.2"},
    }));
    REQUIRE(to_canonical_json(Json(number.value)) == number.want);
}

TEST_CASE("integers keep all their digits in the canonical text", "[json]") {
    REQUIRE(to_canonical_json(parsed("18446744073709551615")) == "18446744073709551615");
    REQUIRE(to_canonical_json(parsed("-9223372036854775808")) == "-9223372036854775808");
    REQUIRE(to_canonical_json(parsed("9007199254740993")) == "9007199254740993");
}
