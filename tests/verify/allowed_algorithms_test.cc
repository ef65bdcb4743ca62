#include "verify/allowed_algorithms.h"

#include "tests/check.h"
#include "tests/support/test_keys.h"

using namespace boltseal;

TEST_CASE("without a word all algorithms that are known count", "[allowed_algorithms]") {
    const AllowedAlgorithms all;
    for (const KeyType type : {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                               KeyType::Ed25519, KeyType::Rsa}) {
        REQUIRE_OK(all.check(test::signer_of(type).public_key()));
    }
    for (const HashAlgorithm hash :
         {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        REQUIRE_OK(all.check(hash));
    }
}

TEST_CASE("only what is named counts", "[allowed_algorithms]") {
    const auto allowed = AllowedAlgorithms::only({"ecdsa-p384", "rsa", "sha384"});
    REQUIRE_OK(allowed);
    REQUIRE_OK(allowed->check(test::signer_of(KeyType::EcdsaP384).public_key()));
    REQUIRE_OK(allowed->check(test::signer_of(KeyType::Rsa).public_key()));
    REQUIRE_REFUSED(allowed->check(test::signer_of(KeyType::Ed25519).public_key()),
                    "Ed25519 key, expected one of ECDSA P-384, RSA, sha384");
    REQUIRE_OK(allowed->check(HashAlgorithm::Sha384));
    REQUIRE_REFUSED(allowed->check(HashAlgorithm::Sha256),
                    "sha256 digest, expected one of ECDSA P-384, RSA, sha384");
    REQUIRE_FAULT(allowed->check(HashAlgorithm::Sha256), Fault::Untrusted);
}

TEST_CASE("names of algorithms are refused for the right reason", "[allowed_algorithms]") {
    REQUIRE_REFUSED(AllowedAlgorithms::only({"rsa", "sha1"}), "unknown algorithm 'sha1'");
    REQUIRE_REFUSED(AllowedAlgorithms::only({"RSA", "sha256"}), "unknown algorithm 'RSA'");
    REQUIRE_REFUSED(AllowedAlgorithms::only({"rsa"}), "no hash is left");
    REQUIRE_REFUSED(AllowedAlgorithms::only({"sha256"}), "no kind of key is left");
    REQUIRE_FAULT(AllowedAlgorithms::only({}), Fault::Config);
}

TEST_CASE("FIPS 186-5 approves no RSA exponent of 16 bits or less", "[allowed_algorithms]") {
    const AllowedAlgorithms fips = AllowedAlgorithms::fips();
    for (const KeyType type : {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                               KeyType::Ed25519, KeyType::Rsa}) {
        REQUIRE_OK(fips.check(test::signer_of(type).public_key()));
    }
    const auto rsa = [](std::uint64_t exponent) {
        return parse_public_key_der(test::rsa_spki(2048, exponent)).value();
    };
    REQUIRE_OK(fips.check(rsa(65537)));
    REQUIRE_REFUSED(fips.check(rsa(65535)), "RSA key whose exponent FIPS 186-5 does not approve");
    REQUIRE_REFUSED(fips.check(rsa(3)), "RSA key whose exponent FIPS 186-5 does not approve");
    REQUIRE_OK(AllowedAlgorithms().check(rsa(3)));
}
