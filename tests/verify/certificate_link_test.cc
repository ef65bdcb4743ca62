#include "verify/certificate_link.h"

#include "tests/check.h"
#include "tests/support/der_maker.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using test::authority_spec;
using test::CertificateSpec;
using test::leaf_spec;
using test::TestCa;

namespace {

// The three parts of a certificate, RFC 5280 section 4.1, each with its head.
struct Parts {
    Buffer contents;
    Buffer algorithm;
    Buffer signature;

    explicit Parts(const Certificate& certificate) {
        DerReader in(read_der(certificate.der(), DerTag::Sequence).value());
        contents = to_buffer(in.take(DerTag::Sequence)->whole);
        algorithm = to_buffer(in.take(DerTag::Sequence)->whole);
        signature = to_buffer(in.take(DerTag::BitString)->whole);
    }
    Certificate together() const {
        return parse_certificate(test::der(DerTag::Sequence, {contents, algorithm, signature}))
            .value();
    }
};

}  // namespace

TEST_CASE("a certificate is signed by its issuer and by no other", "[certificate_link]") {
    CertificateSpec spec = authority_spec("root");
    spec.key_type =
        GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521, KeyType::Rsa);
    const TestCa root(spec);
    const TestCa other(spec);
    CertificateSpec leaf = leaf_spec();
    leaf.hash = GENERATE("SHA256", "SHA384", "SHA512");
    const Certificate certificate = root.issue(leaf).certificate;
    REQUIRE(has_signed(root.certificate(), certificate));
    REQUIRE_FALSE(has_signed(other.certificate(), certificate));
    REQUIRE_FALSE(has_signed(certificate, root.certificate()));
    REQUIRE(has_signed(root.certificate(), root.certificate()));
}

TEST_CASE("one key signs with one hash after another", "[certificate_link]") {
    CertificateSpec spec = authority_spec("root");
    spec.key_type = GENERATE(KeyType::EcdsaP256, KeyType::Rsa);
    const TestCa root(spec);
    const TestCa other(spec);
    CertificateSpec leaf = leaf_spec();
    for (const char* hash : {"SHA256", "SHA384", "SHA512", "SHA256"}) {
        CAPTURE(hash);
        leaf.hash = hash;
        const Certificate certificate = root.issue(leaf).certificate;
        REQUIRE(has_signed(root.certificate(), certificate));
        REQUIRE_FALSE(has_signed(other.certificate(), certificate));
    }
}

TEST_CASE("every part of a certificate is signed or is the signature", "[certificate_link]") {
    const TestCa root;
    const Certificate certificate = root.issue(leaf_spec()).certificate;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < certificate.der().size(); ++at) {
        CAPTURE(at);
        Buffer der = to_buffer(certificate.der());
        der[at] ^= 1;
        const auto changed = parse_certificate(der);
        if (!changed) continue;
        REQUIRE_FALSE(has_signed(root.certificate(), *changed));
        ++refused;
    }
    REQUIRE(refused > 100);
}

// RFC 5280 section 4.1.1.2: it must be the same as in the part that is signed.
TEST_CASE("the algorithm outside is the one that was signed", "[certificate_link]") {
    const TestCa root;
    Parts parts(root.issue(leaf_spec()).certificate);
    REQUIRE(has_signed(root.certificate(), parts.together()));
    parts.algorithm = test::der_algorithm("1.2.840.10045.4.3.2", test::kDerNull);
    REQUIRE_FALSE(has_signed(root.certificate(), parts.together()));
}

TEST_CASE("a signature is of whole bytes", "[certificate_link]") {
    const TestCa root;
    for (;;) {
        Parts parts(root.issue(leaf_spec()).certificate);
        if (parts.signature.back() % 2 != 0) continue;  // or it would not be DER
        REQUIRE(has_signed(root.certificate(), parts.together()));
        parts.signature[2] = 1;  // unused bits
        REQUIRE_FALSE(has_signed(root.certificate(), parts.together()));
        break;
    }
}
