#include "verify/json_pointer.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

// What a pointer finds, as one line of JSON each.
std::vector<std::string> found(const std::string& pointer, const std::string& document) {
    const Json json = parse_json(document).value();
    std::vector<std::string> texts;
    for (const Json* value : JsonPointer::parse(pointer).value().find_all(json)) {
        texts.push_back(to_json(*value));
    }
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("pointers find what RFC 6901 section 5 says", "[json_pointer]") {
    const std::string document =
        R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})";
    REQUIRE(found("", document) == Texts{document});
    REQUIRE(found("/foo", document) == Texts{R"(["bar","baz"])"});
    REQUIRE(found("/foo/0", document) == Texts{R"("bar")"});
    REQUIRE(found("/", document) == Texts{"0"});
    REQUIRE(found("/a~1b", document) == Texts{"1"});
    REQUIRE(found("/c%d", document) == Texts{"2"});
    REQUIRE(found("/e^f", document) == Texts{"3"});
    REQUIRE(found("/g|h", document) == Texts{"4"});
    REQUIRE(found("/i\\j", document) == Texts{"5"});
    REQUIRE(found("/k\"l", document) == Texts{"6"});
    REQUIRE(found("/ ", document) == Texts{"7"});
    REQUIRE(found("/m~0n", document) == Texts{"8"});
}

TEST_CASE("pointers find nothing where nothing is", "[json_pointer]") {
    const std::string document = R"({"items":[10,11,12,13,14,15,16,17,18,19,20],"text":"x"})";
    const std::string pointer = GENERATE(values<std::string>(
        {"/other", "/items/11", "/items/-", "/items/01", "/items/00", "/items/+1", "/items/-1",
         "/items/1 ", "/items/", "/items/1e0", "/items/18446744073709551616", "/text/0", "/text/",
         "/items/0/0", "/text/*", "/items/0/*", "/*/other"}));
    CAPTURE(pointer);
    REQUIRE(found(pointer, document).empty());
    REQUIRE(found("/items/10", document) == Texts{"20"});
}

TEST_CASE("'~01' is '~1', not '/'", "[json_pointer]") {
    REQUIRE(found("/~01", R"({"~1":"right","/":"wrong"})") == Texts{R"("right")"});
}

TEST_CASE("one '*' stands for every item or member, in their order", "[json_pointer]") {
    const std::string document =
        R"({"b":[{"name":"one"},{"other":0},{"name":"two"}],"a":{"name":"three"}})";
    REQUIRE(found("/b/*/name", document) == Texts{R"("one")", R"("two")"});
    REQUIRE(found("/*/name", document) == Texts{R"("three")"});
    REQUIRE(found("/b/*", document).size() == 3);
    REQUIRE(found("/*", document).size() == 2);
    REQUIRE(found("/*/0/name", document) == Texts{R"("one")"});
    REQUIRE(JsonPointer::parse("/b/*/name").value().has_wildcard());
    REQUIRE_FALSE(JsonPointer::parse("/b/**/*name").value().has_wildcard());
    REQUIRE(found("/**", R"({"**":1,"x":2})") == Texts{"1"});
}

TEST_CASE("the default pointer is the whole document", "[json_pointer]") {
    const Json json(7);
    REQUIRE(JsonPointer().find_all(json) == std::vector<const Json*>{&json});
    REQUIRE(JsonPointer().text().empty());
}

TEST_CASE("pointers are refused for the right reason", "[json_pointer]") {
    struct Row {
        std::string text;
        std::string why;
    };
    std::string deep;
    for (int i = 0; i < 33; ++i) deep += "/a";
    const std::string long_text = "/" + std::string(1024, 'x');
    const auto row = GENERATE_COPY(values<Row>({
        {"a", "pointer 'a': does not begin with '/'"},
        {"#/a", "pointer '#/a': does not begin with '/'"},
        {"/~", "pointer '/~': '~' is followed by neither 0 nor 1"},
        {"/~2", "pointer '/~2': '~' is followed by neither 0 nor 1"},
        {"/~/0", "pointer '/~/0': '~' is followed by neither 0 nor 1"},
        {"/*/a/*", "pointer '/*/a/*': more than one '*'"},
        {"/\xFF", "pointer " + printable("/\xFF") + ": not UTF-8"},
        {deep, "pointer " + printable(deep) + ": more than 32 tokens"},
        {long_text, "pointer " + printable(long_text) + ": longer than 1024 bytes"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(JsonPointer::parse(row.text), row.why);
    REQUIRE_FAULT(JsonPointer::parse(row.text), Fault::Config);
    REQUIRE_OK(JsonPointer::parse(deep.substr(2)));
    REQUIRE_OK(JsonPointer::parse(long_text.substr(1).insert(0, "/").substr(0, 1024)));
}
