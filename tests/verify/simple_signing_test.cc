#include "verify/simple_signing.h"

#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;

namespace {

constexpr Timestamp kNow{1'750'000'000};
const BlobDigest kImage = digest_of(as_bytes("manifest"));

std::string payload_about(const std::string& digest) {
    return R"({"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":")" +
           digest + R"("},"type":"cosign container image signature"},"optional":null})";
}

Policy policy_for(const PublicKey& key) {
    Policy policy;
    policy.keys = {key};
    policy.log_threshold = 0;
    return policy;
}

// Signed as it stands, with everything else right.
Result<Verified> verify(const std::string& payload, KeyType type = KeyType::EcdsaP256) {
    Signer& signer = test::signer_of(type);
    return verify_simple_signing(as_bytes(payload), signer.sign(as_bytes(payload)).value(), kImage,
                                 policy_for(signer.public_key()), kNow);
}

}  // namespace

TEST_CASE("a signed payload about the image verifies with keys of every type", "[simple_signing]") {
    const KeyType type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                                  KeyType::Ed25519, KeyType::Rsa);
    CAPTURE(to_string(type));
    const auto verified = verify(payload_about(to_string(kImage)), type);
    REQUIRE_OK(verified);
    REQUIRE(verified->key == test::signer_of(type).public_key());
    REQUIRE(verified->artifact == kImage);
    REQUIRE_FALSE(verified->statement);
    REQUIRE(verified->checkpoints.empty());
    REQUIRE(verified->checks.size() == 2);
}

TEST_CASE("what cosign signed with SHA-256 and a larger curve verifies", "[simple_signing]") {
    const auto [type, algorithm] = GENERATE(table<KeyType, SignatureAlgorithm>(
        {{KeyType::EcdsaP384, SignatureAlgorithm::EcdsaP384Sha256},
         {KeyType::EcdsaP521, SignatureAlgorithm::EcdsaP521Sha256}}));
    Signer& signer = test::signer_of(type);
    const std::string payload = payload_about(to_string(kImage));
    REQUIRE_OK(verify_simple_signing(as_bytes(payload),
                                     signer.sign(as_bytes(payload), algorithm).value(), kImage,
                                     policy_for(signer.public_key()), kNow));
}

TEST_CASE("any one key of the policy will do, and it is the one that is named",
          "[simple_signing]") {
    const std::string payload = payload_about(to_string(kImage));
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    Policy policy = policy_for(test::new_signer(KeyType::EcdsaP256)->public_key());
    policy.keys.push_back(signer.public_key());
    const auto verified = verify_simple_signing(
        as_bytes(payload), signer.sign(as_bytes(payload)).value(), kImage, policy, kNow);
    REQUIRE_OK(verified);
    REQUIRE(verified->key == signer.public_key());
}

TEST_CASE("a policy that asks for a log is not met", "[simple_signing]") {
    const std::string payload = payload_about(to_string(kImage));
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    Policy policy = policy_for(signer.public_key());
    policy.root.logs = {test::SmallLog().key()};
    policy.log_threshold = 1;
    const auto verified = verify_simple_signing(
        as_bytes(payload), signer.sign(as_bytes(payload)).value(), kImage, policy, kNow);
    REQUIRE_REFUSED(verified,
                    "simple signing: the policy asks for a log entry, and this old format proves "
                    "none");
    REQUIRE_FAULT(verified, Fault::Untrusted);
}

TEST_CASE("an expired policy and one without keys decide nothing", "[simple_signing]") {
    Policy policy = policy_for(test::signer_of(KeyType::EcdsaP256).public_key());
    policy.expires = Timestamp{kNow.seconds - 1};
    REQUIRE_FAULT(verify_simple_signing({}, {}, kImage, policy, kNow), Fault::Config);
    policy.keys.clear();
    REQUIRE_REFUSED(verify_simple_signing({}, {}, kImage, policy, kNow),
                    "policy names nobody who may sign");
}

TEST_CASE("the signature is over exactly these bytes, by a key of the policy", "[simple_signing]") {
    const std::string payload = payload_about(to_string(kImage));
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    const Buffer good = signer.sign(as_bytes(payload)).value();
    const auto verify_with = [&](const std::string& text, Bytes signature, const PublicKey& key) {
        return verify_simple_signing(as_bytes(text), signature, kImage, policy_for(key), kNow);
    };
    const std::string why = "simple signing: signature is by no key of the policy";
    REQUIRE_OK(verify_with(payload, good, signer.public_key()));
    REQUIRE_REFUSED(verify_with(payload + " ", good, signer.public_key()), why);
    REQUIRE_REFUSED(verify_with(payload, {}, signer.public_key()), why);
    REQUIRE_REFUSED(verify_with(payload, good, test::new_signer(KeyType::EcdsaP256)->public_key()),
                    why);
    Buffer changed = good;
    changed.back() ^= 1;
    REQUIRE_REFUSED(verify_with(payload, changed, signer.public_key()), why);
    REQUIRE_FAULT(verify_with(payload, changed, signer.public_key()), Fault::Untrusted);
}

TEST_CASE("payloads that do not say what they must are refused, though signed",
          "[simple_signing]") {
    const std::string good = payload_about(to_string(kImage));
    const BlobDigest other = digest_of({});
    struct Row {
        std::string why;
        std::string payload;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"signature is about " + to_string(other) + ", expected " + to_string(kImage),
         payload_about(to_string(other))},
        {"signature is about " + to_string(digest_of(as_bytes("manifest"), HashAlgorithm::Sha512)) +
             ", expected " + to_string(kImage),
         payload_about(to_string(digest_of(as_bytes("manifest"), HashAlgorithm::Sha512)))},
        {"'critical' is missing", "{}"},
        {"'critical' is missing", test::without(good, "critical")},
        {"'type' is missing", test::without(good, "critical.type")},
        {"unknown type 'atomic container signature'",
         test::edit(good, "critical.type", "atomic container signature")},
        {"'image' is missing", test::without(good, "critical.image")},
        {"'image' is not an object", test::edit(good, "critical.image", Json())},
        {"'docker-manifest-digest' is missing", test::edit(good, "critical.image", Json::Object{})},
        {"not valid JSON: key appears twice",
         test::replaced(good, R"("optional":null)", R"("optional":null,"optional":1)")},
    }));
    CAPTURE(row.payload);
    const auto verified = verify(row.payload);
    REQUIRE_REFUSED(verified, "simple signing: " + row.why);
    REQUIRE_FAULT(verified, Fault::Untrusted);
}

TEST_CASE("a digest in another spelling is no digest", "[simple_signing]") {
    std::string upper = to_string(kImage);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    for (const std::string& digest : {kImage.hex(), upper, to_string(kImage) + " "}) {
        CAPTURE(digest);
        REQUIRE_FAULT(verify(payload_about(digest)), Fault::Untrusted);
    }
}
