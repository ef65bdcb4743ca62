#include "sign/sign_statement.h"

#include "sign/certified_key.h"
#include "tests/check.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_tsa.h"

using namespace boltseal;

namespace {

const Buffer kFile = to_buffer("hello world");
const Artifact kArtifact{digest_of(kFile), Bytes(kFile)};
constexpr Timestamp kNow{1'750'000'000};

Statement statement_about(const BlobDigest& digest) {
    return {{{"", {digest}}}, std::string(kSignPredicateType), Json::object({})};
}

std::unique_ptr<PrivateKey> make_key(KeyType type) {
    return std::move(generate_key(type)).value();
}

// A log with one entry: the smallest that proves anything.
class OneEntryLog {
public:
    NoteKey key() const {
        return {"log.example.com", NoteSignatureType::Ed25519, signer_->public_key()};
    }

    LogEntry append(const HashedRekord& entry) {
        LogEntry logged;
        logged.body = encode_entry(entry).value();
        logged.log_id = key().log_id();
        logged.kind = "hashedrekord";
        logged.version = "0.0.2";
        logged.head = {1, hash_leaf(logged.body)};
        Note note{to_string(Checkpoint{key().name, logged.head, {}}), {}};
        note.signatures = {{key().name, key().id(), signer_->sign(as_bytes(note.text)).value()}};
        logged.checkpoint = to_string(note);
        return logged;
    }

private:
    std::unique_ptr<PrivateKey> signer_ = make_key(KeyType::Ed25519);
};

// Who believes these logs, and nobody else.
TrustedRoot believing(const std::vector<NoteKey>& logs) {
    TrustedRoot root;
    root.logs.assign(logs.begin(), logs.end());
    return root;
}

// A token with a fault: it signs, but something else.
class FaultySigner : public Signer {
public:
    using Signer::sign;
    const PublicKey& public_key() const override { return key_->public_key(); }
    Result<Buffer> sign(Bytes, SignatureAlgorithm algorithm) override {
        return key_->sign(as_bytes("something else"), algorithm);
    }

private:
    std::unique_ptr<PrivateKey> key_ = make_key(KeyType::EcdsaP256);
};

// A token that is not there.
class AbsentSigner : public FaultySigner {
public:
    using Signer::sign;
    Result<Buffer> sign(Bytes, SignatureAlgorithm) override {
        return Error(Fault::Io, "no token in slot 0");
    }
};

constexpr auto kTypes = {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                         KeyType::Ed25519};

Result<SignedContent> sign_either(bool direct, Signer& signer, ForLog log) {
    return direct ? sign_artifact(kFile, signer, log)
                  : sign_statement(statement_about(kArtifact.digest), signer, log);
}

}  // namespace

TEST_CASE("signatures without a log become bundles that verify", "[sign_statement]") {
    const KeyType type = GENERATE(values(kTypes));
    const bool direct = GENERATE(false, true);
    CAPTURE(to_string(type), direct);
    const auto key = make_key(type);
    const auto content = sign_either(direct, *key, ForLog::No);
    REQUIRE_OK(content);
    REQUIRE_FALSE(content->entry);
    const auto bundle = make_bundle(*content, {}, kArtifact, {}, kNow);
    REQUIRE_OK(bundle);
    const auto parsed = parse_bundle(as_bytes(*bundle));
    REQUIRE_OK(parsed);
    REQUIRE(parsed->key_hint == key_hint(key->public_key()));
    REQUIRE(parsed->log_entries.empty());
}

TEST_CASE("signatures with a log entry become bundles that verify", "[sign_statement]") {
    const KeyType type = GENERATE(values(kTypes));
    const bool direct = GENERATE(false, true);
    CAPTURE(to_string(type), direct);
    const auto key = make_key(type);
    OneEntryLog log;
    const auto content = sign_either(direct, *key, ForLog::Yes);
    REQUIRE_OK(content);
    REQUIRE(content->entry);
    REQUIRE_OK(check_entry(*content->entry));
    REQUIRE_OK(make_bundle(*content, {{log.append(*content->entry)}, {}}, kArtifact,
                           believing({log.key()}), kNow));
}

TEST_CASE("an Ed25519 key signs a hash for a log and the message otherwise", "[sign_statement]") {
    const auto key = make_key(KeyType::Ed25519);
    const PublicKey& by = key->public_key();
    const Buffer plain =
        std::get<MessageSignature>(sign_artifact(kFile, *key, ForLog::No)->content).signature;
    REQUIRE_OK(check_signature(by, SignatureAlgorithm::Ed25519, kFile, plain));

    const auto logged = sign_artifact(kFile, *key, ForLog::Yes);
    REQUIRE_OK(logged);
    REQUIRE(logged->entry->algorithm == SignatureAlgorithm::Ed25519ph);
    REQUIRE(logged->entry->digest == digest_of(kFile, HashAlgorithm::Sha512));
    REQUIRE_OK(check_signature(by, SignatureAlgorithm::Ed25519ph, kFile, logged->entry->signature));
    // Made for a log and then not logged: no verifier would know which of the two it is.
    REQUIRE_REFUSED(make_bundle(*logged, {}, kArtifact, {}, kNow),
                    "the bundle just made: signature by Ed25519 key " + key_hint(by) +
                        ": Ed25519 signature does not verify");
}

TEST_CASE("an envelope carries the canonical statement and no key id", "[sign_statement]") {
    const auto key = make_key(KeyType::EcdsaP256);
    const auto content = sign_statement(statement_about(kArtifact.digest), *key, ForLog::No);
    REQUIRE_OK(content);
    const auto& envelope = std::get<Envelope>(content->content);
    REQUIRE(as_text(envelope.payload) ==
            R"({"_type":"https://in-toto.io/Statement/v1","predicate":{},)"
            R"("predicateType":"https://sigstore.dev/cosign/sign/v1","subject":[{"digest":)"
            R"({"sha256":"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"}}]})");
    REQUIRE(envelope.payload_type == kInTotoPayloadType);
    REQUIRE(envelope.key_id.empty());  // cosign 3 would not look at the signature
}

TEST_CASE("statements that nobody could verify are not signed", "[sign_statement]") {
    const auto key = make_key(KeyType::EcdsaP256);
    Statement statement = statement_about(kArtifact.digest);
    statement.predicate_type.clear();
    REQUIRE_REFUSED(sign_statement(statement, *key, ForLog::No), "statement: no predicate type");
    statement = statement_about(kArtifact.digest);
    statement.subjects.clear();
    REQUIRE_REFUSED(sign_statement(statement, *key, ForLog::No), "statement: no subject");
}

TEST_CASE("a signature that does not hold is not handed out", "[sign_statement]") {
    const bool direct = GENERATE(false, true);
    FaultySigner faulty;
    const auto content = sign_either(direct, faulty, ForLog::No);
    REQUIRE_FAULT(content, Fault::Untrusted);
    REQUIRE_REFUSED(content, "the signer's own signature: ECDSA signature does not verify");
    AbsentSigner absent;
    REQUIRE_REFUSED(sign_either(direct, absent, ForLog::No), "no token in slot 0");
}

TEST_CASE("bundles that do not hold are not handed out", "[sign_statement]") {
    const auto key = make_key(KeyType::EcdsaP256);
    OneEntryLog log;
    const auto content = sign_statement(statement_about(kArtifact.digest), *key, ForLog::Yes);
    const auto other = sign_statement(statement_about(kArtifact.digest), *key, ForLog::Yes);
    REQUIRE_OK(content);
    REQUIRE_OK(other);
    const LogEntry entry = log.append(*content->entry);

    const Artifact elsewhere{digest_of({}), std::nullopt};
    REQUIRE_REFUSED(make_bundle(*content, {{entry}, {}}, elsewhere, believing({log.key()}), kNow),
                    "the bundle just made: statement is not about " + to_string(elsewhere.digest));
    REQUIRE_REFUSED(make_bundle(*content, {{log.append(*other->entry)}, {}}, kArtifact,
                                believing({log.key()}), kNow),
                    "the bundle just made: log entry: is about another signature, digest or key");
    REQUIRE_REFUSED(
        make_bundle(*content, {{entry}, {}}, kArtifact, believing({OneEntryLog().key()}), kNow),
        "the bundle just made: the bundle has entries of 0 known log(s), expected 1");
    REQUIRE_REFUSED(make_bundle(*content, {{entry, entry}, {}}, kArtifact,
                                believing({log.key(), OneEntryLog().key()}), kNow),
                    "the bundle just made: bundle: has the same log entry twice");
    SignedContent wrong_key = *content;
    wrong_key.key = make_key(KeyType::EcdsaP256)->public_key();
    REQUIRE_REFUSED(make_bundle(wrong_key, {}, kArtifact, {}, kNow),
                    "the bundle just made: signature by ECDSA P-256 key " +
                        key_hint(wrong_key.key) + ": ECDSA signature does not verify");
}

TEST_CASE("time stamps in a bundle are over its signature, by an authority that is named",
          "[sign_statement]") {
    const auto key = generate_key(KeyType::EcdsaP256).value();
    const auto content = sign_artifact(kFile, *key, ForLog::No);
    REQUIRE_OK(content);
    const test::TestTsa tsa;
    const Buffer stamp = tsa.stamp(signature_of(*content));
    const auto make = [&](Buffer by, const test::TestTsa& trusted) {
        TrustedRoot root;
        root.timestamp_authorities = {trusted.authority()};
        return make_bundle(*content, {{}, {std::move(by)}}, kArtifact, root, kNow);
    };
    const auto bundle = make(stamp, tsa);
    REQUIRE_OK(bundle);
    REQUIRE(parse_bundle(as_bytes(*bundle))->timestamps == std::vector<Buffer>{stamp});
    REQUIRE_REFUSED(make(tsa.stamp(as_bytes("another")), tsa),
                    "the bundle just made: time stamp by 'tsa.example.com': message imprint is of "
                    "another message");
    REQUIRE_REFUSED(make(stamp, test::TestTsa()),
                    "the bundle just made: the bundle has timestamps of 0 known authorities, "
                    "expected 1");
}

namespace {

// Signs as Fulcio's certificate lets it, and everything that verifiers then look at.
struct Keyless {
    test::TestCa ca;
    test::TestCtLog ct_log;
    test::TestTsa tsa;
    OneEntryLog log;
    test::CertificateSpec leaf = test::leaf_spec();
    bool in_ct_log = true;

    std::unique_ptr<CertifiedKey> certify() {
        auto key = make_key(KeyType::EcdsaP256);
        leaf.key = key->public_key();
        if (in_ct_log) leaf.scts = {{.log = &ct_log}};
        Certificate certificate = ca.issue(leaf).certificate;
        return std::make_unique<CertifiedKey>(std::move(key), std::move(certificate));
    }

    TrustedRoot root() const {
        TrustedRoot root = believing({log.key()});
        root.certificate_authorities = {ca.authority()};
        root.ct_logs = {ct_log.log()};
        root.timestamp_authorities = {tsa.authority()};
        return root;
    }

    Result<std::string> sign(Signer& signer, Timestamp when, const TrustedRoot& root) {
        const auto content = sign_artifact(kFile, signer, ForLog::Yes);
        REQUIRE_OK(content);
        const Buffer stamp = tsa.stamp(signature_of(*content), when);
        return make_bundle(*content, {{log.append(*content->entry)}, {stamp}}, kArtifact, root,
                           {test::kLeafEnd.seconds + 1});
    }
};

constexpr Timestamp kInTime{test::kLeafStart.seconds + 100};

}  // namespace

TEST_CASE("a certified key's bundle has its certificate, also in the log", "[sign_statement]") {
    Keyless world;
    const auto signer = world.certify();
    const auto bundle = world.sign(*signer, kInTime, world.root());
    REQUIRE_OK(bundle);
    const auto parsed = parse_bundle(as_bytes(*bundle));
    REQUIRE_OK(parsed);
    REQUIRE(parsed->certificate == *signer->certificate());
    REQUIRE(parsed->key_hint.empty());
    const auto entry = parse_entry(parsed->log_entries.at(0).body);
    REQUIRE_OK(entry);
    REQUIRE(equal(entry->certificate, signer->certificate()->der()));
}

TEST_CASE("a bundle whose certificate nobody would believe is not handed out", "[sign_statement]") {
    Keyless world;
    TrustedRoot root = world.root();
    SECTION("by another authority") {
        root.certificate_authorities = {test::TestCa().authority()};
        REQUIRE_REFUSED(world.sign(*world.certify(), kInTime, root),
                        "the bundle just made: certificate does not lead to this authority");
    }
    SECTION("used too late") {
        const auto bundle = world.sign(*world.certify(), {test::kLeafEnd.seconds + 1}, root);
        REQUIRE_FAULT(bundle, Fault::Untrusted);
        REQUIRE(bundle.error().message().find("certificate is valid from") != std::string::npos);
    }
    SECTION("in no certificate transparency log") {
        world.in_ct_log = false;
        const auto signer = world.certify();
        REQUIRE_FAULT(world.sign(*signer, kInTime, root), Fault::Untrusted);
        root.ct_logs.clear();  // who has none asks for none
        REQUIRE_OK(world.sign(*signer, kInTime, root));
    }
}
