#include "sign/ecdsa_key.h"

#include "verify/openssl_ptr.h"

#include <openssl/ec.h>
#include <openssl/x509.h>

#include <string>

namespace boltseal {

namespace {

struct FreeDer {
    void operator()(unsigned char* der) const { OPENSSL_free(der); }
};

using MdContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;

const char* curve_name(KeyType curve) {
    switch (curve) {
        case KeyType::EcdsaP256:
            return "P-256";
        case KeyType::EcdsaP384:
            return "P-384";
        case KeyType::EcdsaP521:
            return "P-521";
        case KeyType::Ed25519:
        case KeyType::Rsa:
            break;
    }
    return nullptr;
}

// The public half in the one form that verify/ takes, so that a curve or an encoding that it
// refuses is refused here.
Result<PublicKey> public_half(const EVP_PKEY* key) {
    const OpensslErrorScope errors;
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0) return Error(Fault::Malformed, "private key has no public half");
    const std::unique_ptr<unsigned char, FreeDer> owner(der);
    return parse_public_key_der({der, static_cast<std::size_t>(size)});
}

class EcdsaKey final : public PrivateKey {
public:
    EcdsaKey(EvpKey key, PublicKey public_key)
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    const PublicKey& public_key() const override { return public_key_; }
    Result<Buffer> sign(Bytes message, SignatureAlgorithm algorithm) override;
    Result<Secret> to_pkcs8() const override;

private:
    EvpKey key_;
    PublicKey public_key_;
};

Result<Buffer> EcdsaKey::sign(Bytes message, SignatureAlgorithm algorithm) {
    const OpensslErrorScope errors;
    if (algorithm != default_algorithm(public_key_)) {
        return Error(Fault::Config, "an " + std::string(to_string(public_key_.type())) +
                                        " key signs with one algorithm only, and not this one");
    }
    const MdContext context(EVP_MD_CTX_new());
    const EVP_MD* hash = openssl_hash(hash_of(algorithm));
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) {
        return Error(Fault::Io, "OpenSSL cannot sign with this ECDSA key");
    }
    Buffer signature(size);  // the most it can be; DER integers vary in length
    if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) !=
        1) {
        return Error(Fault::Io, "OpenSSL cannot sign with this ECDSA key");
    }
    signature.resize(size);
    return signature;
}

Result<Secret> EcdsaKey::to_pkcs8() const {
    const OpensslErrorScope errors;
    const Pkcs8 info(EVP_PKEY2PKCS8(key_.get()));
    const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
    if (size <= 0) return Error(Fault::Io, "OpenSSL cannot encode this ECDSA key");
    Secret der(static_cast<std::size_t>(size));
    unsigned char* at = der.writable().data();  // written in place: no copy is left behind
    if (i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at) != size) {
        return Error(Fault::Io, "OpenSSL cannot encode this ECDSA key");
    }
    return der;
}

Result<std::unique_ptr<PrivateKey>> wrap(EvpKey key) {
    BOLTSEAL_TRY(PublicKey public_key, public_half(key.get()));
    return std::unique_ptr<PrivateKey>(
        std::make_unique<EcdsaKey>(std::move(key), std::move(public_key)));
}

}  // namespace

Result<std::unique_ptr<PrivateKey>> generate_ecdsa_key(KeyType curve) {
    const OpensslErrorScope errors;
    const char* name = curve_name(curve);
    if (name == nullptr) {
        return Error(Fault::Config, std::string(to_string(curve)) + " is not an ECDSA curve");
    }
    EvpKey key(EVP_EC_gen(name));
    if (!key) return Error(Fault::Io, "OpenSSL cannot generate an ECDSA key");
    return wrap(std::move(key));
}

Result<std::unique_ptr<PrivateKey>> parse_ecdsa_pkcs8(Bytes der) {
    const OpensslErrorScope errors;
    const std::uint8_t* at = der.data();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (!info || at != der.data() + der.size()) {
        return Error(Fault::Malformed, "private key is not PKCS#8");
    }
    EvpKey key(EVP_PKCS82PKEY(info.get()));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC) {
        return Error(Fault::Malformed, "private key is not a valid ECDSA key");
    }
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!context || EVP_PKEY_check(context.get()) != 1) {  // ranges, and the halves fit
        return Error(Fault::Malformed, "private and public half of the key do not belong together");
    }
    return wrap(std::move(key));
}

}  // namespace boltseal
