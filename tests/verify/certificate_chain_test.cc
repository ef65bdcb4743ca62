#include "verify/certificate_chain.h"

#include "tests/check.h"
#include "tests/support/test_ca.h"
#include "verify/read_ahead.h"

#include <openssl/x509_vfy.h>

using namespace boltseal;
using test::authority_spec;
using test::TestCa;

namespace {

Buffer with_bad_signature(const Certificate& certificate) {
    Buffer der = to_buffer(certificate.der());
    der.back() ^= 1;
    return der;
}

CertificateChain chain_of(const TestCa& ca) {
    std::vector<Buffer> ders;
    for (const Certificate& one : ca.authority().chain) ders.push_back(to_buffer(one.der()));
    return CertificateChain::later(std::move(ders));
}

std::stop_token stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

}  // namespace

TEST_CASE("signatures of a chain are what they are, asked for early or late",
          "[certificate_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const TestCa lower = ca.intermediate(authority_spec("lower"));
    const CertificateChain chain = CertificateChain::later({to_buffer(lower.certificate().der()),
                                                            with_bad_signature(ca.certificate()),
                                                            to_buffer(root.certificate().der())});
    if (GENERATE(true, false)) chain.prepare({});
    REQUIRE(chain.link(0) == X509_V_OK);
    REQUIRE(chain.link(1) == X509_V_ERR_CERT_SIGNATURE_FAILURE);
    REQUIRE(chain.link(1) == X509_V_ERR_CERT_SIGNATURE_FAILURE);
}

TEST_CASE("who may not sign certificates has signed none", "[certificate_chain]") {
    test::CertificateSpec spec = authority_spec("root");
    spec.key_usage = "critical,cRLSign";
    const TestCa root(spec);
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    REQUIRE(chain_of(ca).link(0) == X509_V_ERR_KEYUSAGE_NO_CERTSIGN);
}

TEST_CASE("a chain is prepared when it was read and its signatures are known",
          "[certificate_chain]") {
    const TestCa root;
    const CertificateChain chain = chain_of(root.intermediate(authority_spec("intermediate")));
    const CertificateChain copy = chain;
    REQUIRE_FALSE(chain.is_prepared());
    chain.prepare(stopped());
    REQUIRE_FALSE(chain.is_prepared());
    REQUIRE(chain.size() == 2);
    REQUIRE_FALSE(chain.is_prepared());
    chain.prepare({});
    REQUIRE(chain.is_prepared());
    REQUIRE(copy.is_prepared());

    REQUIRE(CertificateChain().is_prepared());
    REQUIRE(CertificateChain({root.certificate()}).is_prepared());
    const CertificateChain junk = CertificateChain::later({to_buffer("junk")});
    junk.prepare({});
    REQUIRE(junk.is_prepared());
    REQUIRE_REFUSED(junk.check(), "not a certificate");
}

TEST_CASE("chains are prepared ahead, and asked about meanwhile", "[certificate_chain]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const std::vector<CertificateChain> chains = {chain_of(ca), chain_of(ca), chain_of(ca)};
    {
        const ReadAhead ahead(chains);
        const ReadAhead again(chains);
        for (const CertificateChain& chain : chains) REQUIRE(chain.link(0) == X509_V_OK);
    }
    const CertificateChain alone = chain_of(ca);
    const ReadAhead ahead({alone});
    while (!alone.is_prepared()) std::this_thread::yield();
}
