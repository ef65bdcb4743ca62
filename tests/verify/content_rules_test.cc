#include "verify/content_rules.h"

#include "tests/check.h"
#include "tests/support/policy_world.h"

#include <algorithm>

using namespace boltseal;

namespace {

const std::string kCycloneDx = "https://cyclonedx.org/bom";
const std::string kProvenance = "https://slsa.dev/provenance/v1";

PolicyFile read(const std::string& section, const std::string& type) {
    static const test::PolicyWorld* world = new test::PolicyWorld();
    return world->read(R"([[policy]]
name = "team"
scopes = ["registry.example/team"]
platforms = "all"
logs = 1
[[policy.attestation]]
id = "it"
type = ")" + type + "\"\nsigners = [\"ci\"]\nselect = \"all\"\n" +
                       section);
}

struct Judged {
    std::string outcome;
    std::string expected;
    std::string found;
};

// What a rule says of one predicate.
Judged judge(const std::string& section, const std::string& rule, const std::string& predicate,
             const std::string& type) {
    const PolicyFile file = read(section, type);
    const auto rules = content_rules(file.policies.at(0));
    const auto found = std::ranges::find(rules, rule, &ContentRule::id);
    CAPTURE(rule, predicate);
    REQUIRE(found != rules.end());
    REQUIRE(found->attestation == "it");
    const Json json = parse_json(predicate).value();
    const Finding finding = found->judge(read_content(type, json));
    return {std::string(to_string(finding.outcome)), found->expected, finding.found};
}

void require(const Judged& is, const std::string& outcome, const std::string& found) {
    CHECK(is.found == found);
    REQUIRE(is.outcome == outcome);
}

std::string sbom(const std::string& components) {
    return R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[)" + components + "]}";
}

std::string os(const std::string& name, const std::string& version) {
    return R"({"type":"operating-system","name":")" + name + R"(","version":")" + version + "\"}";
}

std::string package(const std::string& name, const std::string& purl,
                    const std::string& licences = "") {
    const std::size_t at = purl.rfind('@');
    return R"({"type":"library","name":")" + name + "\"" +
           (at == std::string::npos ? "" : R"(,"version":")" + purl.substr(at + 1) + "\"") +
           (purl.empty() ? "" : R"(,"purl":")" + purl + "\"") +
           (licences.empty() ? "" : R"(,"licenses":)" + licences) + "}";
}

}  // namespace

TEST_CASE("old releases of an operating system are found by their numbers", "[content_rules]") {
    const std::string section =
        "[policy.sbom]\nattestation = \"it\"\n[[policy.sbom.forbid_os]]\nos = \"alpine\"\n"
        "versions = \"<3.12\"\n";
    const auto check = [&](const std::string& components) {
        return judge(section, "sbom/os/alpine", sbom(components), kCycloneDx);
    };
    require(check(os("alpine", "3.9")), "fail", "'alpine 3.9'");
    require(check(os("alpine", "3.11.13")), "fail", "'alpine 3.11.13'");
    require(check(os("alpine", "3.12")), "pass", "'alpine 3.12'");
    require(check(os("alpine", "3.20.1")), "pass", "'alpine 3.20.1'");
    require(check(os("debian", "12")), "pass", "'debian 12'");
    require(check(os("debian", "12") + "," + os("alpine", "3.9")), "fail", "'alpine 3.9'");
    REQUIRE(check(os("debian", "12")).expected == "no operating system alpine <3.12");
    // What nobody can tell is not passed.
    require(check(""), "unknown", "the SBOM names no operating system");
    REQUIRE(check(os("alpine", "edge")).outcome == "unknown");
    REQUIRE(check(os("alpine", "")).outcome == "unknown");
    require(check(os("Alpine Linux", "3.9")), "unknown",
            "'alpine linux 3.9' is not named as in os-release");
    // All versions.
    const std::string any =
        "[policy.sbom]\nattestation = \"it\"\n[[policy.sbom.forbid_os]]\nos = \"centos\"\n";
    require(judge(any, "sbom/os/centos", sbom(os("centos", "7")), kCycloneDx), "fail",
            "'centos 7'");
    require(judge(any, "sbom/os/centos", sbom(os("rocky", "9")), kCycloneDx), "pass", "'rocky 9'");
}

TEST_CASE("what is no SBOM says nothing about an image", "[content_rules]") {
    const std::string section =
        "[policy.sbom]\nattestation = \"it\"\n[[policy.sbom.forbid_os]]\nos = \"alpine\"\n";
    const auto is = judge(section, "sbom/os/alpine", R"({"bomFormat":"other"})", kCycloneDx);
    REQUIRE(is.outcome == "unknown");
    REQUIRE_FALSE(is.found.empty());
    REQUIRE(judge(section, "sbom/os/alpine", "null", kCycloneDx).outcome == "unknown");
}

TEST_CASE("packages are found by package URL and their own order of versions", "[content_rules]") {
    const auto check = [](const std::string& purl, const std::string& versions,
                          const std::string& components) {
        return judge(
            "[policy.sbom]\nattestation = \"it\"\n[[policy.sbom.forbid_package]]\n"
            "id = \"p\"\npurl = \"" +
                purl + "\"\n" + (versions.empty() ? "" : "versions = \"" + versions + "\"\n"),
            "sbom/package/p", sbom(components), kCycloneDx);
    };
    const std::string deb = "pkg:deb/debian/openssl";
    const std::string fixed = "<3.0.15-1~deb12u1";
    require(check(deb, fixed, package("openssl", deb + "@3.0.9-1")), "fail",
            "'pkg:deb/debian/openssl@3.0.9-1' at '/components/0'");
    require(check(deb, fixed, package("openssl", deb + "@3.0.15-1~deb12u1")), "pass",
            "none of 1 packages");
    require(check(deb, fixed, package("other", "pkg:deb/debian/other@1")), "pass",
            "none of 1 packages");
    require(check(deb, "", package("openssl", deb + "@9")), "fail",
            "'pkg:deb/debian/openssl@9' at '/components/0'");
    REQUIRE(check(deb, fixed, package("openssl", deb + "@9")).expected ==
            "no package pkg:deb/debian/openssl " + fixed);
    const std::string apk = "pkg:apk/alpine/musl";
    REQUIRE(check(apk, "<1.2.4-r0", package("musl", apk + "@1.2.3-r5")).outcome == "fail");
    REQUIRE(check(apk, "<1.2.4-r0", package("musl", apk + "@1.2.4-r0")).outcome == "pass");
    const std::string rpm = "pkg:rpm/redhat/zlib";
    REQUIRE(check(rpm, "<1.2.11-40.el9", package("zlib", rpm + "@1.2.11-39.el9")).outcome ==
            "fail");
    // Every version is looked at.
    REQUIRE(check(deb, fixed, package("openssl", deb + "@9") + "," + package("openssl", deb + "@1"))
                .outcome == "fail");
    // What nobody can tell is not passed, but does not hide what fails.
    require(check(deb, fixed, ""), "unknown", "the SBOM lists no packages");
    require(check(deb, fixed, package("openssl", "")), "unknown",
            "'openssl' at '/components/0' has no package URL");
    require(check(deb, fixed, package("openssl", "pkg:deb/openssl@1")), "unknown",
            "'pkg:deb/openssl@1' at '/components/0' does not say whose package it is");
    REQUIRE(check(deb, fixed, package("openssl", deb)).outcome == "unknown");
    REQUIRE(
        check(deb, fixed, package("openssl", "") + "," + package("openssl", deb + "@1")).outcome ==
        "fail");
    REQUIRE(check(deb, fixed, package("openssl", "pkg:deb/ubuntu/openssl@1")).outcome == "pass");
}

TEST_CASE("licences are allowed one by one", "[content_rules]") {
    const auto check = [](const std::string& licences) {
        return judge(
            "[policy.sbom]\nattestation = \"it\"\n"
            "allowed_licences = [\"MIT\", \"Apache-2.0\"]\n",
            "sbom/allowed-licences", sbom(package("a", "pkg:npm/a@1", licences)), kCycloneDx);
    };
    require(check(R"([{"license":{"id":"MIT"}}])"), "pass", "allowed licences of 1 packages");
    require(check(R"([{"expression":"GPL-3.0-only OR MIT"}])"), "pass",
            "allowed licences of 1 packages");
    require(check(R"([{"expression":"GPL-3.0-only AND MIT"}])"), "fail",
            "'pkg:npm/a@1' at '/components/0': 'GPL-3.0-only AND MIT'");
    require(check(R"([{"license":{"id":"MIT"}},{"license":{"id":"GPL-3.0-only"}}])"), "fail",
            "'pkg:npm/a@1' at '/components/0': 'GPL-3.0-only'");
    require(check(""), "unknown", "'pkg:npm/a@1' at '/components/0' states no licence");
    require(check(R"([{"license":{"name":"MIT or so"}}])"), "unknown",
            "'pkg:npm/a@1' at '/components/0': 'MIT or so' is no licence expression");
}

TEST_CASE("licences are denied where they cannot be avoided", "[content_rules]") {
    const auto check = [](const std::string& expression) {
        return judge(
                   "[policy.sbom]\nattestation = \"it\"\n"
                   "denied_licences = [\"GPL-3.0-only\", \"X WITH e\"]\n",
                   "sbom/denied-licences",
                   sbom(package("a", "pkg:npm/a@1", R"([{"expression":")" + expression + "\"}]")),
                   kCycloneDx)
            .outcome;
    };
    REQUIRE(check("MIT") == "pass");
    REQUIRE(check("GPL-3.0-only") == "fail");
    REQUIRE(check("gpl-3.0-ONLY") == "fail");
    REQUIRE(check("GPL-3.0-only WITH Classpath-exception-2.0") == "fail");
    REQUIRE(check("GPL-3.0-only+") == "fail");
    REQUIRE(check("GPL-3.0-only OR MIT") == "pass");
    REQUIRE(check("GPL-3.0-only AND MIT") == "fail");
    REQUIRE(check("(GPL-3.0-only OR MIT) AND (GPL-3.0-only OR BSD-2-Clause)") == "pass");
    REQUIRE(check("X WITH e") == "fail");
    REQUIRE(check("X") == "pass");
    REQUIRE(check("MIT OR") == "unknown");
}

TEST_CASE("base images are those that the policy allows", "[content_rules]") {
    const auto check = [](const std::string& bases) {
        return judge(
            "[policy.sbom]\nattestation = \"it\"\n"
            "allowed_bases = [{ glob = \"registry.example/base/*\" }]\n",
            "sbom/bases", sbom(bases), kCycloneDx);
    };
    const auto base = [](const std::string& name) {
        return R"({"type":"container","name":")" + name + "\"}";
    };
    require(check(base("registry.example/base/debian")), "pass", "'registry.example/base/debian'");
    require(check(base("docker.io/library/alpine")), "fail", "'docker.io/library/alpine'");
    require(check(base("registry.example/base/a") + "," + base("other")), "fail", "'other'");
    require(check(""), "unknown", "the SBOM names no base image");
}

namespace {

std::string provenance(const std::string& parameters, const std::string& materials = "",
                       const std::string& builder = "https://builder.example") {
    return R"({"buildDefinition":{"buildType":"https://build.example/v1","externalParameters":)" +
           parameters + R"(,"resolvedDependencies":[)" + materials +
           R"(]},"runDetails":{"builder":{"id":")" + builder + "\"}}}";
}

Judged judge_build(const std::string& section, const std::string& rule,
                   const std::string& predicate) {
    return judge("[policy.provenance]\nattestation = \"it\"\n" + section, "provenance/" + rule,
                 predicate, kProvenance);
}

const std::string kBuilders = "builders = [\"https://builder.example\"]\n";

}  // namespace

TEST_CASE("builds are by builders, of types, from sources and refs", "[content_rules]") {
    require(judge_build(kBuilders, "builder", provenance("{}")), "pass",
            "'https://builder.example'");
    require(judge_build(kBuilders, "builder", provenance("{}", "", "https://other.example")),
            "fail", "'https://other.example'");
    REQUIRE(judge_build(kBuilders, "builder", R"({"buildDefinition":{}})").outcome == "unknown");
    const std::string types =
        kBuilders + "build_types = [{ glob = \"https://build.example/*\" }]\n";
    require(judge_build(types, "build-type", provenance("{}")), "pass",
            "'https://build.example/v1'");
    require(judge_build(test::replaced(types, "build.example/*", "other/*"), "build-type",
                        provenance("{}")),
            "fail", "'https://build.example/v1'");
    const std::string source = kBuilders +
                               "source = \"https://git.example/team/app\"\n"
                               "refs = [\"refs/heads/main\", { glob = \"refs/tags/v*\" }]\n";
    const auto from = [](const std::string& uri) {
        return provenance(R"({"source":")" + uri + "\"}");
    };
    require(judge_build(source, "source", from("git+https://git.example/team/app@refs/tags/v1")),
            "pass", "'https://git.example/team/app'");
    require(judge_build(source, "source", from("git+https://git.example/evil/app@refs/tags/v1")),
            "fail", "'https://git.example/evil/app'");
    require(judge_build(source, "source", provenance("{}")), "unknown", "it names no one source");
    require(judge_build(source, "ref", from("git+https://git.example/team/app@refs/tags/v1")),
            "pass", "'refs/tags/v1'");
    require(judge_build(source, "ref", from("git+https://git.example/team/app@refs/heads/x")),
            "fail", "'refs/heads/x'");
    require(judge_build(source, "ref", from("git+https://git.example/team/app")), "unknown",
            "it names no ref of its source");
}

TEST_CASE("external parameters are all there, as expected, and no others", "[content_rules]") {
    const std::string section = kBuilders + R"([policy.provenance.parameters]
target = "release"
level = 3
run = { any = true }
workflow = { path = { glob = "build/*.yml" }, inputs = [] }
)";
    const auto check = [&](const std::string& parameters) {
        return judge_build(section, "parameters", provenance(parameters));
    };
    const std::string good =
        R"({"target":"release","level":3,"run":[1],"workflow":{"path":"build/a.yml","inputs":[]}})";
    require(check(good), "pass", "all 4 as expected");
    require(check(test::replaced(good, "release", "debug")), "fail",
            "'/target' is '\"debug\"', expected '\"release\"'");
    require(check(test::replaced(good, "3", "4")), "fail", "'/level' is '4', expected '3'");
    require(check(test::replaced(good, "\"level\":3,", "")), "fail", "'/level' is missing");
    require(check(test::replaced(good, "\"level\":3,", "\"level\":3,\"more\":1,")), "fail",
            "'/more' is not expected");
    require(check(test::replaced(good, "build/a.yml", "evil/a.yml")), "fail",
            "'/workflow/path' is '\"evil/a.yml\"', expected 'build/*.yml'");
    require(check(test::replaced(good, "\"inputs\":[]", "\"inputs\":[],\"x\":1")), "fail",
            "'/workflow/x' is not expected");
    require(check(test::replaced(good, "{\"path\":\"build/a.yml\",\"inputs\":[]}", "\"a\"")),
            "fail", "'/workflow' is no object");
    require(check("{}"), "fail", "'/level' is missing");
}

TEST_CASE("materials are there, or are all there is", "[content_rules]") {
    const std::string git = R"({"uri":"git+https://git.example/app@refs/heads/main"})";
    const std::string base = R"({"uri":"pkg:docker/base@1"})";
    const std::string include =
        kBuilders + "materials_include = [{ glob = \"pkg:docker/base@*\" }]\n";
    require(judge_build(include, "materials-include", provenance("{}", git + "," + base)), "pass",
            "all of them");
    require(judge_build(include, "materials-include", provenance("{}", git)), "fail",
            "none is 'pkg:docker/base@*'");
    const std::string only = kBuilders +
                             "materials_only = [{ glob = \"pkg:docker/base@*\" }, "
                             "{ glob = \"git+https://git.example/**\" }]\n";
    require(judge_build(only, "materials-only", provenance("{}", git + "," + base)), "pass",
            "2 materials");
    require(judge_build(only, "materials-only",
                        provenance("{}", git + R"(,{"uri":"pkg:docker/evil@1"})")),
            "fail", "'pkg:docker/evil@1'");
    require(judge_build(only, "materials-only", provenance("{}")), "unknown",
            "it names no materials");
}

TEST_CASE("assertions compare what a pointer finds", "[content_rules]") {
    struct Row {
        std::string outcome;
        std::string found;
        std::string rule;  // op and value
        std::string predicate;
    };
    const auto row = GENERATE(values<Row>({
        {"pass", "'1'", "op = \"==\"\nvalue = 1", R"({"a":1})"},
        {"pass", "'1.0'", "op = \"==\"\nvalue = 1", R"({"a":1.0})"},
        {"fail", "'2'", "op = \"==\"\nvalue = 1", R"({"a":2})"},
        {"fail", "'\"1\"'", "op = \"==\"\nvalue = 1", R"({"a":"1"})"},
        {"unknown", "only 0 of 1 values are there", "op = \"==\"\nvalue = 1", R"({"b":1})"},
        {"pass", "'true'", "op = \"==\"\nvalue = true", R"({"a":true})"},
        {"pass", "'[1,2]'", "op = \"==\"\nvalue = [1, 2]", R"({"a":[1,2]})"},
        {"pass", "'2'", "op = \"!=\"\nvalue = 1", R"({"a":2})"},
        {"fail", "'1'", "op = \"!=\"\nvalue = 1", R"({"a":1})"},
        {"unknown", "only 0 of 1 values are there", "op = \"!=\"\nvalue = 1", R"({})"},
        {"pass", "'4'", "op = \"<\"\nvalue = 5", R"({"a":4})"},
        {"fail", "'5'", "op = \"<\"\nvalue = 5", R"({"a":5})"},
        {"pass", "'5'", "op = \"<=\"\nvalue = 5", R"({"a":5})"},
        {"fail", "'5.5'", "op = \"<=\"\nvalue = 5", R"({"a":5.5})"},
        {"pass", "'6'", "op = \">\"\nvalue = 5", R"({"a":6})"},
        {"fail", "'5'", "op = \">\"\nvalue = 5", R"({"a":5})"},
        {"pass", "'5'", "op = \">=\"\nvalue = 5", R"({"a":5})"},
        {"fail", "'-1'", "op = \">=\"\nvalue = 0", R"({"a":-1})"},
        {"unknown", "'\"4\"' cannot be compared", "op = \"<\"\nvalue = 5", R"({"a":"4"})"},
        {"unknown", "'null' cannot be compared", "op = \"<\"\nvalue = 5", R"({"a":null})"},
        {"pass", "'\"x\"'", "op = \"in\"\nvalue = [\"x\", \"y\"]", R"({"a":"x"})"},
        {"fail", "'\"z\"'", "op = \"in\"\nvalue = [\"x\", \"y\"]", R"({"a":"z"})"},
        {"pass", "'\"v1.2\"'", "op = \"matches\"\nvalue = { glob = \"v*\" }", R"({"a":"v1.2"})"},
        {"fail", "'\"x\"'", "op = \"matches\"\nvalue = { glob = \"v*\" }", R"({"a":"x"})"},
        {"unknown", "'1' cannot be compared", "op = \"matches\"\nvalue = { glob = \"v*\" }",
         R"({"a":1})"},
        {"pass", "1 of 1", "op = \"exists\"", R"({"a":null})"},
        {"fail", "0 of 1", "op = \"exists\"", R"({"b":1})"},
    }));
    CAPTURE(row.rule, row.predicate);
    require(
        judge("[[policy.assert]]\nid = \"a\"\non = \"it\"\npointer = \"/a\"\n" + row.rule + "\n",
              "assert/a", row.predicate, "https://example.com/p"),
        row.outcome, row.found);
}

TEST_CASE("assertions about many values say for how many they are", "[content_rules]") {
    const std::string three = R"({"r":[{"s":"low"},{"s":"high"},{"s":"low"}]})";
    const std::string low = R"({"r":[{"s":"low"},{"s":"low"}]})";
    const std::string gap = R"({"r":[{"s":"low"},{"t":1}]})";
    const std::string none = R"({"r":[]})";
    struct Row {
        std::string outcome;
        std::string found;
        std::string quantifier;
        std::string predicate;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"pass", "2 values", "all", low},
        {"fail", "'\"high\"'", "all", three},
        {"unknown", "only 1 of 2 values are there", "all", gap},
        {"pass", "0 values", "all", none},
        {"unknown", "there is no list or object before '*'", "all", "{}"},
        {"unknown", "there is no list or object before '*'", "all", R"({"r":1})"},
        {"pass", "'\"low\"'", "any", three},
        {"pass", "'\"low\"'", "any", gap},
        {"fail", "none of 1 values", "any", R"({"r":[{"s":"high"}]})"},
        {"unknown", "only 1 of 2 values are there", "any", R"({"r":[{"s":"high"},{}]})"},
        {"fail", "none of 0 values", "any", none},
        {"fail", "'\"low\"'", "none", three},
        {"pass", "'\"high\"'", "none", R"({"r":[{"s":"high"}]})"},
        {"unknown", "only 0 of 1 values are there", "none", R"({"r":[{}]})"},
        {"pass", "0 values", "none", none},
    }));
    CAPTURE(row.quantifier, row.predicate);
    const Judged is = judge(
        "[[policy.assert]]\nid = \"a\"\non = \"it\"\npointer = \"/r/*/s\"\nop = \"==\"\n"
        "value = \"low\"\nquantifier = \"" +
            row.quantifier + "\"\n",
        "assert/a", row.predicate, "https://example.com/p");
    require(is, row.outcome, row.found);
    REQUIRE(is.expected == row.quantifier + " of '/r/*/s' == \"low\"");
}

TEST_CASE("assertions can ask whether values are there", "[content_rules]") {
    const auto check = [](const std::string& quantifier, const std::string& predicate) {
        return judge(
                   "[[policy.assert]]\nid = \"a\"\non = \"it\"\npointer = \"/r/*/s\"\n"
                   "op = \"exists\"\nquantifier = \"" +
                       quantifier + "\"\n",
                   "assert/a", predicate, "https://example.com/p")
            .outcome;
    };
    REQUIRE(check("all", R"({"r":[{"s":1},{"s":2}]})") == "pass");
    REQUIRE(check("all", R"({"r":[{"s":1},{}]})") == "fail");
    REQUIRE(check("any", R"({"r":[{"s":1},{}]})") == "pass");
    REQUIRE(check("any", R"({"r":[{}]})") == "fail");
    REQUIRE(check("none", R"({"r":[{}]})") == "pass");
    REQUIRE(check("none", R"({"r":[{"s":1}]})") == "fail");
    REQUIRE(check("none", "{}") == "unknown");
}
