#include "sign/ed25519_key.h"

#include "core/encoding.h"
#include "tests/check.h"

using namespace boltseal;

namespace {

Buffer hex(std::string_view text) {
    return parse_hex(text).value();
}

struct Row {
    const char* name;
    SignatureAlgorithm algorithm;
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

}  // namespace

TEST_CASE("signatures are those of RFC 8032 sections 7.1 and 7.3", "[ed25519]") {
    const auto row = GENERATE(values<Row>({
        {"TEST 1", SignatureAlgorithm::Ed25519,
         "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"TEST 2", SignatureAlgorithm::Ed25519,
         "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"TEST 3", SignatureAlgorithm::Ed25519,
         "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "84dc6594a7c15e9716ed28dc027beceea1ec40a"},
        {"TEST abc", SignatureAlgorithm::Ed25519ph,
         "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
         "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", "616263",
         "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d06"
         "2adf5aaa10b8c61e636062aaad11c2a26083406"},
    }));
    CAPTURE(row.name);
    const auto key = ed25519_key_from_seed(hex(row.seed));
    REQUIRE_OK(key);
    REQUIRE(to_hex((*key)->public_key().ed25519()) == row.public_key);
    const auto signature = (*key)->sign(hex(row.message), row.algorithm);
    REQUIRE_OK(signature);
    REQUIRE(to_hex(*signature) == row.signature);
    REQUIRE_OK(check_signature((*key)->public_key(), row.algorithm, hex(row.message), *signature));
}

TEST_CASE("Ed25519 keys are written as in RFC 8410 section 10.3", "[ed25519]") {
    const Buffer der =
        parse_base64("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").value();
    const auto key = parse_ed25519_pkcs8(der);
    REQUIRE_OK(key);
    REQUIRE(to_base64((*key)->public_key().spki()) ==
            "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
    REQUIRE(equal((*key)->to_pkcs8().value().bytes(), der));

    const char* why = "Ed25519 private key is not in the form of RFC 8410";
    Buffer other = der;
    other.push_back(0);
    REQUIRE_REFUSED(parse_ed25519_pkcs8(other), why);
    REQUIRE_REFUSED(parse_ed25519_pkcs8(Bytes(der).first(47)), why);
    other = der;
    other[11] = 0x6f;  // X448
    REQUIRE_REFUSED(parse_ed25519_pkcs8(other), why);
}

TEST_CASE("an Ed25519 key is made of 32 bytes", "[ed25519]") {
    const Buffer seed(33);
    const char* why = "an Ed25519 private key has 32 bytes";
    REQUIRE_REFUSED(ed25519_key_from_seed(Bytes(seed).first(31)), why);
    REQUIRE_REFUSED(ed25519_key_from_seed(seed), why);
}

TEST_CASE("Ed25519 and Ed25519ph signatures do not stand in for one another", "[ed25519]") {
    const auto key = generate_ed25519_key();
    REQUIRE_OK(key);
    const PublicKey& by = (*key)->public_key();
    const Bytes message = as_bytes("hello world");
    const Buffer plain = (*key)->sign(message).value();
    const Buffer hashed = (*key)->sign(message, SignatureAlgorithm::Ed25519ph).value();
    REQUIRE_OK(check_signature(by, SignatureAlgorithm::Ed25519, message, plain));
    REQUIRE_OK(check_signature(by, SignatureAlgorithm::Ed25519ph, message, hashed));
    const char* why = "Ed25519 signature does not verify";
    REQUIRE_REFUSED(check_signature(by, SignatureAlgorithm::Ed25519, message, hashed), why);
    REQUIRE_REFUSED(check_signature(by, SignatureAlgorithm::Ed25519ph, message, plain), why);
}

TEST_CASE("an Ed25519 key signs with no other algorithm", "[ed25519]") {
    const auto key = generate_ed25519_key();
    REQUIRE_OK(key);
    const auto signature = (*key)->sign({}, SignatureAlgorithm::EcdsaP256Sha256);
    REQUIRE_FAULT(signature, Fault::Config);
    REQUIRE_REFUSED(signature, "an Ed25519 key signs with Ed25519 and Ed25519ph only");
}
