#include "verify/identity.h"

#include "tests/check.h"
#include "tests/support/sigstore_vectors.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using namespace std::string_literals;
using test::CertificateSpec;
using test::fulcio_oid;
using test::TestCa;
using test::utf8_string;

namespace {

constexpr const char* kNameOid = "2.5.29.17";
const std::string kIssuer = "https://issuer.example.com";

const TestCa& ca() {
    static const TestCa root;
    return root;
}

Result<CertificateIdentity> read(const CertificateSpec& spec) {
    return read_identity(ca().issue(spec).certificate);
}

Result<CertificateIdentity> read_with(const std::string& oid, Buffer value) {
    CertificateSpec spec;
    spec.more = {{oid, std::move(value)}};
    return read(spec);
}

}  // namespace

TEST_CASE("a certificate's names are read in their order, with their kinds", "[identity]") {
    CertificateSpec spec;
    spec.names = {{NameKind::Uri, "https://example.com/workflow@refs/heads/main"},
                  {NameKind::Email, "a@example.com"},
                  {NameKind::Other, "b!oidc.example.com \u00e9"},
                  {NameKind::Dns, "host.example.com"}};
    const auto identity = read(spec);
    REQUIRE_OK(identity);
    REQUIRE(identity->names == spec.names);
    REQUIRE(identity->issuer.empty());
    REQUIRE(identity->extensions.empty());
}

TEST_CASE("kinds of names have names", "[identity]") {
    REQUIRE(to_string(NameKind::Email) == "email");
    REQUIRE(to_string(NameKind::Uri) == "uri");
    REQUIRE(to_string(NameKind::Dns) == "dns");
    REQUIRE(to_string(NameKind::Other) == "other");
}

TEST_CASE("names of kinds that no policy speaks of are not kept", "[identity]") {
    // An IP address, an otherName of another type, and a URI.
    const Buffer names = {0x30, 0x1A, 0x87, 0x04, 127,  0,    0,    1,    0xA0, 0x09,
                          0x06, 0x02, 0x2A, 0x03, 0xA0, 0x03, 0x0C, 0x01, 'x',  0x86,
                          0x07, 'h',  't',  't',  'p',  ':',  '/',  '/'};
    const auto identity = read_with(kNameOid, names);
    REQUIRE_OK(identity);
    REQUIRE(identity->names == std::vector<SubjectName>{{NameKind::Uri, "http://"}});
}

TEST_CASE("names that are not what they should be are refused", "[identity]") {
    struct Row {
        std::string why;
        Buffer names;
    };
    const auto row = GENERATE(values<Row>({
        {"is not in its plain DER form", {0x30, 0x03, 0x86, 0x01, 'x', 0x00}},
        {"is not in its plain DER form", {0x30, 0x81, 0x03, 0x86, 0x01, 'x'}},
        {"is not in its plain DER form", {0x30, 0x80, 0x86, 0x01, 'x', 0x00, 0x00}},
        {"is empty", {0x30, 0x02, 0x86, 0x00}},
        {"has a NUL byte", {0x30, 0x05, 0x81, 0x03, 'a', 0x00, 'b'}},
        {"is not ASCII", {0x30, 0x04, 0x82, 0x02, 0xC3, 0xA9}},
        {"is not a UTF8String", {0x30, 0x13, 0xA0, 0x11, 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01,
                                 0x83, 0xBF, 0x30, 0x01, 0x07, 0xA0, 0x03, 0x16, 0x01, 'x'}},
        {"is not UTF-8", {0x30, 0x13, 0xA0, 0x11, 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01,
                          0x83, 0xBF, 0x30, 0x01, 0x07, 0xA0, 0x03, 0x0C, 0x01, 0xFF}},
    }));
    const auto identity = read_with(kNameOid, row.names);
    REQUIRE_REFUSED(identity, "certificate's name: " + row.why);
    REQUIRE_FAULT(identity, Fault::Malformed);
}

TEST_CASE("a certificate has at most 64 names", "[identity]") {
    CertificateSpec spec;
    spec.names.assign(64, {NameKind::Email, "a@example.com"});
    REQUIRE_OK(read(spec));
    spec.names.push_back(spec.names.front());
    REQUIRE_REFUSED(read(spec), "certificate's name: has more than 64 names");
}

TEST_CASE("the issuer is said in the new way, in the old one, or in both", "[identity]") {
    CertificateSpec spec;
    spec.issuer = GENERATE(""s, kIssuer);
    spec.old_issuer = GENERATE(""s, kIssuer);
    const auto identity = read(spec);
    REQUIRE_OK(identity);
    REQUIRE(identity->issuer == (spec.issuer.empty() ? spec.old_issuer : spec.issuer));
    REQUIRE(identity->extensions.empty());
}

TEST_CASE("a certificate with two issuers is refused", "[identity]") {
    CertificateSpec spec;
    spec.issuer = kIssuer;
    spec.old_issuer = kIssuer + "/";
    REQUIRE_REFUSED(read(spec),
                    "certificate names two issuers, 'https://issuer.example.com/' and "
                    "'https://issuer.example.com'");
    REQUIRE_FAULT(read(spec), Fault::Malformed);
}

TEST_CASE("Fulcio's extensions are text", "[identity]") {
    const Buffer nul = to_buffer("a\0b"s);
    struct Row {
        std::string why;
        int oid;
        Buffer value;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"issuer: is empty", 1, {}},
        {"issuer: has a NUL byte", 1, nul},
        {"issuer: is not UTF-8", 1, {0xFF}},
        {"issuer: ends where tag 0c is expected", 8, {}},
        {"issuer: found tag 68, expected tag 0c", 8, to_buffer(kIssuer)},
        {"issuer: found tag 16, expected tag 0c", 8, {0x16, 0x01, 'x'}},
        {"issuer: 1 bytes more than expected", 8, {0x0C, 0x01, 'x', 'x'}},
        {"issuer: length is not in its shortest form", 8, {0x0C, 0x81, 0x01, 'x'}},
        {"issuer: is empty", 8, utf8_string("")},
        {"issuer: has a NUL byte", 8, utf8_string("a\0b"s)},
        {"issuer: is not UTF-8", 8, {0x0C, 0x01, 0xFF}},
        {"github-workflow-trigger: has a NUL byte", 2, nul},
        {"build-signer-uri: 1 bytes more than expected", 9, {0x0C, 0x01, 'x', 0x00}},
        {"source-repository-visibility: is not UTF-8", 22, {0x0C, 0x01, 0x80}},
    }));
    const auto identity = read_with(fulcio_oid(row.oid), row.value);
    REQUIRE_REFUSED(identity, "certificate's " + row.why);
    REQUIRE_FAULT(identity, Fault::Malformed);
}

TEST_CASE("Fulcio's extensions have the names of its documentation", "[identity]") {
    const std::map<int, std::string> names = {
        {2, "github-workflow-trigger"},
        {3, "github-workflow-sha"},
        {4, "github-workflow-name"},
        {5, "github-workflow-repository"},
        {6, "github-workflow-ref"},
        {9, "build-signer-uri"},
        {10, "build-signer-digest"},
        {11, "runner-environment"},
        {12, "source-repository-uri"},
        {13, "source-repository-digest"},
        {14, "source-repository-ref"},
        {15, "source-repository-identifier"},
        {16, "source-repository-owner-uri"},
        {17, "source-repository-owner-identifier"},
        {18, "build-config-uri"},
        {19, "build-config-digest"},
        {20, "build-trigger"},
        {21, "run-invocation-uri"},
        {22, "source-repository-visibility"},
    };
    CertificateSpec spec;
    std::map<std::string, std::string> expected;
    for (const auto& [oid, name] : names) {
        const std::string value = "value of " + std::to_string(oid);
        spec.more.push_back({fulcio_oid(oid), oid < 7 ? to_buffer(value) : utf8_string(value)});
        expected[name] = value;
    }
    // Of other meanings, or of none yet.
    spec.more.push_back({fulcio_oid(7), {0x05, 0x00}});
    spec.more.push_back({fulcio_oid(23), {0x05, 0x00}});
    spec.more.push_back({"1.3.6.1.4.1.57264.2.9", utf8_string("x")});
    const auto identity = read(spec);
    REQUIRE_OK(identity);
    REQUIRE(identity->extensions == expected);
    REQUIRE(identity->issuer.empty());
}

TEST_CASE("real certificates say who signed", "[identity]") {
    struct Row {
        std::string bundle;
        std::string commit;
        std::string run;
        bool has_visibility;
    };
    const auto row = GENERATE(values<Row>({
        {"happy-path-v0.1", "af785b6d3b0fa0c0aa1305faee7ce6036e8d90c4", "5533741497", false},
        {"happy-path-v0.3", "c7b3dfb335f051e1c86bda4c716fac97df62ad81", "8347481628", true},
        {"rekor2-happy-path", "9739798945b2a848e911bcf1dddb97298cade0b1", "15609877086", true},
    }));
    const auto identity = read_identity(test::bundle_certificate(row.bundle));
    REQUIRE_OK(identity);
    const std::string name = "sigstore-conformance/extremely-dangerous-public-oidc-beacon";
    const std::string repository = "https://github.com/" + name;
    const std::string workflow =
        repository + "/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
    REQUIRE(identity->names == std::vector<SubjectName>{{NameKind::Uri, workflow}});
    REQUIRE(identity->issuer == "https://token.actions.githubusercontent.com");
    std::map<std::string, std::string> expected = {
        {"github-workflow-trigger", "workflow_dispatch"},
        {"github-workflow-sha", row.commit},
        {"github-workflow-name", "Extremely dangerous OIDC beacon"},
        {"github-workflow-repository", name},
        {"github-workflow-ref", "refs/heads/main"},
        {"build-signer-uri", workflow},
        {"build-signer-digest", row.commit},
        {"runner-environment", "github-hosted"},
        {"source-repository-uri", repository},
        {"source-repository-digest", row.commit},
        {"source-repository-ref", "refs/heads/main"},
        {"source-repository-identifier", "632596897"},
        {"source-repository-owner-uri", "https://github.com/sigstore-conformance"},
        {"source-repository-owner-identifier", "131804563"},
        {"build-config-uri", workflow},
        {"build-config-digest", row.commit},
        {"build-trigger", "workflow_dispatch"},
        {"run-invocation-uri", repository + "/actions/runs/" + row.run + "/attempts/1"},
    };
    if (row.has_visibility) expected["source-repository-visibility"] = "public";
    REQUIRE(identity->extensions == expected);
}
