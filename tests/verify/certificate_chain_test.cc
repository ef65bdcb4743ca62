#include "verify/certificate_chain.h"

#include "tests/check.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using test::authority_spec;
using test::TestCa;

namespace {

CertificateChain chain_of(const TestCa& ca) {
    std::vector<Buffer> ders;
    for (const Certificate& one : ca.authority().chain) ders.push_back(to_buffer(one.der()));
    return CertificateChain::later(std::move(ders));
}

}  // namespace

TEST_CASE("a chain is read when it is asked for, once for all copies", "[certificate_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const CertificateChain chain = chain_of(ca);
    const CertificateChain copy = chain;
    REQUIRE(chain.size() == 2);
    REQUIRE(&copy.front() == &chain.front());
    REQUIRE(chain == ca.authority().chain);
    REQUIRE(chain.check());
    REQUIRE(CertificateChain().empty());
}

TEST_CASE("a chain with something else in it is none, and says why", "[certificate_chain]") {
    const TestCa root;
    const CertificateChain chain =
        CertificateChain::later({to_buffer(root.certificate().der()), to_buffer("junk")});
    REQUIRE(chain.empty());
    REQUIRE_REFUSED(chain.check(), "not a certificate");
}
