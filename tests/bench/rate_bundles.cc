// Bundles of the kinds that verify_rate and boltseal-verify bundle --batch are measured with, in
// the folder BOLTSEAL_BENCH_FOLDER: of each kind a list, a trusted root and a key. Every
// certificate is another one, of which authorities have many more than a verifier remembers.
//
// A test program only because the makers of bundles are of the tests.
#include "core/file.h"
#include "tests/catch.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"

namespace {

using namespace boltseal;

constexpr int kBundles = 256;

// Authorities on the curves of Sigstore's public good instance.
test::CertificateSpec on_p384(test::CertificateSpec spec) {
    spec.key_type = KeyType::EcdsaP384;
    return spec;
}

void use_p384(test::TestSigstore& sigstore) {
    const test::TestCa root(on_p384(test::authority_spec("root")));
    sigstore.ca = root.intermediate(on_p384(test::authority_spec("intermediate")));
    sigstore.tsa = test::TestTsa("tsa.example.com", on_p384(test::time_stamper_spec()), root);
    sigstore.policy.root.certificate_authorities = {sigstore.ca.authority()};
    sigstore.policy.root.timestamp_authorities = {sigstore.tsa.authority()};
    auto& timestamps = sigstore.bundle.timestamps;
    if (!timestamps.empty()) timestamps = {sigstore.tsa.stamp(sigstore.signature(), test::kSigned)};
}

void certify_anew(test::TestSigstore& sigstore) {
    test::CertificateSpec leaf = test::keyless_leaf(sigstore.ct_log);
    leaf.key = sigstore.signer->public_key();
    sigstore.certify(sigstore.ca.issue(leaf));
}

void make_bundles(const std::string& path, test::TestSigstore sigstore) {
    use_p384(sigstore);
    std::string list;
    for (int i = 0; i < kBundles; ++i) {
        if (sigstore.bundle.certificate) certify_anew(sigstore);
        const std::string file = path + "." + std::to_string(i) + ".json";
        list += to_string(sigstore.artifact.digest) + "\t" + file + "\n";
        REQUIRE_OK(write_file(file, as_bytes(sigstore.text())));
    }
    const std::string root = test::trusted_root_json(sigstore.policy.root);
    REQUIRE_OK(write_file(path + ".list", as_bytes(list)));
    REQUIRE_OK(write_file(path + ".root.json", as_bytes(root)));
    REQUIRE_OK(write_file(path + ".pub", as_bytes(to_pem(sigstore.signer->public_key()))));
}

}  // namespace

TEST_CASE("bundles to measure with", "[bench]") {
    const char* folder = std::getenv("BOLTSEAL_BENCH_FOLDER");
    REQUIRE(folder != nullptr);
    const std::string path = folder;
    test::SigstoreSpec by_key{.entry = test::EntryKind::HashedRekordV2};
    by_key.certificate = false;
    make_bundles(path + "/keyless-v1", test::TestSigstore());
    make_bundles(path + "/keyless-v2",
                 test::TestSigstore({.entry = test::EntryKind::HashedRekordV2}));
    make_bundles(path + "/key-v2", test::TestSigstore(by_key));
}
