// Every signature of the Wycheproof files through our key parsers and our one check.
#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/vectors.h"
#include "verify/signature.h"

#include <map>

using namespace boltseal;

namespace {

struct File {
    const char* name;
    SignatureAlgorithm algorithm;
    bool p1363;  // signatures are r || s
    std::size_t valid, invalid, acceptable;
};

// The figures are those of the pinned commit, so that a file of another shape names itself.
const File kFiles[] = {
    {"ecdsa_secp256r1_sha256_test.json", SignatureAlgorithm::EcdsaP256Sha256, false, 174, 310, 0},
    {"ecdsa_secp256r1_sha256_p1363_test.json", SignatureAlgorithm::EcdsaP256Sha256, true, 173, 89,
     0},
    {"ed25519_test.json", SignatureAlgorithm::Ed25519, false, 88, 63, 0},
    {"rsa_signature_2048_sha256_test.json", SignatureAlgorithm::RsaPkcs1Sha256, false, 9, 249, 1},
    {"rsa_pss_2048_sha256_mgf1_32_test.json", SignatureAlgorithm::RsaPssSha256, false, 63, 45, 0},
};

std::string_view text_at(const Json& json, std::string_view name) {
    const auto text = json.string_at(name);
    REQUIRE_OK(text);
    return *text.value();
}

Buffer hex_at(const Json& json, std::string_view name) {
    const auto bytes = parse_hex(text_at(json, name));
    REQUIRE_OK(bytes);
    return bytes.value();
}

PublicKey key_of(const Json& group) {
    const auto key = parse_public_key_der(hex_at(group, "publicKeyDer"));
    REQUIRE_OK(key);
    const auto pem = parse_public_key_pem(as_bytes(text_at(group, "publicKeyPem")));
    REQUIRE_OK(pem);
    REQUIRE(key.value() == pem.value());
    REQUIRE(equal(key.value().spki(), hex_at(group, "publicKeyDer")));
    return key.value();
}

Result<void> check(const File& file, const PublicKey& key, const Json& test) {
    const Buffer message = hex_at(test, "msg");
    Buffer signature = hex_at(test, "sig");
    if (file.p1363) {
        BOLTSEAL_TRY(signature, ecdsa_der_from_p1363(key.type(), signature));
    }
    return check_signature(key, file.algorithm, message, signature);
}

// "acceptable" is one RSA signature whose DigestInfo lacks the NULL of RFC 8017 appendix A.2.4. It
// is a second spelling of what was signed, and we refuse it.
void require_verdict(const File& file, const PublicKey& key, const Json& test) {
    CAPTURE(file.name, test.uint_at("tcId").value(), text_at(test, "comment"));
    const auto verdict = check(file, key, test);
    if (text_at(test, "result") == "valid") {
        REQUIRE_OK(verdict);
    } else {
        REQUIRE_FALSE(verdict.has_value());
        // Only r || s of a wrong length is seen before there is a signature to check.
        if (!file.p1363) REQUIRE(verdict.error().fault() == Fault::Untrusted);
    }
}

}  // namespace

TEST_CASE("every Wycheproof signature gets the published verdict", "[wycheproof][vectors]") {
    const File& file = kFiles[GENERATE(as<std::size_t>{}, 0, 1, 2, 3, 4)];
    const Json json = test::load_vector(test::require_vectors("wycheproof") / file.name);
    std::map<std::string, std::size_t, std::less<>> counts;
    for (const Json& group : *json.array_at("testGroups").value()) {
        const PublicKey key = key_of(group);
        for (const Json& test : *group.array_at("tests").value()) {
            require_verdict(file, key, test);
            ++counts[std::string(text_at(test, "result"))];
        }
    }
    CAPTURE(file.name);
    REQUIRE(counts["valid"] == file.valid);
    REQUIRE(counts["invalid"] == file.invalid);
    REQUIRE(counts["acceptable"] == file.acceptable);
    REQUIRE(json.uint_at("numberOfTests").value() == file.valid + file.invalid + file.acceptable);
}

TEST_CASE("no Wycheproof signature verifies under another algorithm", "[wycheproof][vectors]") {
    const File& file = kFiles[GENERATE(as<std::size_t>{}, 0, 1, 2, 3, 4)];
    const auto other =
        GENERATE(SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384,
                 SignatureAlgorithm::EcdsaP384Sha256, SignatureAlgorithm::EcdsaP521Sha512,
                 SignatureAlgorithm::Ed25519, SignatureAlgorithm::Ed25519ph,
                 SignatureAlgorithm::RsaPkcs1Sha256, SignatureAlgorithm::RsaPssSha256);
    if (other == file.algorithm) return;
    File changed = file;
    changed.algorithm = other;
    const Json json = test::load_vector(test::require_vectors("wycheproof") / file.name);
    std::size_t tried = 0;
    for (const Json& group : *json.array_at("testGroups").value()) {
        const PublicKey key = key_of(group);
        for (const Json& test : *group.array_at("tests").value()) {
            if (text_at(test, "result") != "valid") continue;
            CAPTURE(file.name, static_cast<int>(other));
            REQUIRE_FALSE(check(changed, key, test).has_value());
            ++tried;
        }
    }
    REQUIRE(tried == file.valid);
}
