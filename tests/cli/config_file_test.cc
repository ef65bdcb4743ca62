#include "cli/config_file.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

Result<std::vector<std::string>> arguments(const std::string& text,
                                           std::set<std::string> given = {}) {
    const KnownOptions known{[](const std::string& name) {
                                 if (name == "raw") return OptionKind::Flag;
                                 if (name == "proxy") return OptionKind::Values;
                                 const bool value = name == "dir" || name == "rate";
                                 return value ? OptionKind::Value : OptionKind::Unknown;
                             },
                             std::move(given)};
    return config_arguments(as_bytes(text), known);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a file says what the command line would", "[config_file]") {
    REQUIRE(arguments("dir = \"a b\"\nproxy = [\"x\", \"y\"]\nrate = 7\nraw = true\n").value() ==
            Words{"--dir=a b", "--proxy=x", "--proxy=y", "--rate=7", "--raw"});
    REQUIRE(arguments("proxy = \"x\"\n").value() == Words{"--proxy=x"});
    REQUIRE(arguments("raw = false\n").value().empty());
    REQUIRE(arguments("# nothing\n").value().empty());
    // A value is one argument, whatever it looks like.
    REQUIRE(arguments("dir = \"--raw\"\n").value() == Words{"--dir=--raw"});
}

TEST_CASE("what is on the command line wins", "[config_file]") {
    const std::string text = "dir = \"a\"\nproxy = [\"x\"]\nrate = 7\nraw = true\n";
    REQUIRE(arguments(text, {"dir", "proxy", "raw"}).value() == Words{"--rate=7"});
    REQUIRE_FALSE(arguments("dir = true\n", {"dir"}).has_value());  // and is checked all the same
}

TEST_CASE("what makes no sense is refused with its line", "[config_file]") {
    struct Row {
        const char* text;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"rate = 7\ndri = \"a\"\n", "line 2: 'dri' is no option of this command"},
        {"[serve]\ndir = \"a\"\n", "line 1: 'serve' is no option of this command"},
        {"raw = 1\n", "line 1: 'raw' is a number, expected true or false"},
        {"\ndir = true\n", "line 2: 'dir' is a boolean, expected a string or a number"},
        {"dir = [\"a\"]\n", "line 1: 'dir' is a list, expected a string or a number"},
        {"proxy = [\"a\",\n  [\"b\"]]\n",
         "line 2: 'proxy' is a list, expected a string or a number"},
        {"dir = { a = 1 }\n", "line 1: 'dir' is a table, expected a string or a number"},
        {"rate = 1.5\n", "line 1: numbers with a fraction are not read"},
    }));
    REQUIRE_REFUSED(arguments(row.text), row.why);
    REQUIRE_FAULT(arguments(row.text), Fault::Config);
    REQUIRE(arguments("dir = \"a\"\ndir = \"b\"\n").error().message().starts_with("line 2: "));
    REQUIRE(arguments("dir\n").error().message().starts_with("line 1: "));
}
