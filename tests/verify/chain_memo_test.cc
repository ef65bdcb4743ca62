#include "verify/chain_memo.h"

#include "tests/check.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using test::authority_spec;
using test::TestCa;

namespace {

Certificate leaf_of(const TestCa& ca) {
    return ca.issue(test::CertificateSpec()).certificate;
}

CertificatePath path_of(const Certificate& leaf, const TestCa& ca) {
    CertificatePath path = ca.authority().chain;
    path.insert(path.begin(), leaf);
    return path;
}

}  // namespace

TEST_CASE("a memo knows the leaves and issuers it was told of", "[chain_memo]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const CertificatePath authority = ca.authority().chain;
    const Certificate leaf = leaf_of(ca);
    const Certificate sister = leaf_of(ca);
    const Certificate cousin = leaf_of(root);
    ChainMemo memo;
    REQUIRE(memo.find(leaf, authority).empty());
    REQUIRE(memo.find_issuer(leaf, authority).empty());
    memo.remember(path_of(leaf, ca), authority);
    REQUIRE(memo.find(leaf, authority) == path_of(leaf, ca));
    REQUIRE(memo.find(sister, authority).empty());
    REQUIRE(memo.find_issuer(sister, authority) == authority);
    REQUIRE(memo.find_issuer(cousin, authority).empty());
    memo.remember(path_of(cousin, root), authority);
    REQUIRE(memo.find_issuer(cousin, authority) == CertificatePath{root.certificate()});
    REQUIRE(memo.find_issuer(sister, authority) == authority);
}

TEST_CASE("a memo forgets what it knows of another authority", "[chain_memo]") {
    const TestCa root;
    const TestCa ca = root.intermediate(authority_spec("intermediate"));
    const CertificatePath authority = ca.authority().chain;
    const CertificatePath other = {ca.certificate()};
    const Certificate leaf = leaf_of(ca);
    ChainMemo memo;
    memo.remember(path_of(leaf, ca), authority);
    const bool by_leaf = GENERATE(true, false);
    REQUIRE((by_leaf ? memo.find(leaf, other) : memo.find_issuer(leaf, other)).empty());
    REQUIRE(memo.find(leaf, authority).empty());
    REQUIRE(memo.find_issuer(leaf, authority).empty());
}

TEST_CASE("a path that constrains names is kept for its own leaf only", "[chain_memo]") {
    test::CertificateSpec upper = authority_spec("root");
    test::CertificateSpec lower = authority_spec("intermediate");
    (GENERATE(true, false) ? upper : lower).name_constraints = "permitted;email:example.com";
    const TestCa root(upper);
    const TestCa ca = root.intermediate(lower);
    const CertificatePath authority = ca.authority().chain;
    const Certificate leaf = leaf_of(ca);
    ChainMemo memo;
    memo.remember(path_of(leaf, ca), authority);
    REQUIRE(memo.find(leaf, authority) == path_of(leaf, ca));
    REQUIRE(memo.find_issuer(leaf, authority).empty());
}

TEST_CASE("a memo keeps the newest 64 leaves", "[chain_memo]") {
    const TestCa root;
    const CertificatePath authority = {root.certificate()};
    std::vector<Certificate> leaves;
    for (int i = 0; i < 65; ++i) leaves.push_back(leaf_of(root));
    ChainMemo memo;
    for (const Certificate& leaf : leaves) {
        memo.remember(path_of(leaf, root), authority);
        memo.remember(path_of(leaf, root), authority);  // takes no second place
    }
    REQUIRE(memo.find(leaves[0], authority).empty());
    REQUIRE(memo.find(leaves[1], authority) == path_of(leaves[1], root));
    REQUIRE(memo.find(leaves[64], authority) == path_of(leaves[64], root));
}
