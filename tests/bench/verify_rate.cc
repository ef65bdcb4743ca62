// Signatures that one thread verifies a second when keys and authorities are known, beside what the
// same operations of OpenSSL and libsodium alone cost, with keys that are parsed once. Time is the
// thread's own, so that a busy machine says little less. Every certificate is another one, of which
// authorities have many more than a verifier remembers.
//
// A test program only because the makers of bundles are of the tests. The bundles stay in the
// folder BOLTSEAL_BENCH_FOLDER, with a list of each kind for boltseal-verify bundle --batch.
#include "core/file.h"
#include "tests/bench/samples.h"
#include "tests/catch.h"
#include "tests/support/keyless_maker.h"
#include "verify/openssl_ptr.h"

#include <openssl/ec.h>
#include <sodium.h>

#include <array>
#include <ctime>

namespace {

using namespace boltseal;
using namespace boltseal::bench;

constexpr int kRounds = 7;
constexpr double kRoundSeconds = 0.3;
constexpr int kBundles = 256;

double thread_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Calls a second in one round.
template <typename Operation>
double rate_of(Operation operation) {
    const double start = thread_seconds();
    int count = 0;
    while (thread_seconds() - start < kRoundSeconds) {
        operation();
        ++count;
    }
    return count / (thread_seconds() - start);
}

void require(bool held, const std::string& what) {
    if (held) return;
    std::fprintf(stderr, "verify_rate: %s\n", what.c_str());
    std::exit(1);
}

// One signature of OpenSSL's, with everything ready but the verification itself.
class EcdsaOperation {
public:
    explicit EcdsaOperation(const char* curve) : key_(EVP_EC_gen(curve)) {
        const EvpKeyContext signer(EVP_PKEY_CTX_new(key_.get(), nullptr));
        std::size_t size = signature_.size();
        require(EVP_PKEY_sign_init(signer.get()) == 1 &&
                    EVP_PKEY_sign(signer.get(), signature_.data(), &size, digest_.data(),
                                  digest_.size()) == 1,
                "cannot sign");
        signature_.resize(size);
        verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
        require(EVP_PKEY_verify_init(verifier_.get()) == 1, "cannot verify");
    }
    void operator()() const {
        require(EVP_PKEY_verify(verifier_.get(), signature_.data(), signature_.size(),
                                digest_.data(), digest_.size()) == 1,
                "signature does not verify");
    }

private:
    EvpKey key_;
    EvpKeyContext verifier_;
    std::array<std::uint8_t, 32> digest_{1, 2, 3};
    Buffer signature_ = Buffer(256);
};

class Ed25519Operation {
public:
    Ed25519Operation() {
        std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
        crypto_sign_keypair(public_.data(), secret.data());
        crypto_sign_detached(signature_.data(), nullptr, message_.data(), message_.size(),
                             secret.data());
    }
    void operator()() const {
        require(crypto_sign_verify_detached(signature_.data(), message_.data(), message_.size(),
                                            public_.data()) == 0,
                "signature does not verify");
    }

private:
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_;
    std::array<std::uint8_t, crypto_sign_BYTES> signature_;
    std::array<std::uint8_t, 128> message_{};  // as long as a checkpoint
};

// How many signatures of each kind a bundle has that a warm verifier cannot know already.
struct Floor {
    int p256 = 0;
    int p384 = 0;
    int ed25519 = 0;

    double rate() const {
        static const EcdsaOperation p256_operation("P-256");
        static const EcdsaOperation p384_operation("P-384");
        static const Ed25519Operation ed25519_operation;
        return rate_of([this] {
            for (int i = 0; i < p256; ++i) p256_operation();
            for (int i = 0; i < p384; ++i) p384_operation();
            for (int i = 0; i < ed25519; ++i) ed25519_operation();
        });
    }
};

// Authorities on the curves of Sigstore's public good instance.
test::CertificateSpec on_p384(test::CertificateSpec spec) {
    spec.key_type = KeyType::EcdsaP384;
    return spec;
}

struct Sample {
    std::string prefix;  // of its files
    std::string name;
    Floor floor;
    test::TestSigstore sigstore;
    std::vector<std::string> bundles = {};

    void make_bundles() {
        const test::TestCa root(on_p384(test::authority_spec("root")));
        sigstore.ca = root.intermediate(on_p384(test::authority_spec("intermediate")));
        sigstore.tsa = test::TestTsa("tsa.example.com", on_p384(test::time_stamper_spec()), root);
        sigstore.policy.root.certificate_authorities = {sigstore.ca.authority()};
        sigstore.policy.root.timestamp_authorities = {sigstore.tsa.authority()};
        auto& timestamps = sigstore.bundle.timestamps;
        if (!timestamps.empty())
            timestamps = {sigstore.tsa.stamp(sigstore.signature(), test::kSigned)};
        for (int i = 0; i < kBundles; ++i) {
            if (sigstore.bundle.certificate) {
                test::CertificateSpec leaf = test::keyless_leaf(sigstore.ct_log);
                leaf.key = sigstore.signer->public_key();
                sigstore.certify(sigstore.ca.issue(leaf));
            }
            bundles.push_back(sigstore.text());
        }
    }

    void measure() const {
        std::size_t next = 0;
        const auto verify_one = [&] {
            const auto verified = sigstore.verify_text(bundles[next++ % bundles.size()]);
            require(verified.has_value(), verified ? "" : verified.error().message());
        };
        verify_one();
        std::vector<double> floors;
        std::vector<double> rates;
        std::vector<double> ratios;
        for (int round = 0; round < kRounds; ++round) {
            floors.push_back(floor.rate());
            rates.push_back(rate_of(verify_one));
            ratios.push_back(100 * rates.back() / floors.back());
        }
        print_row("floor: signatures of " + name, "1/s", floors);
        print_row("verify " + name, "1/s", rates);
        print_row("of its floor, " + name, "%", ratios);
    }

    void save(const std::string& folder) const {
        std::string list;
        for (std::size_t i = 0; i < bundles.size(); ++i) {
            const std::string file = folder + "/" + prefix + "." + std::to_string(i) + ".json";
            list += to_string(sigstore.artifact.digest) + "\t" + file + "\n";
            require(write_file(file, as_bytes(bundles[i])).has_value(), "cannot write " + file);
        }
        const std::string path = folder + "/" + prefix;
        require(write_file(path + ".list", as_bytes(list)).has_value() &&
                    write_file(path + ".root.json",
                               as_bytes(test::trusted_root_json(sigstore.policy.root))) &&
                    write_file(path + ".pub", as_bytes(to_pem(sigstore.signer->public_key()))),
                "cannot write " + path);
    }
};

}  // namespace

TEST_CASE("warm rates", "[bench]") {
    const char* folder = std::getenv("BOLTSEAL_BENCH_FOLDER");
    REQUIRE(folder != nullptr);
    using test::EntryKind;
    test::SigstoreSpec by_key{.entry = EntryKind::HashedRekordV2};
    by_key.certificate = false;
    Sample samples[] = {
        {"keyless-v1", "keyless, Rekor v1", {.p256 = 4, .p384 = 1}, test::TestSigstore()},
        {"keyless-v2",
         "keyless, Rekor v2 and TSA",
         {.p256 = 2, .p384 = 2, .ed25519 = 1},
         test::TestSigstore({.entry = EntryKind::HashedRekordV2})},
        {"key-v2", "key, Rekor v2", {.p256 = 1, .ed25519 = 1}, test::TestSigstore(by_key)},
    };
    for (Sample& sample : samples) {
        sample.make_bundles();
        sample.measure();
        sample.save(folder);
    }
}
