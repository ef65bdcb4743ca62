#include "core/toml.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

std::string problem(const std::string& text) {
    const auto read = parse_toml(as_bytes(text));
    const auto* found = std::get_if<TomlProblem>(&read);
    return found == nullptr ? "" : to_string(*found);
}

}  // namespace

TEST_CASE("values keep their kind and their line", "[toml]") {
    const auto read =
        parse_toml(as_bytes("a = true\n[t]\nnumber = 7\nwhen = 2026-01-02T03:04:05+01:00\n"
                            "[[list]]\nname = \"x\"\n"));
    REQUIRE(to_json(std::get<TomlNode>(read).to_json()) ==
            R"({"a":true,"list":[{"name":"x"}],"t":{"number":7,"when":"2026-01-02T02:04:05Z"}})");
    const auto& root = *std::get<TomlNode>(read).as<TomlNode::Table>();
    REQUIRE(root.at(1).first == "list");
    REQUIRE(root[1].second.line() == 5);
    REQUIRE(root[1].second.kind() == "a list");
    REQUIRE(root[0].second.as<bool>() != nullptr);
    REQUIRE(root[0].second.as<std::string>() == nullptr);
}

TEST_CASE("what nothing here has a use for is refused, with its line", "[toml]") {
    REQUIRE(problem("a = 1\nb = 1.5\n") == "line 2: numbers with a fraction are not read");
    REQUIRE(problem("a = 2026-01-02\n") ==
            "line 1: a date needs a time and a zone, as in 2027-01-31T00:00:00Z");
    REQUIRE(problem("a = 1\nb = '''x'''\n") == "line 2: strings of several lines are not read");
    REQUIRE(problem("a = 9007199254740992\n") == "line 1: numbers beyond 2^53 - 1 are not read");
    REQUIRE(problem("\xFF") == "is not UTF-8");
    REQUIRE(problem(std::string(1048577, ' ')) == "larger than 1048576 bytes");
    REQUIRE(problem("a = 1\na = 2\n").starts_with("line 2: "));
    std::string dots = "a";
    for (int i = 0; i < 65; ++i) dots += ".a";
    REQUIRE(problem(dots + " = 1\n") == "line 1: more than 64 dots outside of strings");
}
