#include "sign/ecdsa_key.h"

#include "tests/check.h"
#include "verify/openssl_ptr.h"

#include <openssl/ec.h>
#include <openssl/x509.h>

using namespace boltseal;

namespace {

Buffer pkcs8_of(const EvpKey& key) {
    REQUIRE(key);
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>> info(
        EVP_PKEY2PKCS8(key.get()));
    Buffer der(static_cast<std::size_t>(i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr)));
    unsigned char* at = der.data();
    REQUIRE(i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at) > 0);
    return der;
}

Buffer generated(KeyType curve) {
    return to_buffer(generate_ecdsa_key(curve).value()->to_pkcs8().value().bytes());
}

}  // namespace

TEST_CASE("ECDSA keys sign with the hash of their curve and survive PKCS#8", "[ecdsa]") {
    const KeyType curve = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521);
    const auto key = generate_ecdsa_key(curve);
    REQUIRE_OK(key);
    REQUIRE((*key)->public_key().type() == curve);
    const auto der = (*key)->to_pkcs8();
    REQUIRE_OK(der);
    const auto again = parse_ecdsa_pkcs8(der->bytes());
    REQUIRE_OK(again);
    REQUIRE((*again)->public_key() == (*key)->public_key());
    REQUIRE(equal((*again)->to_pkcs8().value().bytes(), der->bytes()));

    const Bytes message = as_bytes("hello world");
    const auto signature = (*again)->sign(message);
    REQUIRE_OK(signature);
    const PublicKey& by = (*key)->public_key();
    REQUIRE_OK(check_signature(by, default_algorithm(by), message, *signature));
    REQUIRE_OK(check_signature_over_digest(
        by, default_algorithm(by), digest_of(message, hash_of(default_algorithm(by))), *signature));
}

TEST_CASE("every generated key is another one", "[ecdsa]") {
    REQUIRE(generated(KeyType::EcdsaP256) != generated(KeyType::EcdsaP256));
}

TEST_CASE("an ECDSA key does not sign with the hash of old clients", "[ecdsa]") {
    const auto key = generate_ecdsa_key(KeyType::EcdsaP384);
    REQUIRE_OK(key);
    const auto signature = (*key)->sign({}, SignatureAlgorithm::EcdsaP384Sha256);
    REQUIRE_FAULT(signature, Fault::Config);
    REQUIRE_REFUSED(signature,
                    "an ECDSA P-384 key signs with one algorithm only, and not this one");
}

TEST_CASE("other types are not made as ECDSA keys", "[ecdsa]") {
    REQUIRE_REFUSED(generate_ecdsa_key(KeyType::Ed25519), "Ed25519 is not an ECDSA curve");
}

TEST_CASE("curves and encodings that are not verified are not loaded", "[ecdsa]") {
    const EvpKey koblitz(EVP_EC_gen("secp256k1"));
    REQUIRE_FAULT(parse_ecdsa_pkcs8(pkcs8_of(koblitz)), Fault::Malformed);
    const EvpKey spelled_out(EVP_EC_gen("P-256"));
    REQUIRE(EVP_PKEY_set_utf8_string_param(spelled_out.get(), "encoding", "explicit") == 1);
    REQUIRE_FAULT(parse_ecdsa_pkcs8(pkcs8_of(spelled_out)), Fault::Malformed);
}

TEST_CASE("a public half that belongs to another key is refused", "[ecdsa]") {
    Buffer der = generated(KeyType::EcdsaP256);
    const Buffer other = generated(KeyType::EcdsaP256);
    REQUIRE(der.size() == 138);  // and it ends with the point: 4, x, y
    std::copy(other.end() - 64, other.end(), der.end() - 64);
    REQUIRE_REFUSED(parse_ecdsa_pkcs8(der),
                    "private and public half of the key do not belong together");
    der.back() ^= 1;  // not even on the curve
    REQUIRE_REFUSED(parse_ecdsa_pkcs8(der), "private key is not a valid ECDSA key");
}
