// verify_rate FOLDER [THREADS]: bundles that are verified a second when keys and authorities are
// known, beside what the same operations of OpenSSL and libsodium alone cost, with keys that are
// parsed once. Everything is as in boltseal-verify --batch, which has a thread for each core. The
// bundles are those of rate_bundles, in FOLDER.
//
// The two are measured in turn, some milliseconds of each, so that a change of the machine's speed
// meets both.
#include "cli/batch.h"
#include "cli/clock.h"
#include "cli/openssl_start.h"
#include "core/encoding.h"
#include "core/file.h"
#include "tests/bench/samples.h"
#include "verify/openssl_ptr.h"
#include "verify/verify_bundle.h"

#include <openssl/ec.h>
#include <sodium.h>

#include <array>
#include <barrier>
#include <chrono>
#include <mutex>
#include <thread>

namespace {

using namespace boltseal;
using namespace boltseal::bench;

constexpr int kRounds = 15;
constexpr int kTurns = 20;  // of each in a round
constexpr double kTurnSeconds = 0.01;

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Calls of one operation, and what they took.
class Turns {
public:
    template <typename Operation>
    void take(const Operation& operation) {
        const double start = seconds_now();
        do {
            operation();
            ++count_;
        } while (seconds_now() - start < kTurnSeconds);
        seconds_ += seconds_now() - start;
    }
    double rate() const { return count_ / seconds_; }

private:
    int count_ = 0;
    double seconds_ = 0;
};

void require(bool held, const std::string& what) {
    if (held) return;
    std::fprintf(stderr, "verify_rate: %s\n", what.c_str());
    std::exit(1);
}

constexpr std::size_t kSignatures =
    256;  // as many as bundles, or the processor learns them by heart

// Signatures by one key of OpenSSL's, with everything ready but the verification itself.
class EcdsaOperation {
public:
    explicit EcdsaOperation(const char* curve) : key_(EVP_EC_gen(curve)) {
        const EvpKeyContext signer(EVP_PKEY_CTX_new(key_.get(), nullptr));
        require(EVP_PKEY_sign_init(signer.get()) == 1, "cannot sign");
        for (std::size_t i = 0; i < kSignatures; ++i) signed_.push_back(sign(signer.get(), i));
        verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
        require(EVP_PKEY_verify_init(verifier_.get()) == 1, "cannot verify");
    }
    void operator()() const {
        const Signed& next = signed_[next_++ % signed_.size()];
        require(EVP_PKEY_verify(verifier_.get(), next.signature.data(), next.signature.size(),
                                next.digest.data(), next.digest.size()) == 1,
                "signature does not verify");
    }

private:
    struct Signed {
        std::array<std::uint8_t, 32> digest;
        Buffer signature;
    };

    static Signed sign(EVP_PKEY_CTX* signer, std::size_t i) {
        Signed made{sha256({as_bytes(std::to_string(i))}), Buffer(256)};
        std::size_t size = made.signature.size();
        require(EVP_PKEY_sign(signer, made.signature.data(), &size, made.digest.data(),
                              made.digest.size()) == 1,
                "cannot sign");
        made.signature.resize(size);
        return made;
    }

    EvpKey key_;
    EvpKeyContext verifier_;
    std::vector<Signed> signed_;
    mutable std::size_t next_ = 0;
};

class Ed25519Operation {
public:
    Ed25519Operation() : messages_(kSignatures), signatures_(kSignatures) {
        std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
        crypto_sign_keypair(public_.data(), secret.data());
        for (std::size_t i = 0; i < kSignatures; ++i) {
            randombytes_buf(messages_[i].data(), messages_[i].size());
            crypto_sign_detached(signatures_[i].data(), nullptr, messages_[i].data(),
                                 messages_[i].size(), secret.data());
        }
    }
    void operator()() const {
        const std::size_t i = next_++ % kSignatures;
        require(crypto_sign_verify_detached(signatures_[i].data(), messages_[i].data(),
                                            messages_[i].size(), public_.data()) == 0,
                "signature does not verify");
    }

private:
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_;
    std::vector<std::array<std::uint8_t, 128>> messages_;  // as long as a checkpoint
    std::vector<std::array<std::uint8_t, crypto_sign_BYTES>> signatures_;
    mutable std::size_t next_ = 0;
};

// How many signatures of each kind a bundle has that a warm verifier cannot know already.
struct Needed {
    int p256 = 0;
    int p384 = 0;
    int ed25519 = 0;
};

// They alone, with keys of its own.
class Floor {
public:
    explicit Floor(Needed needed) : needed_(needed) {}

    void operator()() const {
        for (int i = 0; i < needed_.p256; ++i) p256_();
        for (int i = 0; i < needed_.p384; ++i) p384_();
        for (int i = 0; i < needed_.ed25519; ++i) ed25519_();
    }

private:
    Needed needed_;
    EcdsaOperation p256_{"P-256"};
    EcdsaOperation p384_{"P-384"};
    Ed25519Operation ed25519_;
};

Buffer contents_of(const std::string& file) {
    auto bytes = read_file(file, std::size_t{1} << 20);
    require(bytes.has_value(), "cannot read " + file);
    return *std::move(bytes);
}

// The bundles of one kind, and who may have signed them.
class Sample {
public:
    Sample(const std::string& path, bool by_key) {
        const Buffer list = contents_of(path + ".list");
        const auto lines = parse_batch(as_text(list));
        for (const BatchLine& line : lines.value()) {
            artifact_.digest = parse_digest(line.artifact).value();
            bundles_.push_back(contents_of(line.bundle));
        }
        policy_.root = parse_trusted_root(contents_of(path + ".root.json")).value();
        if (by_key) {
            policy_.keys = {parse_public_key_pem(contents_of(path + ".pub")).value()};
        } else {
            policy_.identities = {{Pattern::exactly("signer@example.com"),
                                   Pattern::exactly("https://issuer.example.com"),
                                   {}}};
        }
    }

    void verify(std::size_t i) const {
        const Buffer& bundle = bundles_[i % bundles_.size()];
        const auto verified = verify_bundle(bundle, artifact_, policy_, now_);
        require(verified.has_value(), verified ? "" : verified.error().message());
    }

private:
    std::vector<Buffer> bundles_;
    Artifact artifact_;
    Policy policy_;
    Timestamp now_ = now();
};

// Of all threads in one round.
struct Rates {
    double floor = 0;
    double verified = 0;
};

// What one thread does, at the same time as the others.
void take_turns(const Sample& sample, Needed needed, std::size_t first, std::barrier<>& together,
                std::vector<Rates>& rounds) {
    static std::mutex adding;  // to `rounds`
    const Floor floor(needed);
    std::size_t next = first;
    floor();
    sample.verify(next++);
    for (Rates& round : rounds) {
        Turns of_floor;
        Turns of_verification;
        for (int turn = 0; turn < kTurns; ++turn) {
            together.arrive_and_wait();
            of_floor.take(floor);
            together.arrive_and_wait();
            of_verification.take([&] { sample.verify(next++); });
        }
        const std::lock_guard lock(adding);
        round.floor += of_floor.rate();
        round.verified += of_verification.rate();
    }
}

void measure(const std::string& name, int threads, Needed needed, const Sample& sample) {
    std::barrier<> together(threads);
    std::vector<Rates> rounds(kRounds);
    {
        std::vector<std::jthread> running;
        for (int i = 0; i < threads; ++i) {
            const std::size_t first =
                kSignatures * static_cast<unsigned>(i) / static_cast<unsigned>(threads);
            running.emplace_back([&sample, needed, first, &together, &rounds] {
                take_turns(sample, needed, first, together, rounds);
            });
        }
    }
    std::vector<double> floors;
    std::vector<double> rates;
    std::vector<double> ratios;
    for (const Rates& round : rounds) {
        floors.push_back(round.floor);
        rates.push_back(round.verified);
        ratios.push_back(100 * round.verified / round.floor);
    }
    print_row("floor: signatures of " + name, "1/s", floors);
    print_row("verify " + name, "1/s", rates);
    print_row("of its floor, " + name, "%", ratios);
}

}  // namespace

int main(int argc, char** argv) {
    require(argc == 2 || argc == 3, "give the folder of the bundles");
    const int threads =
        argc == 3 ? std::atoi(argv[2]) : static_cast<int>(std::thread::hardware_concurrency());
    require(threads > 0, "give a number of threads");
    require(start_openssl_to_verify().has_value() && sodium_init() >= 0, "cannot start");
    const std::string folder = argv[1];
    measure("keyless, Rekor v1", threads, {.p256 = 4, .p384 = 1},
            Sample(folder + "/keyless-v1", false));
    measure("keyless, Rekor v2 and TSA", threads, {.p256 = 2, .p384 = 2, .ed25519 = 1},
            Sample(folder + "/keyless-v2", false));
    measure("key, Rekor v2", threads, {.p256 = 1, .ed25519 = 1}, Sample(folder + "/key-v2", true));
}
