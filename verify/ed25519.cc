#include "verify/check_algorithm.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace boltseal {

namespace {

constexpr std::size_t kHalf = 32;  // of a signature: R, then S
using Point = std::array<std::uint8_t, crypto_core_ed25519_BYTES>;
using Scalar = std::array<std::uint8_t, crypto_core_ed25519_SCALARBYTES>;

// RFC 8032 section 2: "SigEd25519 no Ed25519 collisions", phflag 1, an empty context.
constexpr std::string_view kDom2("SigEd25519 no Ed25519 collisions\x01\x00", 34);

Error bad_ed25519_signature() {
    return Error(Fault::Untrusted, "Ed25519 signature does not verify");
}

// The group order L, little-endian: S has one spelling, the one below L.
constexpr std::array<std::uint8_t, 32> kOrder = {
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

bool below_order(Bytes s) {
    return std::lexicographical_compare(s.rbegin(), s.rend(), kOrder.rbegin(), kOrder.rend());
}

// RFC 8032 section 5.1.7 step 2, k = SHA-512(dom2 || R || A || PH(M)), reduced modulo L.
Scalar challenge(Bytes r, Bytes a, Bytes prehash) {
    Buffer message = to_buffer(kDom2);
    for (const Bytes part : {r, a, prehash})
        message.insert(message.end(), part.begin(), part.end());
    std::array<std::uint8_t, crypto_hash_sha512_BYTES> wide;
    crypto_hash_sha512(wide.data(), message.data(), message.size());
    Scalar k;
    crypto_core_ed25519_scalar_reduce(k.data(), wide.data());
    return k;
}

}  // namespace

Result<void> check_ed25519(const PublicKey& key, Bytes message, Bytes signature) {
    if (signature.size() != crypto_sign_BYTES ||
        crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                    key.ed25519().data()) != 0) {
        return bad_ed25519_signature();
    }
    return {};
}

// RFC 8032 section 5.1.7; the numbers are its steps. libsodium verifies Ed25519ph only together
// with the hashing of the message, and a log or an offline verifier has no more than the digest: so
// its group operations are put together here. They refuse points of small order and not of the
// main subgroup; the tests hold this against libsodium's own verdicts.
Result<void> check_ed25519ph(const PublicKey& key, const BlobDigest& digest, Bytes signature) {
    if (signature.size() != 2 * kHalf) return bad_ed25519_signature();
    const Bytes r = signature.first(kHalf);  // 1
    const Bytes s = signature.subspan(kHalf);
    if (!below_order(s) || crypto_core_ed25519_is_valid_point(r.data()) != 1) {
        return bad_ed25519_signature();
    }
    const Scalar k = challenge(r, key.ed25519(), digest.bytes());  // 2
    Point sb;                                                      // 3: R = S B - k A
    Point ka;
    Point expected;
    if (crypto_scalarmult_ed25519_base_noclamp(sb.data(), s.data()) != 0 ||
        crypto_scalarmult_ed25519_noclamp(ka.data(), k.data(), key.ed25519().data()) != 0 ||
        crypto_core_ed25519_sub(expected.data(), sb.data(), ka.data()) != 0) {
        return bad_ed25519_signature();
    }
    if (!equal(expected, r)) return bad_ed25519_signature();
    return {};
}

}  // namespace boltseal
