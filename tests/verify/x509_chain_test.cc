#include "verify/x509_chain.h"

#include "tests/check.h"
#include "tests/support/sigstore_vectors.h"
#include "tests/support/test_ca.h"

#include <atomic>
#include <thread>

using namespace boltseal;
using test::authority_spec;
using test::CertificateSpec;
using test::kCaEnd;
using test::kCaStart;
using test::kLeafEnd;
using test::kLeafStart;
using test::leaf_spec;
using test::TestCa;
using test::with_bad_signature;
using enum CertificateUse;

namespace {

using Path = std::vector<Certificate>;

Certificate leaf_of(const TestCa& ca) {
    return ca.issue(leaf_spec()).certificate;
}

Result<Path> check(const Certificate& leaf, const CertificateAuthority& authority,
                   CertificateUse use = CodeSigning) {
    return check_chain(leaf, authority, {kLeafStart}, use);
}

CertificateAuthority authority_with(Path chain) {
    CertificateAuthority authority;
    authority.chain = std::move(chain);
    return authority;
}

Timestamp before(Timestamp time) {
    return {time.seconds - 1};
}

Timestamp after(Timestamp time) {
    return {time.seconds + 1};
}

}  // namespace

TEST_CASE("a certificate leads through the authority's chain to its anchor", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const TestCa lower = ca.intermediate(authority_spec("lower"));
    const Certificate leaf = leaf_of(ca);
    const Certificate deep = leaf_of(lower);

    REQUIRE(*check(leaf, ca.authority()) == Path{leaf, ca.certificate(), root.certificate()});
    REQUIRE(*check(deep, lower.authority()) ==
            Path{deep, lower.certificate(), ca.certificate(), root.certificate()});
    const Path mixed = {lower.certificate(), TestCa().certificate(), ca.certificate(),
                        root.certificate()};
    REQUIRE(*check(deep, authority_with(mixed)) ==
            Path{deep, lower.certificate(), ca.certificate(), root.certificate()});
}

TEST_CASE("the anchor may be a root or not, and is the last of the chain", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const Certificate leaf = leaf_of(ca);
    const Certificate top = leaf_of(root);
    REQUIRE(*check(top, root.authority()) == Path{top, root.certificate()});
    REQUIRE(*check(leaf, authority_with({ca.certificate()})) == Path{leaf, ca.certificate()});

    const std::string why = "certificate does not lead to this authority";
    REQUIRE_REFUSED(check(leaf, root.authority()), why);
    REQUIRE_REFUSED(check(leaf, authority_with({ca.certificate(), TestCa().certificate()})), why);
    REQUIRE_REFUSED(check(top, authority_with({root.certificate(), TestCa().certificate()})), why);
    REQUIRE_REFUSED(check(leaf, authority_with({leaf, root.certificate()})), why);
    REQUIRE_FAULT(check(leaf, root.authority()), Fault::Untrusted);
}

TEST_CASE("an authority has 1 to 16 certificates", "[x509_chain]") {
    const TestCa ca;
    const Certificate leaf = leaf_of(ca);
    const std::string why = "certificate authority does not have 1 to 16 certificates";
    REQUIRE_OK(check(leaf, authority_with(Path(16, ca.certificate()))));
    REQUIRE_REFUSED(check(leaf, authority_with(Path(17, ca.certificate()))), why);
    REQUIRE_REFUSED(check(leaf, authority_with({})), why);
    REQUIRE_FAULT(check(leaf, authority_with({})), Fault::Config);
}

TEST_CASE("a signature of the path that does not verify is refused", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const Certificate leaf = leaf_of(ca);
    const std::string own = "certificate: signature does not verify";
    const CertificateAuthority authority = ca.authority();
    REQUIRE_REFUSED(check(with_bad_signature(leaf), authority), own);
    REQUIRE_REFUSED(
        check(leaf, authority_with({with_bad_signature(ca.certificate()), root.certificate()})),
        "issuer of the certificate: signature does not verify");
    REQUIRE_OK(check(leaf, authority));
    REQUIRE_REFUSED(check(with_bad_signature(leaf), authority), own);
}

TEST_CASE("a name and a key identifier do not make an issuer", "[x509_chain]") {
    const TestCa real;
    const TestCa impostor;
    CertificateSpec spec = leaf_spec();
    spec.authority_key_id = "";
    REQUIRE_REFUSED(check(impostor.issue(spec).certificate, real.authority()),
                    "certificate: Missing Authority Key Identifier");
    REQUIRE_REFUSED(check(leaf_of(impostor), real.authority()),
                    "certificate does not lead to this authority");
}

TEST_CASE("every curve and RSA may sign certificates, with SHA-2", "[x509_chain]") {
    CertificateSpec ca = authority_spec("root");
    ca.key_type =
        GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521, KeyType::Rsa);
    CertificateSpec leaf = leaf_spec();
    leaf.hash = GENERATE("SHA256", "SHA384", "SHA512");
    const TestCa root(ca);
    REQUIRE_OK(check(root.issue(leaf).certificate, root.authority()));
}

TEST_CASE("weak and unexpected signature algorithms are refused", "[x509_chain]") {
    const std::string expected = ", expected ECDSA or RSA with SHA-256, SHA-384 or SHA-512";
    CertificateSpec ca = authority_spec("root");
    CertificateSpec leaf = leaf_spec();
    SECTION("SHA-1") {
        ca.hash = leaf.hash = "SHA1";
        const TestCa root(ca);
        REQUIRE_OK(check(leaf_of(root), root.authority()));  // nobody asks who vouches for it
        REQUIRE_REFUSED(check(root.issue(leaf).certificate, root.authority()),
                        "certificate is signed with 'ecdsa-with-SHA1'" + expected);
        const TestCa lower = root.intermediate(ca);
        REQUIRE_REFUSED(check(leaf_of(lower), lower.authority()),
                        "certificate is signed with 'ecdsa-with-SHA1'" + expected);
    }
    SECTION("Ed25519") {
        ca.key_type = KeyType::Ed25519;
        const TestCa root(ca);
        REQUIRE_REFUSED(check(leaf_of(root), root.authority()),
                        "certificate is signed with 'ED25519'" + expected);
    }
}

TEST_CASE("an authority does not sign", "[x509_chain]") {
    const TestCa root;
    const std::string why = "certificate is of an authority, not of a signer";
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    REQUIRE_REFUSED(check(root.certificate(), root.authority()), why);
    REQUIRE_REFUSED(check(ca.certificate(), root.authority()), why);
    CertificateSpec spec = leaf_spec();
    spec.basic_constraints = "critical,CA:TRUE";  // with a key that may not sign certificates
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()), why);
    spec.basic_constraints = "CA:FALSE";
    REQUIRE_OK(check(root.issue(spec).certificate, root.authority()));
    spec.basic_constraints = "";
    spec.key_usage = "digitalSignature,keyCertSign";
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()), why);
}

TEST_CASE("a signer does not issue", "[x509_chain]") {
    const TestCa root;
    CertificateSpec spec = leaf_spec();
    spec.common_name = "signer";
    spec.key_usage = "";
    const TestCa signer = root.intermediate(spec);
    REQUIRE_REFUSED(check(leaf_of(signer), signer.authority()),
                    "issuer of the certificate: invalid CA certificate");
}

TEST_CASE("an anchor that is no authority does not vouch for itself", "[x509_chain]") {
    const Certificate leaf = leaf_of(TestCa());
    const auto authority = authority_with({leaf});
    REQUIRE_REFUSED(check(leaf, authority), "certificate is the anchor itself");
    REQUIRE_REFUSED(check(leaf, authority), "certificate is the anchor itself");
}

TEST_CASE("a signer's certificate is for digital signatures", "[x509_chain]") {
    const TestCa root;
    CertificateSpec spec = leaf_spec();
    spec.key_usage = "critical,keyAgreement";
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()),
                    "certificate is not for digital signatures");
    spec.key_usage = "";
    REQUIRE_OK(check(root.issue(spec).certificate, root.authority()));
}

TEST_CASE("a signer's certificate is for code signing", "[x509_chain]") {
    const TestCa root;
    CertificateSpec spec = leaf_spec();
    spec.extended_key_usage = "codeSigning,serverAuth";
    REQUIRE_OK(check(root.issue(spec).certificate, root.authority()));
    spec.extended_key_usage =
        GENERATE("", "serverAuth", "anyExtendedKeyUsage", "critical,timeStamping");
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()),
                    "certificate is not for code signing");
}

TEST_CASE("a time stamper's certificate is for that alone, critically", "[x509_chain]") {
    const TestCa root;
    CertificateSpec spec = test::time_stamper_spec();
    const auto verdict = [&] {
        return check(root.issue(spec).certificate, root.authority(), TimeStamping);
    };
    REQUIRE_OK(verdict());
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()),
                    "certificate is not for code signing");
    spec.extended_key_usage = "timeStamping";
    REQUIRE_REFUSED(verdict(), "certificate's extended key usage is not critical");
    spec.extended_key_usage = "critical,timeStamping,codeSigning";
    REQUIRE_REFUSED(verdict(), "certificate is not for time stamping alone");
    spec.extended_key_usage = GENERATE("", "critical,codeSigning", "critical,anyExtendedKeyUsage");
    REQUIRE_REFUSED(verdict(), "certificate is not for time stamping");
}

TEST_CASE("issuers that say what they are for must say this", "[x509_chain]") {
    struct Row {
        std::string uses;
        bool code;
        bool time;
    };
    const auto row = GENERATE(values<Row>({
        {"", true, true},
        {"anyExtendedKeyUsage", true, true},
        {"codeSigning", true, false},
        {"timeStamping,serverAuth", false, true},
        {"serverAuth", false, false},
    }));
    CAPTURE(row.uses);
    const TestCa root;
    CertificateSpec spec = authority_spec("intermediate");
    spec.extended_key_usage = row.uses;
    const TestCa ca = root.intermediate(spec);
    const auto code = check(leaf_of(ca), ca.authority());
    const auto time =
        check(ca.issue(test::time_stamper_spec()).certificate, ca.authority(), TimeStamping);
    if (row.code) REQUIRE_OK(code);
    if (!row.code) REQUIRE_REFUSED(code, "issuer of the certificate is not for code signing");
    if (row.time) REQUIRE_OK(time);
    if (!row.time) REQUIRE_REFUSED(time, "issuer of the certificate is not for time stamping");
}

TEST_CASE("a path is no longer than its authorities allow", "[x509_chain]") {
    CertificateSpec spec = authority_spec("root");
    spec.basic_constraints = "critical,CA:TRUE,pathlen:0";
    const TestCa root(spec);
    REQUIRE_OK(check(leaf_of(root), root.authority()));
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    REQUIRE_REFUSED(check(leaf_of(ca), ca.authority()),
                    "issuer of the certificate: path length constraint exceeded");
}

TEST_CASE("a critical extension that nobody knows is refused", "[x509_chain]") {
    const TestCa root;
    CertificateSpec spec = leaf_spec();
    spec.more = {{"1.2.3.4", {0x05, 0x00}, false}};
    REQUIRE_OK(check(root.issue(spec).certificate, root.authority()));
    spec.more = {{"1.2.3.4", {0x05, 0x00}, true}};
    REQUIRE_REFUSED(check(root.issue(spec).certificate, root.authority()),
                    "certificate: unhandled critical extension");
}

// Also after another certificate by the same issuer was found good.
TEST_CASE("authorities issue only the names they are constrained to", "[x509_chain]") {
    const std::string constraint = "critical,permitted;email:example.com";
    CertificateSpec upper = authority_spec("root");
    CertificateSpec lower = authority_spec("intermediate");
    (GENERATE(true, false) ? upper : lower).name_constraints = constraint;
    const TestCa root(upper);
    const TestCa ca = root.intermediate(lower);
    const CertificateAuthority authority = ca.authority();
    CertificateSpec spec = leaf_spec();
    spec.names = {{NameKind::Email, "a@example.org"}};
    const Certificate other = ca.issue(spec).certificate;
    REQUIRE_REFUSED(check(other, authority), "certificate: permitted subtree violation");
    REQUIRE_OK(check(leaf_of(ca), authority));
    REQUIRE_REFUSED(check(other, authority), "certificate: permitted subtree violation");
}

TEST_CASE("a certificate is valid from its first to its last second", "[x509_chain]") {
    const TestCa root;
    const Certificate leaf = leaf_of(root);
    const CertificateAuthority authority = root.authority();
    REQUIRE_OK(check_chain(leaf, authority, {kLeafStart, kLeafEnd}, CodeSigning));
    const std::string valid =
        "certificate is valid from 2026-11-18T11:06:40Z to 2026-11-18T11:16:40Z, not at ";
    REQUIRE_REFUSED(check_chain(leaf, authority, {before(kLeafStart)}, CodeSigning),
                    valid + "2026-11-18T11:06:39Z");
    REQUIRE_REFUSED(check_chain(leaf, authority, {kLeafStart, after(kLeafEnd)}, CodeSigning),
                    valid + "2026-11-18T11:16:41Z");
    REQUIRE_REFUSED(check_chain(leaf, authority, {after(kLeafEnd), kLeafStart}, CodeSigning),
                    valid + "2026-11-18T11:16:41Z");
    REQUIRE_REFUSED(check_chain(leaf, authority, {}, CodeSigning),
                    "no proved time to check the certificate at");
}

TEST_CASE("everyone above is valid at every time too", "[x509_chain]") {
    CertificateSpec upper = authority_spec("root");
    CertificateSpec lower = authority_spec("intermediate");
    const bool of_root = GENERATE(true, false);
    (of_root ? upper : lower).validity.end = kLeafStart;
    const TestCa root(upper);
    const TestCa ca = root.intermediate(lower);
    const CertificateAuthority authority = ca.authority();
    const Certificate leaf = leaf_of(ca);
    REQUIRE_OK(check_chain(leaf, authority, {kLeafStart}, CodeSigning));
    REQUIRE_REFUSED(check_chain(leaf, authority, {kLeafStart, after(kLeafStart)}, CodeSigning),
                    "issuer of the certificate is valid " +
                        to_string((of_root ? root : ca).certificate().validity()) +
                        ", not at 2026-11-18T11:06:41Z");
}

TEST_CASE("an authority is trusted from its first to its last second", "[x509_chain]") {
    const TestCa root;
    const CertificateAuthority authority = root.authority({kLeafStart, after(kLeafStart)});
    const Certificate leaf = leaf_of(root);
    REQUIRE_OK(check_chain(leaf, authority, {kLeafStart, after(kLeafStart)}, CodeSigning));
    REQUIRE_REFUSED(check_chain(leaf, authority, {kLeafStart, kLeafEnd}, CodeSigning),
                    "certificate authority is trusted from 2026-11-18T11:06:40Z to "
                    "2026-11-18T11:06:41Z, not at 2026-11-18T11:16:40Z");
}

TEST_CASE("what was proved with one authority is not proved with another", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const Certificate leaf = leaf_of(ca);
    CertificateAuthority authority = ca.authority();
    REQUIRE_OK(check(leaf, authority));
    const std::string why = "certificate does not lead to this authority";

    authority.chain = Path{ca.certificate(), TestCa().certificate()};
    REQUIRE_REFUSED(check(leaf, authority), why);
    REQUIRE_REFUSED(check(leaf_of(ca), authority), why);
    authority.chain = Path{ca.certificate(), root.certificate()};
    REQUIRE_OK(check(leaf, authority));
    authority.chain = Path{root.certificate()};
    REQUIRE_REFUSED(check(leaf, authority), why);
    REQUIRE_REFUSED(check(leaf_of(ca), authority), why);
}

TEST_CASE("what was proved stays what it is for others by the same issuer", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    CertificateAuthority authority = ca.authority();
    for (int i = 0; i < 70; ++i) {
        const Certificate leaf = leaf_of(ca);
        const Path path = {leaf, ca.certificate(), root.certificate()};
        REQUIRE(*check(leaf, authority) == path);
        REQUIRE(*check(leaf, authority) == path);
    }
    const Certificate other = leaf_of(root);
    REQUIRE(*check(other, authority) == Path{other, root.certificate()});
    REQUIRE_REFUSED(check(leaf_of(TestCa()), authority),
                    "certificate does not lead to this authority");
    const CertificateAuthority moved = std::move(authority);
    REQUIRE_OK(check(leaf_of(ca), moved));
    authority.chain = moved.chain;  // NOLINT: what is left of it has no memo
    REQUIRE_OK(check(leaf_of(ca), authority));
}

TEST_CASE("several threads check certificates of one authority", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const CertificateAuthority authority = ca.authority();
    std::vector<Certificate> leaves;
    for (int i = 0; i < 20; ++i) leaves.push_back(leaf_of(ca));
    std::atomic<int> good = 0;
    const auto check_all = [&] {
        for (const Certificate& leaf : leaves) {
            if (const auto path = check(leaf, authority); path && path->front() == leaf) ++good;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(check_all);
    for (std::thread& thread : threads) thread.join();
    REQUIRE(good == 80);
}

TEST_CASE("real certificates lead to the authority that issued them", "[x509_chain]") {
    struct Row {
        std::string bundle;
        std::string root;
        std::string signed_at;
    };
    const auto row = GENERATE(values<Row>({
        {"happy-path-v0.1", test::kPublicGoodRoot, "2023-07-12T16:06:35Z"},
        {"happy-path-v0.3", test::kPublicGoodRoot, "2024-03-19T17:26:26Z"},
        {"rekor2-happy-path", test::kStagingRoot, "2025-06-12T12:12:16Z"},
    }));
    const Certificate leaf = test::bundle_certificate(row.bundle);
    const auto authorities = test::code_signing_authorities(row.root);
    const std::vector<Timestamp> times = {parse_rfc3339(row.signed_at).value()};
    const CertificateAuthority& authority = authorities.back();

    REQUIRE(*check_chain(leaf, authority, times, CodeSigning) ==
            Path{leaf, authority.chain[0], authority.chain[1]});
    const auto only_intermediate = authority_with({authority.chain[0]});
    REQUIRE(check_chain(leaf, only_intermediate, times, CodeSigning)->size() == 2);
    REQUIRE_REFUSED(check_chain(leaf, authority_with({authority.chain[1]}), times, CodeSigning),
                    "certificate does not lead to this authority");
    REQUIRE_REFUSED(check_chain(leaf, TestCa().authority(), times, CodeSigning),
                    "certificate does not lead to this authority");
    REQUIRE_REFUSED(check_chain(leaf, authority, times, TimeStamping),
                    "certificate is not for time stamping");
}

TEST_CASE("a changed byte of a real certificate is found out", "[x509_chain]") {
    const Certificate leaf = test::bundle_certificate("happy-path-v0.3");
    const CertificateAuthority authority =
        test::code_signing_authorities(test::kPublicGoodRoot).back();
    const std::vector<Timestamp> times = {*leaf.validity().start};
    REQUIRE_OK(check_chain(leaf, authority, times, CodeSigning));

    const std::string signature = "certificate: signature does not verify";
    const auto changed_at = [&](std::size_t at) {
        Buffer der = to_buffer(leaf.der());
        der[at] ^= 1;
        return parse_certificate(der);
    };
    const auto place_of = [&](std::string_view what) { return as_text(leaf.der()).find(what); };
    const auto verdict = [&](std::size_t at) {
        return check_chain(changed_at(at).value(), authority, times, CodeSigning);
    };
    REQUIRE_REFUSED(verdict(place_of("\x02\x14") + 5), signature);  // the serial number
    REQUIRE_REFUSED(verdict(place_of("240319172626Z") + 11), signature);
    REQUIRE_REFUSED(verdict(place_of("extremely-dangerous")), signature);
    REQUIRE_REFUSED(verdict(place_of("github-hosted")), signature);
    REQUIRE_REFUSED(verdict(leaf.der().size() - 1), signature);
    REQUIRE_REFUSED(verdict(place_of("sigstore.dev")),  // the issuer's name
                    "certificate does not lead to this authority");
    REQUIRE_REFUSED(changed_at(place_of(std::string_view("\x03\x42\x00\x04", 4)) +
                               10),  // a point off the curve
                    "certificate: not a public key in SubjectPublicKeyInfo form");
}

TEST_CASE("real time stampers lead to the authority that issued them", "[x509_chain]") {
    const std::string root =
        GENERATE(values<std::string>({test::kPublicGoodRoot, test::kStagingRoot}));
    const CertificateAuthority authority = test::time_stamping_authorities(root).front();
    const Certificate& leaf = authority.chain.front();
    const std::vector<Timestamp> times = {parse_rfc3339("2025-08-01T00:00:00Z").value()};
    REQUIRE(*check_chain(leaf, authority, times, TimeStamping) == authority.chain);
    REQUIRE_REFUSED(check_chain(leaf, authority, times, CodeSigning),
                    "certificate is not for code signing");
}
