#include "verify/x509_chain.h"

#include "tests/check.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using test::TestCa;

TEST_CASE("a certificate leads through the authority's chain to its anchor", "[x509_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(test::authority_spec("intermediate"));
    const auto leaf =
        ca.issue(test::signer_spec({NameKind::Email, "a@example.com"}, "https://issuer.example"))
            .certificate;
    const auto path =
        check_chain(leaf, ca.authority(), {test::kLeafStart}, CertificateUse::CodeSigning);
    REQUIRE_OK(path);
    REQUIRE(*path == std::vector<Certificate>{leaf, ca.certificate(), root.certificate()});
}
