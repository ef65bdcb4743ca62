#include "verify/pattern.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

struct Case {
    std::string pattern;
    std::vector<std::string> met;
    std::vector<std::string> not_met;
};

void check(const Pattern& pattern, const Case& row) {
    CAPTURE(row.pattern);
    for (const std::string& text : row.met) {
        CAPTURE(text);
        REQUIRE(pattern.matches(text));
    }
    for (const std::string& text : row.not_met) {
        CAPTURE(text);
        REQUIRE_FALSE(pattern.matches(text));
    }
    REQUIRE(pattern.text() == row.pattern);
}

constexpr const char* kNobody = ": matches whatever there is, and so names nobody";

}  // namespace

TEST_CASE("a pattern that was not made matches nothing", "[pattern]") {
    REQUIRE_FALSE(Pattern().matches(""));
    REQUIRE_FALSE(Pattern().matches("x"));
    REQUIRE_FALSE(Pattern::exactly("").matches(""));
}

TEST_CASE("exact text is met by itself, whatever characters it has", "[pattern]") {
    const Pattern pattern = Pattern::exactly("a.*[");
    check(pattern, {"a.*[", {"a.*["}, {"", "a.*", "a.*[x", "abc[", "A.*["}});
}

TEST_CASE("globs", "[pattern]") {
    const auto row = GENERATE(values<Case>({
        {"*@example.com",
         {"a@example.com", "@example.com", "a.b@x@example.com"},
         {"a@exampleXcom", "a@example.com.org", "a/b@example.com", "xa@example.co", ""}},
        {"https://h/o/*/x",
         {"https://h/o/r/x", "https://h/o//x"},
         {"https://h/o/r/s/x", "https://h/o/x", "xhttps://h/o/r/x", "https://h/o/r/xx"}},
        {"https://h/**", {"https://h/", "https://h/a/b/c"}, {"https://h", "http://h/a"}},
        {"https://**/x", {"https:///x", "https://a/b/x"}, {"https://x"}},
        {"v?.?", {"v1.2", "va.b"}, {"v1.", "v/.2", "v12.3", "v1x2"}},
        {R"(a\*b)", {"a*b"}, {"ab", "axb", R"(a\*b)"}},
        {R"(a\\b)", {R"(a\b)"}, {R"(a\\b)"}},
        {"[a]+(b)|c.d$^", {"[a]+(b)|c.d$^"}, {"a"}},
        {"h\xC3\xA9*", {"h\xC3\xA9", "h\xC3\xA9llo"}, {"h\xC3", "he"}},
        {"*:*", {":", "a:b"}, {"a", "/a:b"}},
        {"a**b*c", {"abc", "a/b/bc", "axxbxxc"}, {"ab/c", "ac"}},
        {"a***", {"a", "a/b"}, {"b"}},
    }));
    const auto pattern = Pattern::glob(row.pattern);
    REQUIRE_OK(pattern);
    check(*pattern, row);
}

TEST_CASE("regular expressions", "[pattern]") {
    const auto row = GENERATE(values<Case>({
        {"abc", {"abc"}, {"", "xabc", "abcx", "ABC", "ab"}},
        {"^abc$", {"abc"}, {"xabc", "abcx", "^abc$"}},
        {R"(^https://github\.com/o/r/\.github/workflows/.+@refs/tags/v[0-9]+\.[0-9]+$)",
         {"https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1.20"},
         {"https://githubXcom/o/r/.github/workflows/release.yml@refs/tags/v1.20",
          "https://github.com/o/r/.github/workflows/@refs/tags/v1.20",
          "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1.20-evil",
          "https://evil/?https://github.com/o/r/.github/workflows/x@refs/tags/v1.2"}},
        {"a|bc|", {"a", "bc"}, {"", "ab", "c", "abc"}},
        {"(a|b)c", {"ac", "bc"}, {"a", "abc", "c"}},
        {"(?:a|b)c", {"ac", "bc"}, {"?:ac"}},
        {"x(ab)*", {"x", "xab", "xabab"}, {"xa", "xaba"}},
        {"xa+", {"xa", "xaaa"}, {"x", "xab"}},
        {"xa?y", {"xy", "xay"}, {"xaay"}},
        {"xa{3}", {"xaaa"}, {"xaa", "xaaaa"}},
        {"xa{2,}", {"xaa", "xaaaaaaaa"}, {"xa"}},
        {"xa{1,3}", {"xa", "xaa", "xaaa"}, {"x", "xaaaa"}},
        {"xa{0,2}", {"x", "xa", "xaa"}, {"xaaa"}},
        {"(xa{64}){2}", {std::string("x") + std::string(64, 'a') + "x" + std::string(64, 'a')}, {}},
        {"x.y", {"xay", "x\ty", "x\xFFy"}, {"xy", "x\ny", "x\xC3\xA9y"}},
        {"x[a-z0-9_-]+", {"xa", "x-_9z"}, {"x", "xA", "x.", "x/"}},
        {"x[^a-c/]", {"xd", "x\n", "x-"}, {"xa", "xc", "x/", "x"}},
        {"x[-a]", {"x-", "xa"}, {"xb"}},
        {"x[]]", {}, {}},
        {R"(x[\]\\a\-c])", {"x]", "x\\", "xa", "x-", "xc"}, {"xb"}},
        {R"(x[\d.])", {"x5", "x."}, {"xd", "x\\"}},
        {R"(x[.*+?(){}|$^])", {"x.", "x*", "x)", "x|", "x$", "x^"}, {"xa"}},
        {R"(x\d\D)", {"x1a"}, {"xaa", "x11"}},
        {R"(x\w\W)", {"x_-", "xA "}, {"x--", "x__"}},
        {R"(x\s\S)", {"x a", "x\n."}, {"xaa", "x  "}},
        {R"(\.\/\-\@\\\$)", {R"(./-@\$)"}, {R"(x/-@\$)"}},
        {"x(a*)*y", {"xy", "xaaay"}, {"xby"}},
        {"x()y", {"xy"}, {"x()y"}},
        {"x\xC3\xA9+", {"x\xC3\xA9", "x\xC3\xA9\xC3\xA9"}, {"x\xC3\xA9\xA9"}},
        {"x\xC3\xA9?y", {"xy", "x\xC3\xA9y"}, {"x\xC3y"}},
        {"x,y:z=!", {"x,y:z=!"}, {}},
    }));
    if (row.pattern == "x[]]") {
        REQUIRE_REFUSED(Pattern::regex(row.pattern), "pattern 'x[]]': class is empty at byte 3");
        return;
    }
    const auto pattern = Pattern::regex(row.pattern);
    REQUIRE_OK(pattern);
    check(*pattern, row);
}

TEST_CASE("what is not understood is refused with its place", "[pattern]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const auto row = GENERATE(values<Row>({
        {"(a", "group is not closed at byte 3"},
        {"a)", "')' closes nothing at byte 2"},
        {"a]", "bracket closes nothing at byte 2"},
        {"a}", "bracket closes nothing at byte 2"},
        {"*a", "nothing to repeat at byte 1"},
        {"a|+", "nothing to repeat at byte 3"},
        {"(?a", "'(?' with anything but ':' is not understood at byte 2"},
        {"(?=a)", "'(?' with anything but ':' is not understood at byte 2"},
        {"(?!a)", "'(?' with anything but ':' is not understood at byte 2"},
        {"(?<=a)b", "'(?' with anything but ':' is not understood at byte 2"},
        {"(?P<n>a)", "'(?' with anything but ':' is not understood at byte 2"},
        {"(?i)a", "'(?' with anything but ':' is not understood at byte 2"},
        {R"((a)\1)", "escape is not understood at byte 4"},
        {R"(\bfoo)", "escape is not understood at byte 1"},
        {R"(foo\n)", "escape is not understood at byte 4"},
        {R"(\pL)", "escape is not understood at byte 1"},
        {R"(\x41)", "escape is not understood at byte 1"},
        {R"(\Qa\E)", "escape is not understood at byte 1"},
        {"a\\\xC3\xA9", "escape is not understood at byte 2"},
        {R"([\b])", "escape is not understood at byte 2"},
        {R"(a\)", "'\\' escapes nothing at byte 2"},
        {"a^b", "'^' is not at the start at byte 2"},
        {"^^a", "'^' is not at the start at byte 2"},
        {"a$b", "'$' is not at the end at byte 2"},
        {"a$|b", "'$' is not at the end at byte 2"},
        {"(a$)", "'$' is not at the end at byte 3"},
        {"[abc", "class is not closed at byte 1"},
        {"[", "class is not closed at byte 1"},
        {"[]", "class is empty at byte 2"},
        {"[^]", "class is empty at byte 3"},
        {"[a-", "range has no end at byte 4"},
        {"[z-a]", "range ends before it begins at byte 5"},
        {R"([a-\d])", "range is not of two characters at byte 6"},
        {R"([\d-z])", "range is not of two characters at byte 6"},
        {"[a-z-9]", "'-' is neither first, last nor between two characters at byte 5"},
        {"[[:alpha:]]", "'[' in a class is not escaped at byte 2"},
        {"[\xC3\xA9]", "class has a character beyond ASCII at byte 2"},
        {"a{", "'{' begins no repetition at byte 3"},
        {"a{,3}", "'{' begins no repetition at byte 3"},
        {"a{-1}", "'{' begins no repetition at byte 3"},
        {"a{1", "'{' begins no repetition at byte 4"},
        {"a{1x}", "'{' begins no repetition at byte 4"},
        {"a{1,x}", "'{' begins no repetition at byte 5"},
        {"a{65}", "repetition is above 64 at byte 3"},
        {"a{1,65}", "repetition is above 64 at byte 5"},
        {"a{99999999999}", "repetition is above 64 at byte 3"},
        {"a{0}", "repetition has no count to choose from at byte 4"},
        {"a{3,2}", "repetition has no count to choose from at byte 6"},
        {"a**", "repetition is repeated or not greedy at byte 3"},
        {"a*?", "repetition is repeated or not greedy at byte 3"},
        {"a++", "repetition is repeated or not greedy at byte 3"},
        {"a{2}{3}", "repetition is repeated or not greedy at byte 5"},
        {"a{64}b(c{64}){64}(d{64}){64}", "takes more than 8192 states"},
        {"((((a{64}){64}){64}){64}){64}", "takes more than 8192 states"},
        {"((((()){64}){64}){64}){64}", "takes more than 8192 states"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(Pattern::regex(row.text), "pattern " + printable(row.text) + ": " + row.why);
    REQUIRE_FAULT(Pattern::regex(row.text), Fault::Config);
}

TEST_CASE("patterns of the wrong size or bytes are refused", "[pattern]") {
    for (const auto make : {&Pattern::glob, &Pattern::regex}) {
        REQUIRE_REFUSED(make(""), "pattern is empty");
        const std::string text(1025, 'x');
        REQUIRE_REFUSED(make(text), "pattern " + printable(text) + ": longer than 1024 bytes");
        REQUIRE_OK(make(text.substr(1)));
        REQUIRE_REFUSED(make("a\xFF"), "pattern " + printable("a\xFF") + ": not UTF-8");
        REQUIRE_FAULT(make("a\xFF"), Fault::Config);
    }
    REQUIRE_REFUSED(Pattern::glob("a\\"), "pattern " + printable("a\\") + ": ends in '\\'");
    const std::string deep = std::string(33, '(') + "a" + std::string(33, ')');
    REQUIRE_REFUSED(Pattern::regex(deep), "pattern " + printable(deep) +
                                              ": more than 32 groups in one another at byte 33");
    REQUIRE_OK(Pattern::regex(deep.substr(1, 65)));
}

TEST_CASE("patterns that name nobody are refused", "[pattern]") {
    const std::string glob =
        GENERATE(values<std::string>({"*", "**", "***", "?", "?*", "*?*", "*??"}));
    CAPTURE(glob);
    REQUIRE_REFUSED(Pattern::glob(glob), "pattern " + printable(glob) + kNobody);
    REQUIRE_FAULT(Pattern::glob(glob), Fault::Config);
    const std::string regex = GENERATE(values<std::string>(
        {".*",          ".+",       ".",     "(.*)",  "^.*$",           "^(.+)$",
         ".{8}",        ".{3,}",    ".*.*",  "x|.*",  "(x|.+)",         ".?.?",
         R"(\w+)",      R"(\S+)",   "[^/]+", "[^@]+", "[a-z0-9.@:/-]+", "[a-z]+|[0-9]+",
         R"((\d|\D)*)", "(a|b|.)*", ".*x?",  "x*.*",  "(.*)(.*)"}));
    CAPTURE(regex);
    REQUIRE_REFUSED(Pattern::regex(regex), "pattern " + printable(regex) + kNobody);
}

TEST_CASE("patterns that ask for one character name somebody", "[pattern]") {
    const std::string regex = GENERATE(values<std::string>(
        {".*@.*", "https://.*", "[0-9a-f]{40}", "[a-z]+", R"(\d+)", "v.*", ".*x.*"}));
    CAPTURE(regex);
    REQUIRE_OK(Pattern::regex(regex));
    REQUIRE_OK(Pattern::glob("*/*"));
}

TEST_CASE("the empty text is met by nothing", "[pattern]") {
    REQUIRE_FALSE(Pattern::regex("a*").value().matches(""));
    REQUIRE_FALSE(Pattern::regex("(issuer)?").value().matches(""));
    REQUIRE_FALSE(Pattern::regex("^$").value().matches(""));
}

TEST_CASE("a pattern outlives what it was made of, and can be copied", "[pattern]") {
    Pattern copy;
    {
        const std::string text = "a+b";
        copy = Pattern::regex(text).value();
    }
    REQUIRE(copy.matches("aab"));
    REQUIRE(copy.text() == "a+b");
}

// A backtracking matcher needs some 2^30 steps for each of these.
TEST_CASE("matching takes time in proportion to pattern and text", "[pattern]") {
    std::string optional;
    for (int i = 0; i < 30; ++i) optional += "a?";
    REQUIRE(Pattern::regex(optional + std::string(30, 'a')).value().matches(std::string(30, 'a')));
    REQUIRE_FALSE(Pattern::regex("(a*)*b").value().matches(std::string(10'000, 'a')));
    REQUIRE_FALSE(Pattern::regex("(a|a)*b").value().matches(std::string(10'000, 'a')));
    REQUIRE_FALSE(Pattern::glob("a**a**a**a**a**b").value().matches(std::string(10'000, 'a')));
}
