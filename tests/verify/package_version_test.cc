#include "verify/package_version.h"

#include "core/bytes.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>

using namespace boltseal;

namespace {

// '<', '=' or '>', the same in both directions.
char compared(VersionScheme scheme, const std::string& a, const std::string& b) {
    CAPTURE(a, b);
    const auto there = compare_versions(scheme, a, b);
    const auto back = compare_versions(scheme, b, a);
    REQUIRE_OK(there);
    REQUIRE_OK(back);
    REQUIRE((*there < 0) == (*back > 0));
    REQUIRE((*there == 0) == (*back == 0));
    return *there < 0 ? '<' : *there > 0 ? '>' : '=';
}

// Every version is older than all that come after it.
void require_ascending(VersionScheme scheme, const std::vector<std::string>& versions) {
    for (std::size_t i = 0; i < versions.size(); ++i) {
        for (std::size_t j = 0; j < versions.size(); ++j) {
            CAPTURE(versions[i], versions[j]);
            REQUIRE(compared(scheme, versions[i], versions[j]) == (i < j   ? '<'
                                                                   : i > j ? '>'
                                                                           : '='));
        }
    }
}

void require_equal(VersionScheme scheme, const std::string& a, const std::string& b) {
    CAPTURE(a, b);
    REQUIRE(compared(scheme, a, b) == '=');
}

// Strings of pieces that matter to the scheme, and others that differ from them in one place.
class Generator {
public:
    Generator(VersionScheme scheme, std::vector<std::string> pieces)
        : scheme_(scheme), pieces_(std::move(pieces)) {}

    std::string version() {
        while (true) {
            std::string text = std::to_string(pick(3));
            for (std::size_t i = pick(7); i > 0; --i) text += pieces_[pick(pieces_.size())];
            if (check_version(scheme_, text)) return text;
        }
    }

    std::string near(const std::string& version) {
        for (int i = 0; i < 50; ++i) {
            std::string text = version;
            const std::size_t at = pick(text.size() + 1);
            const std::string piece = pick(3) == 0 ? "" : pieces_[pick(pieces_.size())];
            text.replace(at, pick(3), piece);
            if (check_version(scheme_, text)) return text;
        }
        return version;
    }

private:
    std::size_t pick(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
    }

    VersionScheme scheme_;
    std::vector<std::string> pieces_;
    std::mt19937 random_{20261125};
};

Generator generator(VersionScheme scheme) {
    switch (scheme) {
        case VersionScheme::Deb:
            return {scheme,
                    {"0", "1", "01", "10", "a", "b", "Z", ".", "+", "~", "-", "~~", ":", "+b1"}};
        case VersionScheme::Rpm:
            return {scheme,
                    {"0", "1", "01", "10", "a", "ab", "B", ".", "_", "+", "~", "^", "-", ":"}};
        case VersionScheme::Apk:
            return {scheme,
                    {".0", ".1", ".01", ".10", "a", "c", "_alpha", "_rc2", "_p", "_git", "1", "~ab",
                     "~a", "-r0", "-r1", "0"}};
        case VersionScheme::Semver:
            return {scheme,
                    {".0.0", ".1.0", ".10", "0", "-0", "-a", "-rc.1", ".1", ".a", "+b", "-"}};
        case VersionScheme::Numeric:
            break;
    }
    return {scheme, {".0", ".1", ".01", ".10", "0", "1"}};
}

struct Pair {
    std::string a;
    std::string b;
};

std::vector<Pair> pairs(VersionScheme scheme, int count) {
    Generator make = generator(scheme);
    std::vector<Pair> all;
    for (int i = 0; i < count; ++i) {
        const std::string a = make.version();
        all.push_back(i % 4 == 0 ? Pair{a, make.version()} : Pair{a, make.near(a)});
    }
    return all;
}

// What a shell says of each pair: it reads "A B" lines from the file and prints '<', '=' or '>'.
std::string ask_shell(const std::vector<Pair>& all, const std::string& script) {
    const test::TempFolder folder;
    {
        std::ofstream file(folder / "pairs");
        for (const Pair& pair : all) file << pair.a << ' ' << pair.b << '\n';
    }
    const std::string command = script + " <" + (folder / "pairs").string() + " 2>&1";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                               ::pclose);
    REQUIRE(pipe);
    std::string output;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
        if (c != '\n') output += static_cast<char>(c);
    }
    return output;
}

void require_agreement(VersionScheme scheme, const std::vector<Pair>& all,
                       const std::string& said) {
    REQUIRE(said.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(all[i].a, all[i].b);
        REQUIRE(compared(scheme, all[i].a, all[i].b) == said[i]);
    }
    // Not all one answer, else this would prove little.
    for (const char answer : {'<', '=', '>'}) REQUIRE(std::ranges::count(said, answer) > 5);
}

constexpr auto kAllSchemes = {VersionScheme::Deb, VersionScheme::Apk, VersionScheme::Rpm,
                              VersionScheme::Semver, VersionScheme::Numeric};

}  // namespace

TEST_CASE("deb versions are in the order of deb-version(7)", "[package_version]") {
    require_ascending(VersionScheme::Deb, {"0~~",       "0~~a",   "0~",    "0",
                                           "0a",        "0+",     "0.1",   "1.0~beta1~svn1245",
                                           "1.0~beta1", "1.0",    "1.0-1", "1.0-1+deb12u1",
                                           "1.0-1.1",   "1.0-10", "1.0a",  "1.0+b",
                                           "1.2",       "1.10",   "2:0",   "10:0.1"});
    require_equal(VersionScheme::Deb, "1.0", "0:1.0");
    require_equal(VersionScheme::Deb, "1.0", "1.0-0");
    require_equal(VersionScheme::Deb, "1.0", "01.00");
    REQUIRE(compared(VersionScheme::Deb, "1-1-1", "1-1") == '>');  // the revision is after the last
    REQUIRE(compared(VersionScheme::Deb, "99999999999999999999", "100000000000000000000") == '<');
}

TEST_CASE("deb versions are in the order of dpkg", "[package_version]") {
    if (std::system("dpkg --version >/dev/null 2>&1") != 0) SKIP("no dpkg");
    const auto all = pairs(VersionScheme::Deb, 400);
    const std::string said = ask_shell(
        all,
        "while read -r a b; do if dpkg --compare-versions \"$a\" lt \"$b\"; then echo '<'; "
        "elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo '='; else echo '>'; fi; done");
    require_agreement(VersionScheme::Deb, all, said);
}

TEST_CASE("rpm versions are in the order of rpm-version(7)", "[package_version]") {
    require_ascending(VersionScheme::Rpm,
                      {"1.0~rc1", "1.0~rc1^git1", "1.0~rc2", "1.0", "1.0-1", "1.0-2", "1.0-10",
                       "1.0^git1~pre", "1.0^git1", "1.0^git2", "1.0a", "1.0ab", "1.0b", "1.0.1~rc1",
                       "1.0.1", "1.0.10", "1.1", "1:0.1"});
    require_ascending(VersionScheme::Rpm, {"5.5p1", "5.5p2", "5.5p10", "10xyz", "10.1xyz"});
    require_ascending(VersionScheme::Rpm, {"xyz10", "xyz10.1", "8", "9"});
    require_ascending(VersionScheme::Rpm, {"1.0", "1.0-~1", "1.0-1"});  // no release is the oldest
    require_equal(VersionScheme::Rpm, "1.0", "0:1.0");
    require_equal(VersionScheme::Rpm, "1.0", "1_0");
    require_equal(VersionScheme::Rpm, "1.0", "1.0.");
    require_equal(VersionScheme::Rpm, "2.0.1", "2.00.01");
    require_equal(VersionScheme::Rpm, "2.0.1a", "2.0.1.a");
    REQUIRE(compared(VersionScheme::Rpm, "1.0Z", "1.0a") == '<');
}

TEST_CASE("rpm versions are in the order of rpm", "[package_version]") {
    if (std::system("rpm --version >/dev/null 2>&1") != 0) SKIP("no rpm");
    auto all = pairs(VersionScheme::Rpm, 1000);
    // Where only one has a release, rpm calls them equal, which is no order.
    std::erase_if(all, [](const Pair& pair) {
        return (pair.a.find('-') == std::string::npos) != (pair.b.find('-') == std::string::npos);
    });
    const std::string said =
        ask_shell(all,
                  "{ rpm --eval \"%{lua:$(while read -r a b; do echo \"c = rpm.vercmp('$a', '$b') "
                  "print(c < 0 and '<' or c > 0 and '>' or '=')\"; done)}\"; }");
    require_agreement(VersionScheme::Rpm, all, said);
}

TEST_CASE("apk versions are in the order of apk-tools", "[package_version]") {
    require_ascending(VersionScheme::Apk,
                      {"0.1_alpha",       "0.1_alpha1", "0.1_alpha1-r1", "0.1_alpha2", "0.1_beta",
                       "0.1_pre",         "0.1_rc",     "0.1_rc2",       "0.1",        "0.1-r0",
                       "0.1-r1",          "0.1-r10",    "0.1~ab",        "0.1_cvs",    "0.1_svn",
                       "0.1_git20210101", "0.1_hg",     "0.1_p",         "0.1_p0",     "0.1_p1",
                       "0.1_p10",         "0.1a",       "0.1b_rc1",      "0.1b",       "0.1b-r1",
                       "0.1.1",           "0.2",        "0.10",          "1",          "10"});
    // Beside one another as in the tests of apk-tools.
    require_ascending(VersionScheme::Apk, {"1.1_alpha1", "1.1", "1.2", "1.2.1"});
    require_ascending(VersionScheme::Apk, {"2.3.0b-r1", "2.3.0b-r2", "2.3.0b-r4", "3.10.18-r1"});
    require_ascending(VersionScheme::Apk, {"1.0.4-r3", "1.0.4-r4", "1.6", "2.2.39-r1", "4.8-r1"});
    require_ascending(VersionScheme::Apk, {"0.9.12_rc1", "0.9.12", "0.9.12_p1", "0.9.13"});
    require_ascending(VersionScheme::Apk, {"1.1.1c-r0", "1.1.1d-r0"});
    // After the first number, a leading zero makes a number a text, as in a decimal fraction.
    require_ascending(VersionScheme::Apk, {"1.0", "1.00", "1.05", "1.1", "1.10"});
    require_equal(VersionScheme::Apk, "013", "13");
    require_equal(VersionScheme::Apk, "1.0-r01", "1.0-r1");
    REQUIRE(compared(VersionScheme::Apk, "1.2_rc1_p1", "1.2_rc1") == '>');
}

TEST_CASE("semantic versions are in the order of semver.org", "[package_version]") {
    require_ascending(
        VersionScheme::Semver,
        {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
         "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "2.10.0"});
    require_ascending(VersionScheme::Semver,
                      {"1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-1a"});
    require_equal(VersionScheme::Semver, "v1.2.3", "1.2.3");
    require_equal(VersionScheme::Semver, "1.2.3+a", "1.2.3+b.01");
    require_equal(VersionScheme::Semver, "v0.0.0-20210101000000-0123456789ab",
                  "v0.0.0-20210101000000-0123456789ab+incompatible");
}

TEST_CASE("releases are compared number by number", "[package_version]") {
    require_ascending(VersionScheme::Numeric,
                      {"3.9", "3.10", "3.10.2", "3.12", "3.12.1", "12", "22.04"});
    require_equal(VersionScheme::Numeric, "12", "12.0.0");
    require_equal(VersionScheme::Numeric, "22.04", "22.4");
}

TEST_CASE("comparing versions is a total order", "[package_version]") {
    for (const VersionScheme scheme : kAllSchemes) {
        CAPTURE(to_string(scheme));
        Generator make = generator(scheme);
        std::string c = make.version();
        for (int i = 0; i < 500; ++i) {
            const std::string a = i % 3 == 0 ? make.version() : make.near(c);
            const std::string b = make.near(a);
            c = make.near(b);
            REQUIRE(compared(scheme, a, a) == '=');
            const char ab = compared(scheme, a, b);
            const char bc = compared(scheme, b, c);
            if (ab == bc || ab == '=' || bc == '=') {
                CAPTURE(a, b, c);
                REQUIRE(compared(scheme, a, c) == (ab == '=' ? bc : ab));
            }
        }
    }
}

TEST_CASE("what is no version is refused with the reason", "[package_version]") {
    struct Row {
        VersionScheme scheme;
        std::string text;
        std::string why;
    };
    using enum VersionScheme;
    const auto row = GENERATE(values<Row>({
        {Deb, "", "empty"},
        {Deb, std::string(1025, '1'), "longer than 1024 bytes"},
        {Deb, ":1", "epoch is no number"},
        {Deb, "a:1", "epoch is no number"},
        {Deb, "-1:1", "epoch is no number"},
        {Deb, "2147483648:1", "epoch is too large"},
        {Deb, "1:", "nothing before the revision"},
        {Deb, "-1", "nothing before the revision"},
        {Deb, "a1", "does not begin with a digit"},
        {Deb, "1_2", "character that no version has"},
        {Deb, "1 2", "character that no version has"},
        {Deb, "1\xC3\xA9", "character that no version has"},
        {Deb, "1-", "revision is empty"},
        {Deb, "1-1:1", "epoch is no number"},
        {Deb, "0:1-1:1", "character that no revision has"},
        {Rpm, "x:1", "epoch is no number"},
        {Rpm, "4294967296:1", "epoch is too large"},
        {Rpm, "1:-1", "nothing before the release"},
        {Rpm, "1-", "release is empty"},
        {Rpm, "1/2", "character that no version has"},
        {Rpm, "1-2-3", "character that no release has"},
        {Apk, "a", "does not begin with a digit"},
        {Apk, "v1", "does not begin with a digit"},
        {Apk, "1.", "nothing where a number or hash is expected"},
        {Apk, "1..2", "nothing where a number or hash is expected"},
        {Apk, "1.a", "nothing where a number or hash is expected"},
        {Apk, "1-r", "nothing where a number or hash is expected"},
        {Apk, "1~", "nothing where a number or hash is expected"},
        {Apk, "1~x", "nothing where a number or hash is expected"},
        {Apk, "1_foo", "suffix that apk does not have"},
        {Apk, "1_", "suffix that apk does not have"},
        {Apk, "1ab", "character that is not expected there"},
        {Apk, "1a.2", "character that is not expected there"},
        {Apk, "1a2", "character that is not expected there"},
        {Apk, "1A", "character that is not expected there"},
        {Apk, "1_rca", "suffix that apk does not have"},
        {Apk, "1-r1a", "character that is not expected there"},
        {Apk, "1-r1-r2", "character that is not expected there"},
        {Apk, "1-r1_p", "character that is not expected there"},
        {Apk, "1~ab_p", "character that is not expected there"},
        {Apk, "1~ab~cd", "character that is not expected there"},
        {Apk, "1-2", "character that is not expected there"},
        {Semver, "1.2", "not three numbers"},
        {Semver, "1.2.3.4", "not three numbers"},
        {Semver, "1.2.03", "not three numbers"},
        {Semver, "1..3", "not three numbers"},
        {Semver, "vv1.2.3", "not three numbers"},
        {Semver, "(devel)", "not three numbers"},
        {Semver, "1.2.3-", "pre-release is not as it must be"},
        {Semver, "1.2.3-01", "pre-release is not as it must be"},
        {Semver, "1.2.3-a..b", "pre-release is not as it must be"},
        {Semver, "1.2.3-a.", "pre-release is not as it must be"},
        {Semver, "1.2.3-a_b", "pre-release is not as it must be"},
        {Semver, "1.2.3+", "build metadata is not as it must be"},
        {Semver, "1.2.3+a+b", "build metadata is not as it must be"},
        {Numeric, "12.", "not numbers with '.' between"},
        {Numeric, ".8", "not numbers with '.' between"},
        {Numeric, "1..2", "not numbers with '.' between"},
        {Numeric, "edge", "not numbers with '.' between"},
        {Numeric, "3.12_alpha", "not numbers with '.' between"},
        {Numeric, "-1", "not numbers with '.' between"},
        {Numeric, "1 ", "not numbers with '.' between"},
    }));
    const std::string good = "1.0.0";
    const std::string why = printable(row.text) + " is no " + std::string(to_string(row.scheme)) +
                            " version: " + row.why;
    REQUIRE_REFUSED(check_version(row.scheme, row.text), why);
    REQUIRE_REFUSED(compare_versions(row.scheme, row.text, good), why);
    REQUIRE_REFUSED(compare_versions(row.scheme, good, row.text), why);
    REQUIRE_FAULT(compare_versions(row.scheme, good, row.text), Fault::Malformed);
    REQUIRE_OK(check_version(row.scheme, good));
}

TEST_CASE("ranges hold the versions between their bounds", "[package_version]") {
    struct Row {
        std::string range;
        std::vector<std::string> in;
        std::vector<std::string> out;
    };
    const auto row = GENERATE(values<Row>({
        {"<3.12", {"3.9", "3.11.9"}, {"3.12", "3.12.0", "3.12.1", "4"}},
        {"<=3.12", {"3.9", "3.12", "3.12.0"}, {"3.12.1"}},
        {">3.12", {"3.12.1", "4"}, {"3.12", "3.9"}},
        {">=3.12", {"3.12", "3.13"}, {"3.11"}},
        {"3.12", {"3.12", "3.12.0"}, {"3.12.1", "3.11"}},
        {">=1.0 <2.0", {"1.0", "1.9.9"}, {"0.9", "2.0", "2.1"}},
        {">=1 <=1", {"1.0"}, {"1.1", "0"}},
        {">1 <5 >2 <4", {"3"}, {"2", "4", "1.5"}},
    }));
    CAPTURE(row.range);
    const auto range = parse_version_range(VersionScheme::Numeric, row.range);
    REQUIRE_OK(range);
    REQUIRE(to_string(*range) == row.range);
    for (const std::string& version : row.in) REQUIRE(range->contains(version).value());
    for (const std::string& version : row.out) REQUIRE_FALSE(range->contains(version).value());
}

TEST_CASE("ranges use the order of their scheme", "[package_version]") {
    const auto range = parse_version_range(VersionScheme::Deb, ">=1:1.2.3-4 <1:2~");
    REQUIRE_OK(range);
    REQUIRE(range->contains("1:1.2.3-4+deb12u1").value());
    REQUIRE_FALSE(range->contains("1.9").value());
    REQUIRE(range->contains("1:2~~").value());
    REQUIRE_FALSE(range->contains("1:2~rc1").value());
}

TEST_CASE("a range has no answer for what is no version", "[package_version]") {
    const auto range = parse_version_range(VersionScheme::Numeric, "<3.12");
    REQUIRE_OK(range);
    REQUIRE_REFUSED(range->contains("edge"),
                    "'edge' is no numeric version: not numbers with '.' between");
    REQUIRE_FAULT(range->contains("edge"), Fault::Malformed);
    REQUIRE_REFUSED(VersionRange().contains("1"), "version range has no bounds");
}

TEST_CASE("ranges are refused for the right reason", "[package_version]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const auto row = GENERATE(values<Row>({
        {"", "'' is no numeric version: empty"},
        {"<", "'' is no numeric version: empty"},
        {"=1", "'=1' is no numeric version: not numbers with '.' between"},
        {"<<1", "'<1' is no numeric version: not numbers with '.' between"},
        {"=>1", "'=>1' is no numeric version: not numbers with '.' between"},
        {"< 1", "'' is no numeric version: empty"},
        {" <1", "'' is no numeric version: empty"},
        {">1  <2", "'' is no numeric version: empty"},
        {"<1 ", "ends in a space"},
        {">1,<2", "'1,<2' is no numeric version: not numbers with '.' between"},
        {">1 >2 >3 >4 >5", "more than 4 bounds"},
        {">=2 <1", "no version can be in it"},
        {"<1 >=2", "no version can be in it"},
        {">1 <1", "no version can be in it"},
        {">=1 <1", "no version can be in it"},
        {">1 <=1", "no version can be in it"},
        {"1 2", "no version can be in it"},
        {"1 >1", "no version can be in it"},
        {"1 <1.0", "no version can be in it"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_version_range(VersionScheme::Numeric, row.text),
                    "version range " + printable(row.text) + ": " + row.why);
    REQUIRE_FAULT(parse_version_range(VersionScheme::Numeric, row.text), Fault::Config);
}
