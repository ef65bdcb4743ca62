#include "sign/ed25519_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace boltseal {

namespace {

// SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING (32 bytes) } }
constexpr std::array<std::uint8_t, 16> kPkcs8Prefix = {
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr std::size_t kSeedSize = crypto_sign_SEEDBYTES;

Error cannot_sign() {
    return {Fault::Io, "libsodium cannot sign with this Ed25519 key"};
}

class Ed25519Key final : public PrivateKey {
public:
    Ed25519Key(Secret key, PublicKey public_key)
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    const PublicKey& public_key() const override { return public_key_; }
    Result<Buffer> sign(Bytes message, SignatureAlgorithm algorithm) override;
    Result<Secret> to_pkcs8() const override;

private:
    Result<Buffer> sign_hashed(Bytes message) const;

    Secret key_;  // libsodium's form: the seed, then the public key
    PublicKey public_key_;
};

Result<Buffer> Ed25519Key::sign(Bytes message, SignatureAlgorithm algorithm) {
    if (algorithm == SignatureAlgorithm::Ed25519ph) return sign_hashed(message);
    if (algorithm != SignatureAlgorithm::Ed25519) {
        return Error(Fault::Config, "an Ed25519 key signs with Ed25519 and Ed25519ph only");
    }
    Buffer signature(crypto_sign_BYTES);
    if (crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                             key_.bytes().data()) != 0) {
        return cannot_sign();
    }
    return signature;
}

Result<Buffer> Ed25519Key::sign_hashed(Bytes message) const {
    Buffer signature(crypto_sign_BYTES);
    crypto_sign_state state;
    if (crypto_sign_init(&state) != 0 ||
        crypto_sign_update(&state, message.data(), message.size()) != 0 ||
        crypto_sign_final_create(&state, signature.data(), nullptr, key_.bytes().data()) != 0) {
        return cannot_sign();
    }
    return signature;
}

Result<Secret> Ed25519Key::to_pkcs8() const {
    Secret der(kPkcs8Prefix.size() + kSeedSize);
    const auto out = der.writable();
    std::copy(kPkcs8Prefix.begin(), kPkcs8Prefix.end(), out.begin());
    const Bytes seed = key_.bytes().first(kSeedSize);
    std::copy(seed.begin(), seed.end(), out.begin() + kPkcs8Prefix.size());
    return der;
}

}  // namespace

Result<std::unique_ptr<PrivateKey>> generate_ed25519_key() {
    Secret seed(kSeedSize);
    randombytes_buf(seed.writable().data(), seed.size());
    return ed25519_key_from_seed(seed.bytes());
}

Result<std::unique_ptr<PrivateKey>> ed25519_key_from_seed(Bytes seed) {
    if (seed.size() != kSeedSize) {
        return Error(Fault::Malformed, "an Ed25519 private key has 32 bytes");
    }
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> raw;
    Secret key(crypto_sign_SECRETKEYBYTES);
    if (crypto_sign_seed_keypair(raw.data(), key.writable().data(), seed.data()) != 0) {
        return Error(Fault::Io, "libsodium cannot derive an Ed25519 key");
    }
    BOLTSEAL_TRY(PublicKey public_key, ed25519_public_key(raw));
    return std::unique_ptr<PrivateKey>(
        std::make_unique<Ed25519Key>(std::move(key), std::move(public_key)));
}

Result<std::unique_ptr<PrivateKey>> parse_ed25519_pkcs8(Bytes der) {
    if (der.size() != kPkcs8Prefix.size() + kSeedSize ||
        !equal(der.first(kPkcs8Prefix.size()), kPkcs8Prefix)) {
        return Error(Fault::Malformed, "Ed25519 private key is not in the form of RFC 8410");
    }
    return ed25519_key_from_seed(der.subspan(kPkcs8Prefix.size()));
}

}  // namespace boltseal
