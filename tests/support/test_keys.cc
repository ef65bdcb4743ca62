#include "tests/support/test_keys.h"

#include "sign/ed25519_key.h"
#include "tests/check.h"
#include "verify/openssl_ptr.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <map>

namespace boltseal::test {

namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using Number = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>>;

// What i2d_* of OpenSSL prints.
template <typename T>
Buffer der_of(int (*print)(T, unsigned char**), T object) {
    Buffer der(static_cast<std::size_t>(print(object, nullptr)));
    unsigned char* next = der.data();
    REQUIRE(print(object, &next) > 0);
    return der;
}

Buffer spki_of(const EvpKey& key) {
    REQUIRE(key != nullptr);
    return der_of<const EVP_PKEY*>(i2d_PUBKEY, key.get());
}

EvpKey ec_key(const std::string& group, const std::string& form, const std::string& encoding) {
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    std::string values[] = {group, encoding};
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, values[0].data(), 0),
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, values[1].data(), 0),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    REQUIRE(EVP_PKEY_keygen_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_params(context.get(), params) == 1);
    REQUIRE(EVP_PKEY_generate(context.get(), &made) == 1);
    EvpKey key(made);
    REQUIRE(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                           form.c_str()) == 1);
    return key;
}

// Signs with whatever it is told to, as old and foreign clients do.
class OpensslSigner : public Signer {
public:
    explicit OpensslSigner(EvpKey key)
        : key_(std::move(key)), public_key_(parse_public_key_der(spki_of(key_)).value()) {}

    using Signer::sign;
    const PublicKey& public_key() const override { return public_key_; }

    Result<Buffer> sign(Bytes message, SignatureAlgorithm algorithm) override {
        return sign_salted(message, algorithm, RSA_PSS_SALTLEN_DIGEST);
    }

    Buffer sign_salted(Bytes message, SignatureAlgorithm algorithm, int salt) {
        const DigestContext context(EVP_MD_CTX_new());
        EVP_PKEY_CTX* options = nullptr;
        REQUIRE(EVP_DigestSignInit(context.get(), &options, openssl_hash(hash_of(algorithm)),
                                   nullptr, key_.get()) == 1);
        if (algorithm == SignatureAlgorithm::RsaPssSha256) {
            REQUIRE(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
            REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1);
        }
        std::size_t size = 0;
        REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
        Buffer signature(size);
        REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                               message.size()) == 1);
        signature.resize(size);
        return signature;
    }

private:
    EvpKey key_;
    PublicKey public_key_;
};

std::unique_ptr<Signer> any_signer(KeyType type) {
    switch (type) {
        case KeyType::EcdsaP256:
            return std::make_unique<OpensslSigner>(
                ec_key("prime256v1", "uncompressed", "named_curve"));
        case KeyType::EcdsaP384:
            return std::make_unique<OpensslSigner>(
                ec_key("secp384r1", "uncompressed", "named_curve"));
        case KeyType::EcdsaP521:
            return std::make_unique<OpensslSigner>(
                ec_key("secp521r1", "uncompressed", "named_curve"));
        case KeyType::Rsa:
            return rsa_signer(2048);
        case KeyType::Ed25519:
            break;
    }
    return generate_key(type).value();
}

}  // namespace

Signer& signer_of(KeyType type) {
    static std::map<KeyType, std::unique_ptr<Signer>> signers;
    auto& signer = signers[type];
    if (!signer) signer = any_signer(type);
    return *signer;
}

std::unique_ptr<Signer> new_signer(KeyType type) {
    return any_signer(type);
}

std::unique_ptr<Signer> ed25519_signer(Bytes seed) {
    return ed25519_key_from_seed(seed).value();
}

std::unique_ptr<Signer> rsa_signer(unsigned bits) {
    return std::make_unique<OpensslSigner>(EvpKey(EVP_RSA_gen(bits)));
}

Buffer ec_spki(const std::string& group, const std::string& form, const std::string& encoding) {
    return spki_of(ec_key(group, form, encoding));
}

Buffer rsa_spki(std::size_t bits, std::uint64_t exponent) {
    const Number n(BN_new());
    const Number e(BN_new());
    REQUIRE(BN_rand(n.get(), static_cast<int>(bits), BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
    REQUIRE(BN_set_word(e.get(), exponent) == 1);
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    REQUIRE(EVP_PKEY_fromdata_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1);
    return spki_of(EvpKey(key));
}

Buffer other_spki(const std::string& type) {
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type.c_str(), nullptr));
    EVP_PKEY* key = nullptr;
    REQUIRE(EVP_PKEY_keygen_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_generate(context.get(), &key) == 1);
    return spki_of(EvpKey(key));
}

PssSignature pss_signature(Bytes message, int salt) {
    OpensslSigner signer(EvpKey(EVP_RSA_gen(2048)));
    Buffer signature = signer.sign_salted(message, SignatureAlgorithm::RsaPssSha256, salt);
    return {signer.public_key(), std::move(signature)};
}

TestCertificate new_certificate() {
    const EvpKey key = ec_key("prime256v1", "uncompressed", "named_curve");
    const Certificate certificate(X509_new());
    REQUIRE(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 600);
    REQUIRE(X509_set_pubkey(certificate.get(), key.get()) == 1);
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    return {der_of<const X509*>(i2d_X509, certificate.get()), spki_of(key)};
}

}  // namespace boltseal::test
