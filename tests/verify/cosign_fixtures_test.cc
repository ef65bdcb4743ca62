// What cosign 3.1.1 signed, and the same with one thing changed. Read in place: vectors/cosign.
#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"
#include "tests/support/vectors.h"
#include "verify/simple_signing.h"
#include "verify/verify_bundle.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

constexpr Timestamp kNow{1'795'449'600};  // the day after the fixtures were made
constexpr std::string_view kSbomType = "https://cyclonedx.org/bom";
// That of cosign.pub, as cosign writes it into its bundles.
const std::string kHint = "M2Ekr3UeNltyI0wX7UaP0MUxtfJ2ZSLpl+F0UHkxo3Q=";
const std::string kBySigner = "signature by ECDSA P-256 key " + kHint + ": ";
const std::string kNotBySigner = kBySigner + "ECDSA signature does not verify";

struct Fixtures {
    std::filesystem::path folder = test::require_vectors("cosign");
    Policy policy;

    Fixtures() {
        policy.keys = {parse_public_key_pem(read("cosign.pub")).value()};
        policy.log_threshold = 0;
        policy.predicate_type = kSignPredicateType;
    }

    Buffer read(const std::filesystem::path& name) const {
        const auto bytes = read_file(folder / name, 1 << 20);
        REQUIRE_OK(bytes);
        return *bytes;
    }
    Buffer blob(const BlobDigest& digest) const {
        Buffer bytes = read(std::filesystem::path("layout/blobs/sha256") / digest.hex());
        REQUIRE(digest_of(bytes) == digest);
        return bytes;
    }
    Json json_blob(const BlobDigest& digest) const {
        return parse_json(Bytes(blob(digest))).value();
    }
    // The manifest under a tag of the layout.
    BlobDigest tagged(const std::string& tag) const {
        const Json index = parse_json(Bytes(read("layout/index.json"))).value();
        for (const Json& manifest : *index.array_at("manifests").value()) {
            const Json* names = manifest.find("annotations");
            const Json* name = names ? names->find("org.opencontainers.image.ref.name") : nullptr;
            if (name && *name->as_string() == tag) return digest_at(manifest);
        }
        FAIL("no tag " << tag);
        return {};
    }
    static BlobDigest digest_at(const Json& descriptor) {
        return parse_digest(*descriptor.string_at("digest").value()).value();
    }
    // The one bundle among the referrers of a manifest.
    std::string bundle_of(const BlobDigest& manifest) const {
        const Json referrers = json_blob(tagged("sha256-" + manifest.hex()));
        const auto& listed = *referrers.array_at("manifests").value();
        REQUIRE(listed.size() == 1);
        const Json referrer = json_blob(digest_at(listed[0]));
        const auto& layers = *referrer.array_at("layers").value();
        REQUIRE(layers.size() == 1);
        return std::string(as_text(blob(digest_at(layers[0]))));
    }

    Result<Verified> verify(const std::string& bundle, const BlobDigest& digest) const {
        return verify_bundle(as_bytes(bundle), {digest, std::nullopt}, policy, kNow);
    }
};

}  // namespace

TEST_CASE("cosign's signature on an image index verifies", "[cosign_fixtures][vectors]") {
    const Fixtures fixtures;
    const BlobDigest image = fixtures.tagged("multi");
    const auto verified = fixtures.verify(fixtures.bundle_of(image), image);
    REQUIRE_OK(verified);
    REQUIRE(verified->key == fixtures.policy.keys[0].key);
    REQUIRE(key_hint(verified->key) == kHint);
    REQUIRE(verified->artifact == image);
    REQUIRE(verified->statement->predicate_type == kSignPredicateType);
    REQUIRE(verified->checkpoints.empty());
}

TEST_CASE("cosign's SBOM attestation verifies, and is the SBOM", "[cosign_fixtures][vectors]") {
    Fixtures fixtures;
    const BlobDigest image = fixtures.tagged("amd64");
    fixtures.policy.predicate_type = kSbomType;
    const auto verified = fixtures.verify(fixtures.bundle_of(image), image);
    REQUIRE_OK(verified);
    const Json sbom = parse_json(Bytes(fixtures.read("sbom.cdx.json"))).value();
    REQUIRE(to_canonical_json(verified->statement->predicate) == to_canonical_json(sbom));

    fixtures.policy.predicate_type = kSignPredicateType;  // an attestation is no signature
    REQUIRE_REFUSED(fixtures.verify(fixtures.bundle_of(image), image),
                    "predicate type is 'https://cyclonedx.org/bom', expected "
                    "'https://sigstore.dev/cosign/sign/v1'");
}

TEST_CASE("cosign's older signature tag verifies", "[cosign_fixtures][vectors]") {
    Fixtures fixtures;
    const BlobDigest image = fixtures.tagged("amd64");
    const Json manifest = fixtures.json_blob(fixtures.tagged("sha256-" + image.hex() + ".sig"));
    const Json& layer = manifest.array_at("layers").value()->at(0);
    REQUIRE(*layer.string_at("mediaType").value() == kSimpleSigningMediaType);
    const Buffer payload = fixtures.blob(Fixtures::digest_at(layer));
    const Buffer signature = parse_base64(*layer.object_at("annotations")
                                               .value()
                                               ->string_at("dev.cosignproject.cosign/signature")
                                               .value())
                                 .value();
    const auto verify = [&](const BlobDigest& digest) {
        return verify_simple_signing(payload, signature, digest, fixtures.policy, kNow);
    };
    REQUIRE_OK(verify(image));
    const BlobDigest other = fixtures.tagged("arm64");
    REQUIRE_REFUSED(verify(other), "simple signing: signature is about " + to_string(image) +
                                       ", expected " + to_string(other));
    fixtures.policy.keys = {test::signer_of(KeyType::EcdsaP256).public_key()};
    REQUIRE_REFUSED(verify(image), "simple signing: signature is by no key of the policy");
}

TEST_CASE("cosign's signature on a file verifies with the file or its digest",
          "[cosign_fixtures][vectors]") {
    Fixtures fixtures;
    fixtures.policy.predicate_type.clear();
    const Buffer file = fixtures.read("sbom.cdx.json");
    const Buffer bundle = fixtures.read("sbom.cdx.json.sigstore.json");
    const Artifact artifact{digest_of(file), Bytes(file)};
    const auto verified = verify_bundle(bundle, artifact, fixtures.policy, kNow);
    REQUIRE_OK(verified);
    REQUIRE_FALSE(verified->statement);
    REQUIRE_OK(verify_bundle(bundle, {artifact.digest, std::nullopt}, fixtures.policy, kNow));
    const Buffer other = to_buffer("something else");
    REQUIRE_REFUSED(verify_bundle(bundle, {digest_of(other), Bytes(other)}, fixtures.policy, kNow),
                    "the bundle is about " + to_string(artifact.digest) + ", expected " +
                        to_string(digest_of(other)));
    fixtures.policy.predicate_type = kSignPredicateType;
    REQUIRE_REFUSED(verify_bundle(bundle, artifact, fixtures.policy, kNow),
                    "this is a signature over a file, expected a statement of type "
                    "'https://sigstore.dev/cosign/sign/v1'");
}

TEST_CASE("cosign's image signature with one thing changed is refused for that",
          "[cosign_fixtures][vectors]") {
    const Fixtures fixtures;
    const BlobDigest image = fixtures.tagged("multi");
    const std::string good = fixtures.bundle_of(image);
    const auto member = [&](const char* path) { return *test::member_at(good, path).as_string(); };
    const std::string payload =
        std::string(as_text(parse_base64(member("dsseEnvelope.payload")).value()));
    const auto with_payload = [&](std::string_view from, std::string_view to) {
        return edit(good, "dsseEnvelope.payload",
                    to_base64(as_bytes(test::replaced(payload, from, to))));
    };
    Buffer flipped = parse_base64(member("dsseEnvelope.signatures.0.sig")).value();
    flipped.back() ^= 1;
    const Json signature = test::member_at(good, "dsseEnvelope.signatures.0");
    const std::string sbom = std::string(as_text(fixtures.read("sbom.cdx.json.sigstore.json")));
    const std::string cut = good.substr(0, good.size() / 2);
    struct Row {
        std::string why;
        std::string bundle;
    };
    const std::vector<Row> rows = {
        {kNotBySigner, edit(good, "dsseEnvelope.signatures.0.sig", to_base64(flipped))},
        {kNotBySigner, edit(good, "dsseEnvelope.signatures.0.sig", "")},
        {kNotBySigner, with_payload("cosign/sign/v1", "cosign/sign/v2")},
        {kNotBySigner, with_payload(image.hex(), fixtures.tagged("arm64").hex())},
        {kNotBySigner, with_payload("\"predicate\":{}", "\"predicate\": {}")},
        {kNotBySigner, edit(good, "dsseEnvelope.payloadType", "application/json")},
        {"envelope and bundle name different keys",
         edit(good, "dsseEnvelope.signatures.0.keyid", "another")},
        {"bundle: has both a message signature and an envelope",
         edit(good, "messageSignature", test::member_at(sbom, "messageSignature"))},
        {"'dsseEnvelope.payload_type' is spelled in snake_case, expected 'payloadType'",
         edit(good, "dsseEnvelope.payload_type", "x")},
        {"'dsseEnvelope.signatures' has 2 signatures, expected one",
         edit(good, "dsseEnvelope.signatures", Json::array({signature, signature}))},
        {"bundle: not valid JSON: key appears twice",
         test::replaced(good, "\"payloadType\":", "\"payloadType\":\"x\",\"payloadType\":")},
        {"bundle: media type 'application/vnd.dev.sigstore.bundle.v0.4+json' is not read",
         edit(good, "mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json")},
        {"not a certificate",
         edit(without(good, "verificationMaterial.publicKey"), "verificationMaterial.certificate",
              Json::object({{"rawBytes", to_base64(fixtures.policy.keys[0].key.spki())}}))},
        {"'dsseEnvelope.signatures[0].sig': base64 has a character outside its alphabet",
         edit(good, "dsseEnvelope.signatures.0.sig", "MEYC\nIQC")},
        {"bundle: not valid JSON: syntax error at byte " + std::to_string(cut.size() + 1), cut},
    };
    REQUIRE_OK(fixtures.verify(good, image));
    for (const Row& row : rows) {
        CAPTURE(row.bundle);
        const auto verified = fixtures.verify(row.bundle, image);
        REQUIRE_REFUSED(verified, row.why);
        REQUIRE_FAULT(verified, Fault::Untrusted);
    }
}

TEST_CASE("cosign's image signature is refused for what was asked", "[cosign_fixtures][vectors]") {
    Fixtures fixtures;
    const BlobDigest image = fixtures.tagged("multi");
    const std::string good = fixtures.bundle_of(image);
    const BlobDigest other = fixtures.tagged("arm64");
    REQUIRE_REFUSED(fixtures.verify(good, other), "statement is not about " + to_string(other));

    Policy& policy = fixtures.policy;
    const PublicKey cosign = policy.keys[0].key;
    const PublicKey stranger = test::signer_of(KeyType::EcdsaP256).public_key();
    policy.predicate_type = kSbomType;
    REQUIRE_REFUSED(fixtures.verify(good, image),
                    "predicate type is 'https://sigstore.dev/cosign/sign/v1', expected "
                    "'https://cyclonedx.org/bom'");
    policy.predicate_type = kSignPredicateType;
    policy.keys = {stranger};
    REQUIRE_REFUSED(
        fixtures.verify(good, image),
        "signature by ECDSA P-256 key " + key_hint(stranger) + ": ECDSA signature does not verify");
    // A hint that names a key of the policy binds the bundle to it; another proves nothing.
    policy.keys = {stranger, cosign};
    const std::string renamed =
        edit(good, "verificationMaterial.publicKey.hint", key_hint(stranger));
    REQUIRE_OK(fixtures.verify(good, image));
    REQUIRE_REFUSED(
        fixtures.verify(renamed, image),
        "signature by ECDSA P-256 key " + key_hint(stranger) + ": ECDSA signature does not verify");
    policy.keys = {cosign};
    REQUIRE_OK(fixtures.verify(renamed, image));

    policy.root.logs = {test::SmallLog().key()};
    policy.log_threshold = 1;
    REQUIRE_REFUSED(fixtures.verify(good, image),
                    "the bundle has entries of 0 known log(s), expected 1");
}
