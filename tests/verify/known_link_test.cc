#include "verify/known_link.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/sigstore_vectors.h"
#include "tests/support/test_ca.h"
#include "verify/x509_chain.h"

#include <openssl/x509.h>

#include <map>

using namespace boltseal;

namespace {

// Of the real Sigstore's authorities, by fingerprint.
std::map<std::string, Certificate> real_certificates() {
    std::map<std::string, Certificate> certificates;
    for (const std::string& root : {test::kPublicGoodRoot, test::kStagingRoot}) {
        for (const auto& authorities :
             {test::code_signing_authorities(root), test::time_stamping_authorities(root)}) {
            for (const CertificateAuthority& authority : authorities) {
                for (const Certificate& one : authority.chain) {
                    certificates.emplace(to_hex(one.hash().bytes()), one);
                }
            }
        }
    }
    return certificates;
}

bool verifies(const Certificate& certificate, const Certificate& issuer) {
    return X509_verify(certificate.openssl(), X509_get0_pubkey(issuer.openssl())) == 1;
}

}  // namespace

TEST_CASE("each known link is one that verifies", "[known_link][vectors]") {
    const auto certificates = real_certificates();
    REQUIRE(known_links().size() >= 4);
    for (const KnownLink& link : known_links()) {
        CAPTURE(link.certificate, link.issuer);
        const Certificate& certificate = certificates.at(std::string(link.certificate));
        const Certificate& issuer = certificates.at(std::string(link.issuer));
        REQUIRE(verifies(certificate, issuer));
        REQUIRE(is_known_link(certificate, issuer));
    }
}

TEST_CASE("a link is known for these very certificates alone", "[known_link][vectors]") {
    const CertificateAuthority fulcio =
        test::code_signing_authorities(test::kPublicGoodRoot).back();
    const CertificateAuthority stamper =
        test::time_stamping_authorities(test::kPublicGoodRoot).back();
    const Certificate& intermediate = fulcio.chain[0];
    const Certificate& root = fulcio.chain[1];
    REQUIRE(is_known_link(intermediate, root));
    REQUIRE_FALSE(is_known_link(root, intermediate));
    REQUIRE_FALSE(is_known_link(root, root));
    REQUIRE_FALSE(is_known_link(intermediate, stamper.chain[1]));
    REQUIRE_FALSE(is_known_link(test::with_bad_signature(intermediate), root));
    REQUIRE_FALSE(is_known_link(intermediate, test::with_bad_signature(root)));
    REQUIRE_FALSE(is_known_link(test::bundle_certificate("happy-path-v0.3"), intermediate));
    const test::TestCa other;
    REQUIRE_FALSE(is_known_link(other.certificate(), other.certificate()));
}

// What is known of one certificate must not be believed of another that says the same.
TEST_CASE("an issuer's certificate whose signature was changed is verified", "[known_link]") {
    const Certificate leaf = test::bundle_certificate("happy-path-v0.3");
    CertificateAuthority authority = test::code_signing_authorities(test::kPublicGoodRoot).back();
    const std::vector<Timestamp> times = {*leaf.validity().start};
    REQUIRE_OK(check_chain(leaf, authority, times, CertificateUse::CodeSigning));
    authority.chain =
        std::vector<Certificate>{test::with_bad_signature(authority.chain[0]), authority.chain[1]};
    REQUIRE_REFUSED(check_chain(leaf, authority, times, CertificateUse::CodeSigning),
                    "issuer of the certificate: signature does not verify");
}
