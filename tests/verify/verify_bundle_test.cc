#include "verify/verify_bundle.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"
#include "tests/support/test_witness.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

constexpr Timestamp kNow{1'750'000'000};
const Buffer kFile = to_buffer("hello world");
const Artifact kArtifact{digest_of(kFile), Bytes(kFile)};
const Artifact kDigestOnly{kArtifact.digest, std::nullopt};

constexpr auto kTypes = {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                         KeyType::Ed25519, KeyType::Rsa};

// A bundle, and the policy that it meets.
struct Case {
    test::SmallLog log;
    SigstoreBundle bundle;
    Policy policy;

    static Case dsse(KeyType type = KeyType::EcdsaP256, bool logged = true) {
        return Case(
            type, logged,
            [](Signer& signer, test::SmallLog* into) {
                return test::make_dsse(test::statement_about(kArtifact.digest), signer, into);
            },
            kSignPredicateType);
    }
    static Case message(KeyType type = KeyType::EcdsaP256, bool logged = true) {
        return Case(
            type, logged,
            [](Signer& signer, test::SmallLog* into) {
                return test::make_message(kFile, signer, into);
            },
            "");
    }

    Result<Verified> verify(const Artifact& artifact = kArtifact) const {
        return verify_text(to_string(bundle), artifact);
    }
    Result<Verified> verify_text(const std::string& text,
                                 const Artifact& artifact = kArtifact) const {
        return verify_bundle(as_bytes(text), artifact, policy, kNow);
    }
    LogEntry& entry() { return bundle.log_entries.at(0); }

private:
    template <typename Make>
    Case(KeyType type, bool logged, const Make& make, std::string_view predicate_type) {
        Signer& signer = test::signer_of(type);
        log.append(to_buffer("somebody else's entry"));
        bundle = make(signer, logged ? &log : nullptr);
        policy.keys = {signer.public_key()};
        policy.root.logs = {log.key()};
        policy.log_threshold = logged ? 1 : 0;
        policy.predicate_type = predicate_type;
    }
};

std::string signature_by(const PublicKey& key) {
    return "signature by " + std::string(to_string(key.type())) + " key " + key_hint(key) + ": ";
}

Buffer signature_of(const SigstoreBundle& bundle) {
    if (const auto* envelope = std::get_if<Envelope>(&bundle.content)) return envelope->signature;
    return std::get<MessageSignature>(bundle.content).signature;
}

std::vector<std::string> names_of(const std::vector<Check>& checks) {
    std::vector<std::string> names;
    for (const Check& check : checks) names.push_back(check.name);
    return names;
}

}  // namespace

TEST_CASE("a logged image signature verifies, and says what was proved", "[verify_bundle]") {
    const KeyType type = GENERATE(values(kTypes));
    CAPTURE(to_string(type));
    const Case good = Case::dsse(type);
    const Artifact& artifact = GENERATE_REF(kArtifact, kDigestOnly);
    const auto verified = good.verify(artifact);
    REQUIRE_OK(verified);
    REQUIRE(verified->key == good.policy.keys[0].key);
    REQUIRE(verified->artifact == kArtifact.digest);
    REQUIRE(verified->statement->predicate_type == kSignPredicateType);
    REQUIRE(verified->checkpoints.size() == 1);
    REQUIRE(verified->checkpoints[0].head() == good.log.head());
    REQUIRE(verified->log_indexes == std::vector<std::uint64_t>{1});
    REQUIRE(names_of(verified->checks) ==
            std::vector<std::string>{"signature", "predicate-type", "subject", "log-entry"});
}

TEST_CASE("a logged signature on a file verifies, and says what was proved", "[verify_bundle]") {
    const KeyType type = GENERATE(values(kTypes));
    CAPTURE(to_string(type));
    const auto verified = Case::message(type).verify();
    REQUIRE_OK(verified);
    REQUIRE_FALSE(verified->statement);
    REQUIRE(verified->artifact == kArtifact.digest);
    REQUIRE(names_of(verified->checks) ==
            std::vector<std::string>{"signature", "subject", "log-entry"});
}

TEST_CASE("signatures without a log verify where the policy asks for none", "[verify_bundle]") {
    const KeyType type = GENERATE(values(kTypes));
    CAPTURE(to_string(type));
    REQUIRE_OK(Case::dsse(type, false).verify());
    REQUIRE_OK(Case::dsse(type, false).verify(kDigestOnly));
    REQUIRE_OK(Case::message(type, false).verify());
    Case asks = Case::dsse(type, false);
    asks.policy.log_threshold = 1;
    REQUIRE_REFUSED(asks.verify(), "the bundle has entries of 0 known log(s), expected 1");
    REQUIRE_FAULT(asks.verify(), Fault::Untrusted);
}

TEST_CASE("a file's digest alone will do where it is the one that was signed", "[verify_bundle]") {
    REQUIRE_OK(Case::message(KeyType::EcdsaP256).verify(kDigestOnly));
    REQUIRE_OK(Case::message(KeyType::Rsa).verify(kDigestOnly));
    const Case wide = Case::message(KeyType::EcdsaP384);
    REQUIRE_REFUSED(wide.verify(kDigestOnly),
                    signature_by(wide.policy.keys[0].key) +
                        "the signature is over the file's sha384 digest, which is not known");
    REQUIRE_OK(wide.verify({digest_of(kFile, HashAlgorithm::Sha384), std::nullopt}));
    const Case prehashed = Case::message(KeyType::Ed25519);
    REQUIRE_REFUSED(prehashed.verify(kDigestOnly),
                    signature_by(prehashed.policy.keys[0].key) +
                        "the signature is over the file's sha512 digest, which is not known");
    REQUIRE_OK(prehashed.verify({digest_of(kFile, HashAlgorithm::Sha512), std::nullopt}));
    const Case pure = Case::message(KeyType::Ed25519, false);
    REQUIRE_REFUSED(pure.verify(kDigestOnly),
                    signature_by(pure.policy.keys[0].key) +
                        "a plain Ed25519 signature needs the file, its digest is not enough");
}

TEST_CASE("old clients' SHA-256 with a larger curve verifies, logged or not", "[verify_bundle]") {
    const auto [type, algorithm] = GENERATE(table<KeyType, SignatureAlgorithm>(
        {{KeyType::EcdsaP384, SignatureAlgorithm::EcdsaP384Sha256},
         {KeyType::EcdsaP521, SignatureAlgorithm::EcdsaP521Sha256}}));
    Case old = Case::message(type);
    Signer& signer = test::signer_of(type);
    MessageSignature message{kArtifact.digest, signer.sign(kFile, algorithm).value()};
    old.bundle.content = message;
    old.entry() = old.log.append(
        HashedRekord{kArtifact.digest, message.signature, signer.public_key(), algorithm, {}});
    REQUIRE_OK(old.verify());
    REQUIRE_OK(old.verify(kDigestOnly));
    old.bundle.log_entries.clear();
    old.policy.log_threshold = 0;
    REQUIRE_OK(old.verify(kDigestOnly));
}

TEST_CASE("an Ed25519 signature is pure without a log and prehashed with one", "[verify_bundle]") {
    Case logged = Case::message(KeyType::Ed25519);
    const Case plain = Case::message(KeyType::Ed25519, false);
    const std::string why =
        signature_by(logged.policy.keys[0].key) + "Ed25519 signature does not verify";
    SigstoreBundle mixed = logged.bundle;
    mixed.content = plain.bundle.content;
    REQUIRE_REFUSED(logged.verify_text(to_string(mixed)), why);
    mixed = plain.bundle;
    mixed.content = logged.bundle.content;
    logged.policy.log_threshold = 0;
    REQUIRE_REFUSED(logged.verify_text(to_string(mixed)), why);

    Case envelope = Case::dsse(KeyType::Ed25519);
    envelope.bundle.content = Case::dsse(KeyType::Ed25519, false).bundle.content;
    REQUIRE_REFUSED(envelope.verify(), why);
}

TEST_CASE("nothing is decided without a policy that can pass", "[verify_bundle]") {
    Case good = Case::dsse();
    good.policy.expires = kNow;
    REQUIRE_OK(good.verify());
    good.policy.expires = Timestamp{kNow.seconds - 1};
    REQUIRE_FAULT(good.verify(), Fault::Config);
    good.policy.expires.reset();
    good.policy.log_threshold = 2;
    REQUIRE_REFUSED(good.verify(), "policy asks for 2 log(s) and names 1");
    good.policy.keys.clear();
    REQUIRE_REFUSED(good.verify(), "policy names nobody who may sign");
    REQUIRE_FAULT(good.verify(), Fault::Config);
}

TEST_CASE("bytes that are not the artifact's are an integrity failure", "[verify_bundle]") {
    const Case good = Case::message();
    const Buffer other = to_buffer("something else");
    const auto verified = good.verify({kArtifact.digest, Bytes(other)});
    REQUIRE_REFUSED(verified, "artifact does not have the digest it is called by");
    REQUIRE_FAULT(verified, Fault::Integrity);
}

TEST_CASE("a bundle that does not parse is untrusted, not malformed", "[verify_bundle]") {
    const Case good = Case::dsse();
    const auto junk = good.verify_text("junk");
    REQUIRE_REFUSED(junk, "bundle: not valid JSON: syntax error at byte 1");
    REQUIRE_FAULT(junk, Fault::Untrusted);
    REQUIRE_FAULT(good.verify_text(""), Fault::Untrusted);
    REQUIRE_FAULT(good.verify_text("{}"), Fault::Untrusted);
}

TEST_CASE("the signer is one of the policy's keys, found by hint or by trying", "[verify_bundle]") {
    Case good = Case::dsse();
    const PublicKey signer = good.policy.keys[0].key;
    const PublicKey stranger = test::signer_of(KeyType::EcdsaP384).public_key();
    const PublicKey third = test::signer_of(KeyType::Ed25519).public_key();
    const std::string by_stranger = signature_by(stranger) + "ECDSA signature does not verify";

    good.policy.keys = {stranger, signer};
    REQUIRE_OK(good.verify());
    REQUIRE(good.verify()->key == signer);
    good.bundle.key_hint.clear();
    REQUIRE(good.verify()->key == signer);
    good.bundle.key_hint = "of nobody here";
    REQUIRE(good.verify()->key == signer);
    good.bundle.key_hint = key_hint(stranger);
    REQUIRE_REFUSED(good.verify(), by_stranger);
    good.policy.keys = {signer};
    REQUIRE_OK(good.verify());
    good.policy.keys = {stranger};
    REQUIRE_REFUSED(good.verify(), by_stranger);
    good.bundle.key_hint.clear();
    REQUIRE_REFUSED(good.verify(), by_stranger);
    good.policy.keys = {stranger, third};
    REQUIRE_REFUSED(good.verify(), "signature is by none of the 2 keys");
    REQUIRE_FAULT(good.verify(), Fault::Untrusted);
}

TEST_CASE("a statement is of the type that was asked for, about this artifact", "[verify_bundle]") {
    Case good = Case::dsse();
    const BlobDigest other = digest_of({});
    REQUIRE_REFUSED(good.verify({other, std::nullopt}),
                    "statement is not about " + to_string(other));
    const BlobDigest wide = digest_of(kFile, HashAlgorithm::Sha512);
    REQUIRE_REFUSED(good.verify({wide, std::nullopt}), "statement is not about " + to_string(wide));
    good.policy.predicate_type = "https://cyclonedx.org/bom";
    REQUIRE_REFUSED(good.verify(),
                    "predicate type is 'https://sigstore.dev/cosign/sign/v1', expected "
                    "'https://cyclonedx.org/bom'");
    good.policy.predicate_type = "https://sigstore.dev/cosign/sign/v";
    REQUIRE_FAULT(good.verify(), Fault::Untrusted);
    good.policy.predicate_type.clear();
    REQUIRE_REFUSED(good.verify(),
                    "this is an attestation of type 'https://sigstore.dev/cosign/sign/v1', "
                    "expected a signature over the artifact itself");
}

TEST_CASE("a signed envelope that holds no statement is refused", "[verify_bundle]") {
    struct Row {
        std::string why;
        std::string type;
        std::string payload;
    };
    const std::string statement =
        std::string(as_text(encode_statement(test::statement_about(kArtifact.digest))));
    const std::string in_toto(kInTotoPayloadType);
    const auto row = GENERATE_COPY(values<Row>({
        {"payload type is 'application/json', expected 'application/vnd.in-toto+json'",
         "application/json", statement},
        {"payload type is '', expected 'application/vnd.in-toto+json'", "", statement},
        {"statement: not valid JSON: syntax error at byte 1", in_toto, "hello world"},
        {"statement: not valid JSON: syntax error at byte 1", in_toto, ""},
        {"statement: no subject", in_toto, edit(statement, "subject", Json::Array{})},
        {"'predicateType' is missing", in_toto, without(statement, "predicateType")},
    }));
    CAPTURE(row.why);
    Case signed_as_is = Case::dsse(KeyType::EcdsaP256, false);
    Envelope envelope{to_buffer(row.payload), row.type, {}, ""};
    envelope.signature =
        test::signer_of(KeyType::EcdsaP256)
            .sign(pre_authentication_encoding(envelope.payload_type, envelope.payload))
            .value();
    signed_as_is.bundle.content = envelope;
    REQUIRE_REFUSED(signed_as_is.verify(), row.why);
    REQUIRE_FAULT(signed_as_is.verify(), Fault::Untrusted);
}

TEST_CASE("an envelope's key id is the bundle's hint, if both are there", "[verify_bundle]") {
    Case good = Case::dsse();
    auto& envelope = std::get<Envelope>(good.bundle.content);
    envelope.key_id = good.bundle.key_hint;
    REQUIRE_OK(good.verify());
    envelope.key_id = "another";
    REQUIRE_REFUSED(good.verify(), "envelope and bundle name different keys");
    good.bundle.key_hint.clear();
    REQUIRE_OK(good.verify());
}

TEST_CASE("the digest that a bundle claims is compared, and need not be there", "[verify_bundle]") {
    Case good = Case::message();
    auto& message = std::get<MessageSignature>(good.bundle.content);
    message.claimed_digest = digest_of({});
    REQUIRE_REFUSED(good.verify(), "the bundle is about " + to_string(digest_of({})) +
                                       ", expected " + to_string(kArtifact.digest));
    message.claimed_digest = digest_of(kFile, HashAlgorithm::Sha512);
    REQUIRE_OK(good.verify());
    REQUIRE_REFUSED(good.verify(kDigestOnly),
                    "the bundle's digest is of a kind that cannot be compared");
    message.claimed_digest.reset();
    REQUIRE_OK(good.verify());
    good.policy.predicate_type = kSignPredicateType;
    REQUIRE_REFUSED(good.verify(),
                    "this is a signature over a file, expected a statement of type "
                    "'https://sigstore.dev/cosign/sign/v1'");
}

// CVE-2022-23649, CVE-2022-36056, CVE-2026-22703: an entry that is true, of something else.
TEST_CASE("an entry of anything but this signature is refused", "[verify_bundle]") {
    const bool dsse = GENERATE(false, true);
    Case good = dsse ? Case::dsse() : Case::message();
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    const auto algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    const HashedRekord record = parse_entry(good.entry().body).value();
    REQUIRE(record.signature == signature_of(good.bundle));
    const std::string why = "log entry: is about another signature, digest or key";

    HashedRekord other_signature = record;  // of the same thing by the same key, once more
    other_signature.signature =
        dsse ? signature_of(test::make_dsse(test::statement_about(kArtifact.digest), signer))
             : signer.sign(kFile, algorithm).value();
    REQUIRE(other_signature.signature != record.signature);
    good.entry() = good.log.append(other_signature);
    REQUIRE_REFUSED(good.verify(), why);

    HashedRekord other_digest = record;
    other_digest.digest = digest_of({});
    good.entry() = good.log.append(other_digest);
    REQUIRE_REFUSED(good.verify(), why);

    HashedRekord other_key = record;
    other_key.key = test::new_signer(KeyType::EcdsaP256)->public_key();
    good.entry() = good.log.append(other_key);
    REQUIRE_REFUSED(good.verify(), why);

    const test::TestCertificate certificate = test::new_certificate();
    HashedRekord with_certificate = record;
    with_certificate.key = parse_certificate(certificate.der).value().key();
    with_certificate.certificate = certificate.der;
    good.entry() = good.log.append(with_certificate);
    REQUIRE_REFUSED(good.verify(), why);

    // The same content in JSON of another order, in the log as it stands.
    const std::string body = to_json(Json::object(
        {{"kind", "hashedrekord"},
         {"apiVersion", "0.0.2"},
         {"spec", test::member_at(std::string(as_text(encode_entry(record).value())), "spec")}}));
    good.entry() = good.log.append(as_bytes(body));
    REQUIRE_REFUSED(good.verify(), why);
    REQUIRE_FAULT(good.verify(), Fault::Untrusted);

    good.entry() = good.log.append(record);
    REQUIRE_OK(good.verify());
}

TEST_CASE("the entry of an algorithm that was not used is refused", "[verify_bundle]") {
    Case rsa = Case::message(KeyType::Rsa);
    HashedRekord record = parse_entry(rsa.entry().body).value();
    record.algorithm = SignatureAlgorithm::RsaPssSha256;
    rsa.entry() = rsa.log.append(record);
    REQUIRE_REFUSED(rsa.verify(), "log entry: is about another signature, digest or key");
}

TEST_CASE("a signature that has no form in a log is in none", "[verify_bundle]") {
    Case good = Case::message();
    const auto odd = test::rsa_signer(2056);
    good.bundle.key_hint.clear();
    good.bundle.content = MessageSignature{std::nullopt, odd->sign(kFile).value()};
    good.policy.keys = {odd->public_key()};
    REQUIRE_REFUSED(good.verify(), "key and signature algorithm have no common name");
    REQUIRE_FAULT(good.verify(), Fault::Untrusted);
    good.policy.root.logs.clear();
    good.policy.log_threshold = 0;
    REQUIRE_OK(good.verify());
}

TEST_CASE("places in the log that do not hold are refused", "[verify_bundle]") {
    Case good = Case::dsse();
    const LogEntry entry = good.entry();
    const test::SmallLog other("other.example.com");
    const test::SmallLog impostor(good.log.key().name);
    const TreeHash root = hash_leaf({});
    const std::string differ = "log entry: proof and checkpoint differ in tree size or root";
    struct Row {
        std::string why;
        LogEntry entry;
    };
    const auto changed = [&](const auto& change) {
        LogEntry copy = entry;
        change(copy);
        return copy;
    };
    const std::vector<Row> rows = {
        {"log entry: checkpoint is of log 'other.example.com', expected 'log.example.com'",
         changed([&](LogEntry& e) {
             e.checkpoint = other.sign({other.key().name, e.head, {}});
         })},
        {"log entry: note: not signed by any known key", changed([&](LogEntry& e) {
             e.checkpoint = impostor.sign({good.log.key().name, e.head, {}});
         })},
        {"log entry: note: signature by 'log.example.com' does not verify",
         changed([](LogEntry& e) {
             Note note = parse_note(as_bytes(e.checkpoint)).value();
             note.signatures[0].signature[0] ^= 1;
             e.checkpoint = to_string(note);
         })},
        {differ, changed([](LogEntry& e) { e.head.size = 3; })},
        {differ, changed([&](LogEntry& e) { e.head.root = root; })},
        {"log entry: inclusion proof is too short",
         changed([](LogEntry& e) { e.proof.path.clear(); })},
        {"log entry: inclusion proof does not lead to the root",
         changed([&](LogEntry& e) { e.proof.path[0] = root; })},
        {"log entry: inclusion proof does not lead to the root",
         changed([](LogEntry& e) { e.index = e.proof.index = 0; })},
        {"log entry: index differs from that of its proof",
         changed([](LogEntry& e) { e.index = 0; })},
        {"log entry: leaf index is beyond the tree",
         changed([](LogEntry& e) { e.index = e.proof.index = 2; })},
        {"log entry: body is 'hashedrekord' '0.0.2', expected 'hashedrekord' '0.0.1'",
         changed([](LogEntry& e) { e.version = "0.0.1"; })},
        {"log entry: is about another signature, digest or key",
         changed([](LogEntry& e) { e.kind = "dsse"; })},
        {"log entry: kind is 'x' '0.0.2', expected 'hashedrekord' or 'dsse' '0.0.2'",
         changed([](LogEntry& e) { e.kind = "x"; })},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        good.entry() = row.entry;
        REQUIRE_REFUSED(good.verify(), row.why);
        REQUIRE_FAULT(good.verify(), Fault::Untrusted);
        // Asking for no log does not make a false entry of a known one acceptable.
        good.policy.log_threshold = 0;
        REQUIRE_REFUSED(good.verify(), row.why);
        good.policy.log_threshold = 1;
    }
}

TEST_CASE("another log's tree under this log's id is refused", "[verify_bundle]") {
    Case good = Case::dsse();
    test::SmallLog other("other.example.com");
    other.append(to_buffer("somebody else's entry"));
    LogEntry entry = other.append(good.entry().body);
    entry.log_id = good.log.key().log_id();
    good.entry() = entry;
    REQUIRE_REFUSED(good.verify(),
                    "log entry: checkpoint is of log 'other.example.com', expected "
                    "'log.example.com'");
}

// CVE-2026-48816: a time beside an entry that nothing vouches for was believed.
TEST_CASE("a time or promise beside an entry of Rekor v2 is refused, not ignored",
          "[verify_bundle]") {
    const Case good = Case::dsse();
    const std::string text = to_string(good.bundle);
    const std::string entry = "verificationMaterial.tlogEntries.0.";
    const std::string why = "log entry: has a time or promise, which Rekor v2 does not give";
    REQUIRE_REFUSED(good.verify_text(edit(text, entry + "integratedTime", "1750000000")), why);
    REQUIRE_REFUSED(good.verify_text(edit(text, entry + "inclusionPromise",
                                          Json::object({{"signedEntryTimestamp", "AAAA"}}))),
                    why);
    REQUIRE_REFUSED(good.verify_text(without(text, entry + "inclusionProof")),
                    "bundle: has a log entry without an inclusion proof and its checkpoint");
    REQUIRE_OK(good.verify_text(
        edit(edit(text, entry + "integratedTime", "0"), entry + "inclusionPromise", Json())));
    REQUIRE_OK(good.verify_text(
        edit(edit(text, entry + "logIndex", 1), entry + "inclusionProof.treeSize", 2)));
}

TEST_CASE("what was tolerated is told, and refused where the policy is strict", "[verify_bundle]") {
    Case good = Case::dsse();
    const std::string text = edit(to_string(good.bundle), "verificationMaterial.extra", 1);
    const auto verified = good.verify_text(text);
    REQUIRE_OK(verified);
    REQUIRE(verified->deviations == Deviations{{"verificationMaterial.extra", "is unknown"}});
    good.policy.strict = true;
    REQUIRE_OK(good.verify());
    REQUIRE_REFUSED(good.verify_text(text), "bundle: 'verificationMaterial.extra' is unknown");
}

TEST_CASE("a trace has what held, and names what did not", "[verify_bundle]") {
    Case good = Case::dsse();
    Trace trace;
    const std::string text = to_string(good.bundle);
    REQUIRE_OK(verify_bundle(as_bytes(text), kArtifact, good.policy, kNow, &trace));
    REQUIRE(trace.failed.empty());
    REQUIRE(trace.checks.size() == 4);
    good.policy.predicate_type = "https://example.com/other";
    REQUIRE_FALSE(verify_bundle(as_bytes(text), kArtifact, good.policy, kNow, &trace));
    REQUIRE(trace.failed == "predicate-type");
    REQUIRE(trace.checks.size() == 1);
    REQUIRE(trace.checks[0].name == "signature");
}

TEST_CASE("a refusal names its check, what was expected and what was found", "[verify_bundle]") {
    struct Row {
        const char* check;
        std::string expected;
        std::string found;
        std::string bundle;
        Policy policy;
        Artifact artifact = kArtifact;
    };
    const Buffer other_file = to_buffer("hello word");
    const Artifact other{digest_of(other_file), Bytes(other_file)};
    const PublicKey stranger = test::signer_of(KeyType::EcdsaP384).public_key();
    const std::string signer = key_hint(test::signer_of(KeyType::EcdsaP256).public_key());

    Case by_stranger = Case::dsse();
    by_stranger.policy.keys = {stranger};
    Case by_none = Case::dsse();
    by_none.bundle.key_hint.clear();
    by_none.policy.keys = {stranger};
    by_none.policy.keys.emplace_back(test::signer_of(KeyType::Ed25519).public_key());
    Case not_logged = Case::dsse(KeyType::EcdsaP256, false);
    not_logged.policy.log_threshold = 1;
    Case elsewhere = Case::dsse();
    const test::SmallLog unknown("unknown.example.com");
    elsewhere.policy.root.logs = {unknown.key()};
    Case not_witnessed = Case::dsse();
    not_witnessed.policy.witnesses =
        witness_quorum(1, {test::TestWitness("a.example").key()}).value();
    Case of_type = Case::dsse();
    of_type.policy.predicate_type = "https://example.com/other";

    const Case file = Case::message();
    const Case image = Case::dsse();

    const auto text = [](const Case& refused) { return to_string(refused.bundle); };
    const std::vector<Row> rows = {
        {"subject", to_string(other.digest), to_string(kArtifact.digest), text(file), file.policy,
         other},
        {"subject", to_string(other.digest), to_string(kArtifact.digest), text(image), image.policy,
         other},
        {"signature", "key '" + key_hint(stranger) + "'", "the bundle names key '" + signer + "'",
         text(by_stranger), by_stranger.policy},
        {"signature", "one of the keys given", "the bundle does not say whose key it was",
         text(by_none), by_none.policy},
        {"log-entry", "an entry of log 'log.example.com'", "no log entry", text(not_logged),
         not_logged.policy},
        {"log-entry", "an entry of log 'unknown.example.com'",
         "an entry of log id " + to_hex(elsewhere.log.key().log_id().bytes()), text(elsewhere),
         elsewhere.policy},
        {"witnesses", "the quorum '1-of-1'", "cosigned by nobody", text(not_witnessed),
         not_witnessed.policy},
        {"predicate-type", "'https://example.com/other'",
         "'" + std::string(kSignPredicateType) + "'", text(of_type), of_type.policy},
    };
    for (const Row& row : rows) {
        CAPTURE(row.check, row.found);
        Trace trace;
        const auto refused =
            verify_bundle(as_bytes(row.bundle), row.artifact, row.policy, kNow, &trace);
        REQUIRE_FAULT(refused, Fault::Untrusted);
        REQUIRE(trace.failed == row.check);
        REQUIRE(refused.error().expected() == row.expected);
        REQUIRE(refused.error().found() == row.found);
        REQUIRE_FALSE(refused.error().hint().empty());
    }
}

TEST_CASE("entries of unknown logs are skipped and count for nothing", "[verify_bundle]") {
    Case good = Case::dsse();
    test::SmallLog unknown("unknown.example.com");
    LogEntry foreign = unknown.append(good.entry().body);
    foreign.checkpoint = "junk";
    foreign.kind = "unheard of";
    good.bundle.log_entries.insert(good.bundle.log_entries.begin(), foreign);
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->checkpoints.size() == 1);
    good.bundle.log_entries.pop_back();
    REQUIRE_REFUSED(good.verify(), "the bundle has entries of 0 known log(s), expected 1");
    good.policy.log_threshold = 0;
    REQUIRE_OK(good.verify());
    REQUIRE(good.verify()->checkpoints.empty());
}

// CVE-2026-49834: two entries of one log met a threshold of two.
TEST_CASE("a threshold counts different logs", "[verify_bundle]") {
    Case good = Case::dsse();
    test::SmallLog second("second.example.com");
    const HashedRekord record = parse_entry(good.entry().body).value();
    good.policy.root.logs.push_back(second.key());
    good.policy.log_threshold = 2;
    REQUIRE_REFUSED(good.verify(), "the bundle has entries of 1 known log(s), expected 2");

    good.bundle.log_entries.push_back(good.entry());
    REQUIRE_REFUSED(good.verify(), "bundle: has the same log entry twice");
    good.bundle.log_entries.back() = good.log.append(record);  // once more in the same log
    REQUIRE_REFUSED(good.verify(), "the bundle has entries of 1 known log(s), expected 2");

    good.bundle.log_entries.back() = second.append(record);
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->checkpoints[0].origin() == "log.example.com");
    REQUIRE(verified->checkpoints[1].origin() == "second.example.com");
    REQUIRE(verified->log_indexes == std::vector<std::uint64_t>{1, 0});
    for (TrustedLog& log : good.policy.root.logs) log.operator_name = "example.com";
    REQUIRE_REFUSED(good.verify(), "the bundle has entries of 1 known log(s), expected 2");
    good.policy.log_threshold = 1;
    REQUIRE_OK(good.verify());
    // One false entry of a known log refuses the bundle, whatever the others say.
    good.bundle.log_entries[1].index = 1;
    REQUIRE_REFUSED(good.verify(), "log entry: index differs from that of its proof");
}

// Rekor v2 and its clients fail open: a log that nobody witnesses is believed all the same.
TEST_CASE("every log that proves an entry has its quorum of witnesses", "[verify_bundle]") {
    Case good = Case::dsse();
    const test::TestWitness a("a.example");
    const test::TestWitness b("b.example");
    good.policy.witnesses = witness_quorum(2, {a.key(), b.key()}).value();
    const auto lacks = [](const std::string& log, const std::string& by, int missing) {
        return "checkpoint of log '" + log + "' is cosigned by " + by + ": group '2-of-2' lacks " +
               std::to_string(missing) + " of 2";
    };
    REQUIRE_REFUSED(good.verify(), lacks("log.example.com", "nobody", 2));
    good.entry().checkpoint = a.cosign(good.entry().checkpoint);
    good.entry().checkpoint = a.cosign(good.entry().checkpoint, 1'750'000'001);
    REQUIRE_REFUSED(good.verify(), lacks("log.example.com", "'a.example'", 1));
    good.entry().checkpoint = b.cosign(good.entry().checkpoint);
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->checks.back().name == "witnesses");
    REQUIRE(verified->checks.back().proof ==
            "that tree of log 'log.example.com' is cosigned by 'a.example' at "
            "2025-06-15T15:06:41Z, 'b.example' at 2025-06-15T15:06:40Z");
    REQUIRE(verified->cosigned ==
            std::vector<std::vector<Cosigned>>{
                {{"a.example", {1'750'000'001}}, {"b.example", {1'750'000'000}}}});

    // The quorum of one log is not that of another.
    test::SmallLog second("second.example.com");
    good.policy.root.logs.push_back(second.key());
    good.bundle.log_entries.push_back(second.append(good.entry().body));
    REQUIRE_REFUSED(good.verify(), lacks("second.example.com", "nobody", 2));
    good.policy.log_threshold = 2;
    REQUIRE_REFUSED(good.verify(), lacks("second.example.com", "nobody", 2));
    std::string& checkpoint = good.bundle.log_entries.back().checkpoint;
    checkpoint = b.cosign(a.cosign(checkpoint));
    REQUIRE_OK(good.verify());
}

TEST_CASE("signatures of one kind are not bundles of the other", "[verify_bundle]") {
    Case file = Case::message(KeyType::EcdsaP256, false);
    const Case image = Case::dsse(KeyType::EcdsaP256, false);
    // The envelope's signature as one over a file that is its pre-authentication encoding.
    const auto& envelope = std::get<Envelope>(image.bundle.content);
    const Buffer pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
    file.bundle.content = MessageSignature{std::nullopt, envelope.signature};
    REQUIRE_OK(file.verify({digest_of(pae), Bytes(pae)}));  // so it is, of that file
    REQUIRE_REFUSED(file.verify(),
                    signature_by(file.policy.keys[0].key) + "ECDSA signature does not verify");
}

namespace {

struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool has(std::size_t i) const { return begin <= i && i < end; }
};

Span span_of(const std::string& text, std::string_view part) {
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(part, at + 1) == std::string::npos);
    return {at, at + part.size()};
}

struct Free {
    std::size_t in_hint = 0;
    std::size_t in_line = 0;
};

// Changes every byte in two ways, and fails the test if that verifies anywhere but in the key hint
// or in the checkpoint's line by a witness that the policy does not know.
Free change_every_byte(Case& good, const std::string& stranger) {
    good.policy.strict = true;
    good.entry().checkpoint += "\u2014 " + stranger + "\n";
    const std::string text = to_string(good.bundle);
    REQUIRE_OK(good.verify_text(text));
    const Span hint = span_of(text, good.bundle.key_hint);
    const Span line = span_of(text, stranger);
    Free free;
    std::string changed = text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char to : {static_cast<char>(text[i] ^ 1), ' '}) {
            changed[i] = to;
            if (changed == text || !good.verify_text(changed)) continue;
            CAPTURE(i, text.substr(i, 20));
            REQUIRE((hint.has(i) || line.has(i)));
            ++(hint.has(i) ? free.in_hint : free.in_line);
        }
        changed[i] = text[i];
    }
    return free;
}

void require_nothing_free(Case good) {
    const std::string stranger = "witness.example.com " + to_base64(Buffer(76, 0x2A));
    const Free free = change_every_byte(good, stranger);
    REQUIRE(free.in_hint == 2 * good.bundle.key_hint.size());
    REQUIRE(free.in_line > 0);
    REQUIRE(free.in_line < 2 * stranger.size());  // its form is checked all the same
}

}  // namespace

// Nothing in a bundle is free but what is documented as unauthenticated: the key hint, and note
// signatures by keys that the policy does not name.
TEST_CASE("no changed byte of an image's bundle verifies, but in a hint or a stranger's line",
          "[verify_bundle]") {
    require_nothing_free(Case::dsse());
}

TEST_CASE("no changed byte of a file's bundle verifies, but in a hint or a stranger's line",
          "[verify_bundle]") {
    require_nothing_free(Case::message());
}
