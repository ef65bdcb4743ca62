// Ed25519ph over a digest is put together by us (specs/adr/0005-algorithms.md): here it is held
// against libsodium, which hashes the message itself, and against RFC 8032.
#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"
#include "verify/signature.h"

#include <sodium.h>

#include <algorithm>
#include <random>

using namespace boltseal;

namespace {

Buffer bytes_of(const char* hex) {
    return parse_hex(hex).value();
}

bool sodium_agrees(const PublicKey& key, Bytes message, Bytes signature) {
    if (signature.size() != crypto_sign_BYTES) return false;
    crypto_sign_state state;
    crypto_sign_init(&state);
    crypto_sign_update(&state, message.data(), message.size());
    const Buffer copy = to_buffer(signature);
    return crypto_sign_final_verify(&state, copy.data(), key.ed25519().data()) == 0;
}

// Our verdict over the digest, after checking that libsodium says the same over the message.
bool verdict(const PublicKey& key, Bytes message, Bytes signature) {
    const auto checked = check_signature_over_digest(
        key, SignatureAlgorithm::Ed25519ph, digest_of(message, HashAlgorithm::Sha512), signature);
    CAPTURE(to_hex(key.ed25519()), to_hex(message), to_hex(signature));
    REQUIRE(checked.has_value() == sodium_agrees(key, message, signature));
    if (!checked) REQUIRE(checked.error().message() == "Ed25519 signature does not verify");
    return checked.has_value();
}

// S + n L, little-endian, where it still fits 32 bytes.
Buffer with_added_order(Buffer signature, int times) {
    const Buffer order =
        bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    for (int n = 0; n < times; ++n) {
        unsigned carry = 0;
        for (std::size_t i = 0; i < 32; ++i) {
            carry += signature[32 + i] + unsigned{order[i]};
            signature[32 + i] = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
        REQUIRE(carry == 0);
    }
    return signature;
}

// Encodings of points of order 1, 2, 4 and 8, canonical and not.
const char* const kSmallOrder[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

class RandomBytes {
public:
    RandomBytes() : seed_(std::random_device{}()), engine_(seed_) {}
    unsigned seed() const { return seed_; }
    std::size_t below(std::size_t n) { return engine_() % n; }
    Buffer bytes(std::size_t n) {
        Buffer out(n);
        std::ranges::generate(out, [&] { return static_cast<std::uint8_t>(engine_()); });
        return out;
    }

private:
    unsigned seed_;
    std::mt19937 engine_;
};

}  // namespace

TEST_CASE("the Ed25519ph vector of RFC 8032 section 7.3 verifies", "[ed25519]") {
    const PublicKey key =
        ed25519_public_key(
            bytes_of("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"))
            .value();
    const Buffer signature = bytes_of(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
    const Buffer message = to_buffer("abc");
    REQUIRE(verdict(key, message, signature));
    REQUIRE_FALSE(verdict(key, to_buffer("abd"), signature));
    REQUIRE_REFUSED(check_signature(key, SignatureAlgorithm::Ed25519, message, signature),
                    "Ed25519 signature does not verify");
}

TEST_CASE("the Ed25519 vector of RFC 8032 section 7.1 (test 2) verifies as pure only",
          "[ed25519]") {
    const PublicKey key =
        ed25519_public_key(
            bytes_of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
            .value();
    const Buffer signature = bytes_of(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    const Buffer message = bytes_of("72");
    REQUIRE_OK(check_signature(key, SignatureAlgorithm::Ed25519, message, signature));
    REQUIRE_FALSE(verdict(key, message, signature));
}

TEST_CASE("Ed25519ph over a digest agrees with libsodium over the message", "[ed25519]") {
    RandomBytes random;
    CAPTURE(random.seed());
    Signer& signer = test::signer_of(KeyType::Ed25519);
    const auto other = test::new_signer(KeyType::Ed25519);
    for (int round = 0; round < 50; ++round) {
        const Buffer message = random.bytes(random.below(300));
        const Buffer good = signer.sign(message, SignatureAlgorithm::Ed25519ph).value();
        REQUIRE(verdict(signer.public_key(), message, good));
        REQUIRE_FALSE(verdict(other->public_key(), message, good));
        Buffer flipped = good;
        const std::size_t bit = random.below(8 * good.size());
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << bit % 8));
        CAPTURE(bit);
        REQUIRE_FALSE(verdict(signer.public_key(), message, flipped));
        REQUIRE_FALSE(verdict(signer.public_key(), message, random.bytes(64)));
    }
}

TEST_CASE("no single bit of an Ed25519ph signature is free", "[ed25519]") {
    Signer& signer = test::signer_of(KeyType::Ed25519);
    const Buffer message = to_buffer("hello world");
    const Buffer good = signer.sign(message, SignatureAlgorithm::Ed25519ph).value();
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        Buffer flipped = good;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << bit % 8));
        CAPTURE(bit);
        REQUIRE_FALSE(verdict(signer.public_key(), message, flipped));
    }
}

TEST_CASE("S has one spelling: adding the group order is refused", "[ed25519]") {
    Signer& signer = test::signer_of(KeyType::Ed25519);
    const Buffer message = to_buffer("hello world");
    const int times = GENERATE(1, 2, 3, 4, 5, 6, 7);
    const Buffer prehashed = signer.sign(message, SignatureAlgorithm::Ed25519ph).value();
    REQUIRE_FALSE(verdict(signer.public_key(), message, with_added_order(prehashed, times)));
    const Buffer pure = signer.sign(message, SignatureAlgorithm::Ed25519).value();
    REQUIRE_REFUSED(check_signature(signer.public_key(), SignatureAlgorithm::Ed25519, message,
                                    with_added_order(pure, times)),
                    "Ed25519 signature does not verify");
}

TEST_CASE("R of small order is refused, whatever S says", "[ed25519]") {
    Signer& signer = test::signer_of(KeyType::Ed25519);
    const Buffer message = to_buffer("hello world");
    const Buffer good = signer.sign(message, SignatureAlgorithm::Ed25519ph).value();
    for (const char* const r : kSmallOrder) {
        Buffer signature = bytes_of(r);
        signature.insert(signature.end(), good.begin() + 32, good.end());
        REQUIRE_FALSE(verdict(signer.public_key(), message, signature));
        std::fill(signature.begin() + 32, signature.end(), std::uint8_t{0});
        REQUIRE_FALSE(verdict(signer.public_key(), message, signature));
    }
}

// With the secret scalar a one can make R any point: here the identity, S = k a. It satisfies the
// equation of RFC 8032, and libsodium refuses it.
TEST_CASE("a signature that holds with R of small order is refused as by libsodium", "[ed25519]") {
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> pk;
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> sk;
    REQUIRE(crypto_sign_keypair(pk.data(), sk.data()) == 0);
    std::array<std::uint8_t, 64> a;  // the clamped scalar, and what we do not need
    crypto_hash_sha512(a.data(), sk.data(), 32);
    a[0] &= 248;
    a[31] = static_cast<std::uint8_t>((a[31] & 127) | 64);

    const Buffer message = to_buffer("hello world");
    const Buffer identity = bytes_of(kSmallOrder[0]);
    Writer challenge;
    challenge.put(std::string_view("SigEd25519 no Ed25519 collisions\x01\x00", 34));
    challenge.put(identity).put(Bytes(pk));
    challenge.put(digest_of(message, HashAlgorithm::Sha512).bytes());
    std::array<std::uint8_t, 64> wide;
    crypto_hash_sha512(wide.data(), challenge.bytes().data(), challenge.bytes().size());
    std::array<std::uint8_t, 64> padded{};
    std::copy_n(a.begin(), 32, padded.begin());
    std::array<std::uint8_t, 32> k;
    std::array<std::uint8_t, 32> scalar;
    Buffer s(32);
    crypto_core_ed25519_scalar_reduce(k.data(), wide.data());
    crypto_core_ed25519_scalar_reduce(scalar.data(), padded.data());
    crypto_core_ed25519_scalar_mul(s.data(), k.data(), scalar.data());

    Buffer signature = identity;
    signature.insert(signature.end(), s.begin(), s.end());
    REQUIRE_FALSE(verdict(ed25519_public_key(pk).value(), message, signature));
}

TEST_CASE("Ed25519 signatures have 64 bytes", "[ed25519]") {
    Signer& signer = test::signer_of(KeyType::Ed25519);
    const Buffer message = to_buffer("hello world");
    const auto algorithm = GENERATE(SignatureAlgorithm::Ed25519, SignatureAlgorithm::Ed25519ph);
    Buffer longer = signer.sign(message, algorithm).value();
    longer.push_back(0);
    for (const std::size_t size : {0u, 32u, 63u, 65u}) {
        REQUIRE_REFUSED(
            check_signature(signer.public_key(), algorithm, message, Bytes(longer).first(size)),
            "Ed25519 signature does not verify");
    }
}
