#include "cli/difference.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

Json json(const char* text) {
    return parse_json(std::string_view(text)).value();
}

}  // namespace

TEST_CASE("the first difference of two verdicts is found, wherever it is", "[difference]") {
    struct Row {
        const char* recorded;
        const char* computed;
        const char* where;
        const char* was;
        const char* is;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"a":1})", R"({"a":2})", "/a", "'1'", "'2'"},
        {R"({"a":"1"})", R"({"a":1})", "/a", "'\"1\"'", "'1'"},
        {R"({})", R"({"a":1})", "/a", "nothing", "'1'"},
        {R"({"a":1,"b":2})", R"({"a":1})", "/b", "'2'", "nothing"},
        {R"({"a":[1,2]})", R"({"a":[1]})", "/a/1", "'2'", "nothing"},
        {R"({"a":[1]})", R"({"a":[1,2]})", "/a/1", "nothing", "'2'"},
        {R"({"a":[{"b":1}]})", R"({"a":[{"b":2}]})", "/a/0/b", "'1'", "'2'"},
        {R"({"a":[]})", R"({"a":{}})", "/a", "'[]'", "'{}'"},
        {R"([])", R"({})", "/", "'[]'", "'{}'"},
        {R"({"a":"\u001b"})", R"({"a":""})", "/a", "'\"\\u001b\"'", "'\"\"'"},
    }));
    CAPTURE(row.recorded, row.computed);
    const auto found = find_difference(json(row.recorded), json(row.computed), Sentences::Ignore);
    REQUIRE(found);
    REQUIRE(found->where == row.where);
    REQUIRE(found->recorded == row.was);
    REQUIRE(found->computed == row.is);
}

TEST_CASE("the order of members makes no difference", "[difference]") {
    REQUIRE_FALSE(find_difference(json(R"({"a":1,"b":{"c":2}})"), json(R"({"b":{"c":2},"a":1})"),
                                  Sentences::Compare));
}

TEST_CASE("sentences are compared only if they are to be", "[difference]") {
    const std::string name = GENERATE("proof", "error", "hint", "expected", "found");
    CAPTURE(name);
    const Json recorded = Json::array({Json::object({{name, "one"}, {"name", "signature"}})});
    const Json computed = Json::array({Json::object({{name, "other"}, {"name", "signature"}})});
    REQUIRE_FALSE(find_difference(recorded, computed, Sentences::Ignore));
    REQUIRE(find_difference(recorded, computed, Sentences::Compare)->where == "/0/" + name);
    const Json without = Json::array({Json::object({{"name", "signature"}})});
    REQUIRE_FALSE(find_difference(recorded, without, Sentences::Ignore));
    REQUIRE(find_difference(recorded, without, Sentences::Compare)->where == "/0/" + name);
}
