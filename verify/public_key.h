// Public keys of the kinds we accept, and no others.
//
// Allowed: ECDSA on P-256, P-384 and P-521 (named curve, uncompressed point), Ed25519 (a point that
// libsodium accepts: canonical, not of small order), RSA of 2048 to 8192 bits with an odd public
// exponent of at least 3. Everything else, and every second spelling of the same key, is refused.
#pragma once

#include "core/digest.h"

#include <memory>
#include <string>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace boltseal {

enum class KeyType { EcdsaP256, EcdsaP384, EcdsaP521, Ed25519, Rsa };
std::string_view to_string(KeyType type);  // "ECDSA P-256", "Ed25519", "RSA", ...

class PublicKey {
public:
    KeyType type() const { return type_; }
    std::size_t bits() const { return bits_; }  // RSA modulus, or size of the curve
    Bytes spki() const { return spki_; }        // SubjectPublicKeyInfo, DER, RFC 5280 section 4.1
    Bytes ed25519() const;                      // the 32 raw bytes; only for KeyType::Ed25519
    // Borrowed, for the .cc files of verify/; null for Ed25519, and for a key that is not sound.
    evp_pkey_st* openssl() const;
    // Whether it is a point of its curve. Only a key that was to be decoded later may not be.
    bool is_sound() const;
    bool operator==(const PublicKey& other) const { return spki_ == other.spki_; }

private:
    friend Result<PublicKey> parse_public_key_der(Bytes spki, evp_pkey_st* decoded);
    friend Result<PublicKey> parse_public_key_later(Bytes spki);
    struct Decoded;
    PublicKey();
    const Decoded& decode() const;
    KeyType type_ = KeyType::EcdsaP256;
    std::size_t bits_ = 0;
    Buffer spki_;
    std::shared_ptr<Decoded> decoded_;  // written once, by the first who asks; of all copies
};

// REQUIRES: `decoded` is what OpenSSL has made of these very bytes, or null; it is borrowed.
Result<PublicKey> parse_public_key_der(Bytes spki, evp_pkey_st* decoded = nullptr);

// The same, but that it is a point of its curve is left until somebody uses it, which takes much
// the longest: for lists of keys of which a verification uses one or two. One that is none verifies
// nothing.
Result<PublicKey> parse_public_key_later(Bytes spki);

// Exactly one "PUBLIC KEY" block, with nothing but white space around it.
Result<PublicKey> parse_public_key_pem(Bytes pem);
std::string to_pem(const PublicKey& key);

// The SubjectPublicKeyInfo for 32 raw Ed25519 bytes, as note keys carry them.
Result<PublicKey> ed25519_public_key(Bytes raw);

// base64(SHA-256(SPKI)): what a bundle's publicKey.hint says of a key. A name, never a proof.
std::string key_hint(const PublicKey& key);

}  // namespace boltseal
