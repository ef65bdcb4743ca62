#include "verify/signature.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"

#include <stdexcept>

using namespace boltseal;
using enum SignatureAlgorithm;

namespace {

struct Scheme {
    SignatureAlgorithm algorithm;
    KeyType key;
    HashAlgorithm hash;  // of no meaning for Ed25519
    const char* details;
    const char* refusal;
};

const char* const kEcdsa = "ECDSA signature does not verify";
const char* const kEddsa = "Ed25519 signature does not verify";
const char* const kRsa = "RSA signature does not verify";

// PublicKeyDetails and their numbers: reference of sigstore_common.proto in verify/signature.cc.
const Scheme kSchemes[] = {
    {EcdsaP256Sha256, KeyType::EcdsaP256, HashAlgorithm::Sha256, "PKIX_ECDSA_P256_SHA_256", kEcdsa},
    {EcdsaP384Sha384, KeyType::EcdsaP384, HashAlgorithm::Sha384, "PKIX_ECDSA_P384_SHA_384", kEcdsa},
    {EcdsaP521Sha512, KeyType::EcdsaP521, HashAlgorithm::Sha512, "PKIX_ECDSA_P521_SHA_512", kEcdsa},
    {EcdsaP384Sha256, KeyType::EcdsaP384, HashAlgorithm::Sha256, "PKIX_ECDSA_P384_SHA_256", kEcdsa},
    {EcdsaP521Sha256, KeyType::EcdsaP521, HashAlgorithm::Sha256, "PKIX_ECDSA_P521_SHA_256", kEcdsa},
    {SignatureAlgorithm::Ed25519, KeyType::Ed25519, HashAlgorithm::Sha512, "PKIX_ED25519", kEddsa},
    {Ed25519ph, KeyType::Ed25519, HashAlgorithm::Sha512, "PKIX_ED25519_PH", kEddsa},
    {RsaPkcs1Sha256, KeyType::Rsa, HashAlgorithm::Sha256, "PKIX_RSA_PKCS1V15_2048_SHA256", kRsa},
    {RsaPssSha256, KeyType::Rsa, HashAlgorithm::Sha256, "PKIX_RSA_PSS_2048_SHA256", kRsa},
};

const Scheme& any_scheme() {
    return kSchemes[GENERATE(0, 1, 2, 3, 4, 5, 6, 7, 8)];
}

const Buffer kMessage = to_buffer("hello world");

}  // namespace

TEST_CASE("a signature holds for its message and key, and for nothing else", "[signature]") {
    const Scheme& scheme = any_scheme();
    CAPTURE(scheme.details);
    Signer& signer = test::signer_of(scheme.key);
    const PublicKey& key = signer.public_key();
    const Buffer signature = signer.sign(kMessage, scheme.algorithm).value();
    REQUIRE_OK(check_signature(key, scheme.algorithm, kMessage, signature));

    const auto check = [&](Bytes message, Bytes by) {
        return check_signature(key, scheme.algorithm, message, by);
    };
    const auto other = check(to_buffer("hello worle"), signature);
    REQUIRE_REFUSED(other, scheme.refusal);
    REQUIRE_FAULT(other, Fault::Untrusted);
    REQUIRE_REFUSED(check({}, signature), scheme.refusal);
    REQUIRE_REFUSED(check(kMessage, {}), scheme.refusal);
    REQUIRE_REFUSED(check(kMessage, Bytes(signature).first(signature.size() - 1)), scheme.refusal);
    Buffer changed = signature;
    changed.push_back(0);
    REQUIRE_REFUSED(check(kMessage, changed), scheme.refusal);
    for (std::size_t i = 0; i < signature.size(); i += 7) {
        changed = signature;
        changed[i] ^= 0x01;
        CAPTURE(i);
        REQUIRE_REFUSED(check(kMessage, changed), scheme.refusal);
    }
}

TEST_CASE("a signature by another key of the same type is refused", "[signature]") {
    const Scheme& scheme = kSchemes[GENERATE(0, 1, 2, 5, 6)];
    CAPTURE(scheme.details);
    const auto other = test::new_signer(scheme.key);
    const Buffer signature = other->sign(kMessage, scheme.algorithm).value();
    REQUIRE_REFUSED(check_signature(test::signer_of(scheme.key).public_key(), scheme.algorithm,
                                    kMessage, signature),
                    scheme.refusal);
}

TEST_CASE("a signature can be checked over the digest alone, but for plain Ed25519",
          "[signature]") {
    const Scheme& scheme = any_scheme();
    CAPTURE(scheme.details);
    Signer& signer = test::signer_of(scheme.key);
    const Buffer signature = signer.sign(kMessage, scheme.algorithm).value();
    const auto check = [&](const BlobDigest& digest) {
        return check_signature_over_digest(signer.public_key(), scheme.algorithm, digest,
                                           signature);
    };
    if (scheme.algorithm == SignatureAlgorithm::Ed25519) {
        REQUIRE_REFUSED(check(digest_of(kMessage, HashAlgorithm::Sha512)),
                        "a plain Ed25519 signature needs the message, not its digest");
        return;
    }
    REQUIRE_OK(check(digest_of(kMessage, scheme.hash)));
    REQUIRE_REFUSED(check(digest_of({}, scheme.hash)), scheme.refusal);
    for (const auto hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        if (hash == scheme.hash) continue;
        REQUIRE_REFUSED(check(digest_of(kMessage, hash)),
                        "signature is over another kind of digest");
    }
}

TEST_CASE("an algorithm of another key type is refused before any arithmetic", "[signature]") {
    const Scheme& scheme = any_scheme();
    const KeyType type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                                  KeyType::Ed25519, KeyType::Rsa);
    if (type == scheme.key) return;
    CAPTURE(scheme.details, to_string(type));
    const PublicKey& key = test::signer_of(type).public_key();
    const Buffer signature = test::signer_of(scheme.key).sign(kMessage, scheme.algorithm).value();
    REQUIRE_REFUSED(check_signature(key, scheme.algorithm, kMessage, signature),
                    "signature algorithm does not fit the key");
    REQUIRE_REFUSED(check_signature_over_digest(key, scheme.algorithm,
                                                digest_of(kMessage, scheme.hash), signature),
                    "signature algorithm does not fit the key");
    REQUIRE_REFUSED(key_details(key, scheme.algorithm),
                    "key and signature algorithm have no common name");
}

TEST_CASE("nothing is signed by a key that is no point of its curve", "[signature]") {
    const KeyType type =
        GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521, KeyType::Ed25519);
    const Signer& signer = test::signer_of(type);
    Buffer spki = to_buffer(signer.public_key().spki());
    std::fill(spki.end() - 32, spki.end(), std::uint8_t{0});
    const PublicKey key = parse_public_key_later(spki).value();
    const SignatureAlgorithm algorithm = default_algorithm(key);
    const std::string why = "key is no point of its curve";
    REQUIRE_REFUSED(check_signature(key, algorithm, kMessage, Buffer(64)), why);
    const SignatureAlgorithm over_digest = type == KeyType::Ed25519 ? Ed25519ph : algorithm;
    const BlobDigest digest = digest_of(kMessage, hash_of(over_digest));
    REQUIRE_REFUSED(check_signature_over_digest(key, over_digest, digest, Buffer(64)), why);
}

TEST_CASE("schemes of one key do not stand in for one another", "[signature]") {
    Signer& ed = test::signer_of(KeyType::Ed25519);
    const Buffer pure = ed.sign(kMessage, SignatureAlgorithm::Ed25519).value();
    const Buffer prehashed = ed.sign(kMessage, Ed25519ph).value();
    REQUIRE_REFUSED(check_signature(ed.public_key(), Ed25519ph, kMessage, pure), kEddsa);
    REQUIRE_REFUSED(
        check_signature(ed.public_key(), SignatureAlgorithm::Ed25519, kMessage, prehashed), kEddsa);
    // Without the domain separation, ph would be the pure signature of the digest.
    const Buffer over_digest =
        ed.sign(digest_of(kMessage, HashAlgorithm::Sha512).bytes(), SignatureAlgorithm::Ed25519)
            .value();
    REQUIRE_REFUSED(check_signature(ed.public_key(), Ed25519ph, kMessage, over_digest), kEddsa);

    Signer& rsa = test::signer_of(KeyType::Rsa);
    const Buffer pkcs1 = rsa.sign(kMessage, RsaPkcs1Sha256).value();
    const Buffer pss = rsa.sign(kMessage, RsaPssSha256).value();
    REQUIRE_REFUSED(check_signature(rsa.public_key(), RsaPssSha256, kMessage, pkcs1), kRsa);
    REQUIRE_REFUSED(check_signature(rsa.public_key(), RsaPkcs1Sha256, kMessage, pss), kRsa);

    Signer& p384 = test::signer_of(KeyType::EcdsaP384);
    const Buffer sha256 = p384.sign(kMessage, EcdsaP384Sha256).value();
    REQUIRE_REFUSED(check_signature(p384.public_key(), EcdsaP384Sha384, kMessage, sha256), kEcdsa);
}

TEST_CASE("PSS salts have the size of the hash", "[signature]") {
    const auto check = [](const test::PssSignature& by) {
        return check_signature(by.key, RsaPssSha256, kMessage, by.signature);
    };
    REQUIRE_OK(check(test::pss_signature(kMessage, 32)));
    for (const int salt : {0, 20, 31, 33, 64}) {
        CAPTURE(salt);
        REQUIRE_REFUSED(check(test::pss_signature(kMessage, salt)), kRsa);
    }
}

TEST_CASE("every key type has the algorithm that clients use with it", "[signature]") {
    const auto algorithm = [](KeyType type) {
        return default_algorithm(test::signer_of(type).public_key());
    };
    REQUIRE(algorithm(KeyType::EcdsaP256) == EcdsaP256Sha256);
    REQUIRE(algorithm(KeyType::EcdsaP384) == EcdsaP384Sha384);
    REQUIRE(algorithm(KeyType::EcdsaP521) == EcdsaP521Sha512);
    REQUIRE(algorithm(KeyType::Ed25519) == SignatureAlgorithm::Ed25519);
    REQUIRE(algorithm(KeyType::Rsa) == RsaPkcs1Sha256);
}

TEST_CASE("only the larger curves may be signed with in two ways", "[signature]") {
    const auto accepted = [](KeyType type) {
        return accepted_algorithms(test::signer_of(type).public_key());
    };
    using Algorithms = std::vector<SignatureAlgorithm>;
    REQUIRE(accepted(KeyType::EcdsaP256) == Algorithms{EcdsaP256Sha256});
    REQUIRE(accepted(KeyType::EcdsaP384) == Algorithms{EcdsaP384Sha384, EcdsaP384Sha256});
    REQUIRE(accepted(KeyType::EcdsaP521) == Algorithms{EcdsaP521Sha512, EcdsaP521Sha256});
    REQUIRE(accepted(KeyType::Ed25519) == Algorithms{SignatureAlgorithm::Ed25519});
    REQUIRE(accepted(KeyType::Rsa) == Algorithms{RsaPkcs1Sha256});
}

TEST_CASE("algorithms have the hash and the name that Sigstore gives them", "[signature]") {
    const Scheme& scheme = any_scheme();
    CAPTURE(scheme.details);
    const PublicKey& key = test::signer_of(scheme.key).public_key();
    const auto name = key_details(key, scheme.algorithm);
    REQUIRE_OK(name);
    REQUIRE(*name == scheme.details);
    const auto back = parse_key_details(*name, key);
    REQUIRE_OK(back);
    REQUIRE(*back == scheme.algorithm);
    if (scheme.algorithm == SignatureAlgorithm::Ed25519) {
        REQUIRE_THROWS_AS(hash_of(scheme.algorithm), std::logic_error);
    } else {
        REQUIRE(hash_of(scheme.algorithm) == scheme.hash);
    }
}

TEST_CASE("RSA keys have a name only in three sizes", "[signature]") {
    struct Row {
        std::size_t bits;
        const char* pkcs1;
        const char* pss;
    };
    const auto row = GENERATE(
        values<Row>({{3072, "PKIX_RSA_PKCS1V15_3072_SHA256", "PKIX_RSA_PSS_3072_SHA256"},
                     {4096, "PKIX_RSA_PKCS1V15_4096_SHA256", "PKIX_RSA_PSS_4096_SHA256"}}));
    const PublicKey key = parse_public_key_der(test::rsa_spki(row.bits, 65537)).value();
    REQUIRE(key_details(key, RsaPkcs1Sha256).value() == row.pkcs1);
    REQUIRE(key_details(key, RsaPssSha256).value() == row.pss);
    REQUIRE(parse_key_details(row.pss, key).value() == RsaPssSha256);
    const PublicKey odd = parse_public_key_der(test::rsa_spki(2056, 65537)).value();
    REQUIRE_REFUSED(key_details(odd, RsaPkcs1Sha256),
                    "key and signature algorithm have no common name");
}

TEST_CASE("a name that does not fit the key is refused", "[signature]") {
    const PublicKey& p256 = test::signer_of(KeyType::EcdsaP256).public_key();
    const PublicKey& rsa = test::signer_of(KeyType::Rsa).public_key();
    struct Row {
        const PublicKey& key;
        std::string name;
        bool known;
    };
    const auto row = GENERATE_REF(values<Row>({{p256, "PKIX_ECDSA_P384_SHA_384", true},
                                               {p256, "PKIX_ED25519_PH", true},
                                               {rsa, "PKIX_RSA_PKCS1V15_4096_SHA256", true},
                                               {rsa, "PKIX_RSA_PSS_3072_SHA256", true},
                                               {rsa, "PKCS1_RSA_PKCS1V5", false},
                                               {p256, "PKIX_ECDSA_P256_SHA_256 ", false},
                                               {p256, "pkix_ecdsa_p256_sha_256", false},
                                               {p256, "", false},
                                               {p256, "ML_DSA_65", false}}));
    CAPTURE(row.name);
    const auto parsed = parse_key_details(row.name, row.key);
    REQUIRE_FAULT(parsed, Fault::Malformed);
    REQUIRE_REFUSED(parsed, row.known ? "key details '" + row.name + "' do not fit the key"
                                      : "unknown key details '" + row.name + "'");
}

TEST_CASE("hash names print back, and others are refused", "[signature]") {
    for (const auto hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        REQUIRE(parse_sigstore_hash(sigstore_name(hash)).value() == hash);
    }
    REQUIRE(sigstore_name(HashAlgorithm::Sha256) == "SHA2_256");
    REQUIRE(sigstore_name(HashAlgorithm::Sha384) == "SHA2_384");
    REQUIRE(sigstore_name(HashAlgorithm::Sha512) == "SHA2_512");
    for (const std::string name : {"SHA1", "SHA2_224", "SHA3_256", "sha256", "SHA2_256 ", ""}) {
        REQUIRE_REFUSED(parse_sigstore_hash(name), "unknown hash algorithm '" + name + "'");
    }
}

TEST_CASE("r || s becomes the DER that verifies", "[signature]") {
    const KeyType curve = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521);
    const std::size_t half = curve == KeyType::EcdsaP256   ? 32
                             : curve == KeyType::EcdsaP384 ? 48
                                                           : 66;
    Buffer one_and_two(2 * half);
    one_and_two[half - 1] = 1;
    one_and_two[2 * half - 1] = 2;
    const auto der = ecdsa_der_from_p1363(curve, one_and_two);
    REQUIRE_OK(der);
    REQUIRE(to_hex(*der) == "3006020101020102");
    for (const std::size_t size : {std::size_t{0}, half, 2 * half - 1, 2 * half + 1}) {
        REQUIRE_REFUSED(ecdsa_der_from_p1363(curve, Buffer(size)),
                        "ECDSA signature has a wrong length");
    }
}

TEST_CASE("only ECDSA signatures are written as r || s", "[signature]") {
    const KeyType type = GENERATE(KeyType::Ed25519, KeyType::Rsa);
    REQUIRE_REFUSED(ecdsa_der_from_p1363(type, Buffer(64)), "not an elliptic curve of ECDSA");
    REQUIRE_REFUSED(ecdsa_der_from_p1363(type, {}), "not an elliptic curve of ECDSA");
}
