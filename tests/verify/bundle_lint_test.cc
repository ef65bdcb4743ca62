#include "verify/bundle_lint.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/test_witness.h"

using namespace boltseal;
using test::edit;
using test::EntryKind;
using test::TestSigstore;
using test::without;

namespace {

const std::string kEntry = "verificationMaterial.tlogEntries[0]";
const std::string kNote = kEntry + ".inclusionProof.checkpoint.envelope";
const std::string kStamp =
    "verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp";

Deviations lint(const std::string& json) {
    const auto found = lint_bundle(as_bytes(json));
    REQUIRE_OK(found);
    return found->deviations;
}

Deviations lint(const TestSigstore& s) {
    return lint(s.text());
}

std::string show(const Deviations& all) {
    std::string text;
    for (const Deviation& one : all) text += one.where + " " + one.what + "\n";
    return text;
}

#define REQUIRE_FOUND(expr, ...)                   \
    do {                                           \
        const Deviations found_ = lint(expr);      \
        INFO(show(found_));                        \
        REQUIRE(found_ == Deviations __VA_ARGS__); \
    } while (false)

void set_payload(TestSigstore& s, const std::string& payload) {
    s.envelope().payload = to_buffer(payload);
}

}  // namespace

TEST_CASE("what we write is clean", "[bundle_lint]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const bool certificate = GENERATE(true, false);
    const bool envelope = GENERATE(true, false);
    CAPTURE(to_string(kind));
    REQUIRE_FOUND(TestSigstore({.entry = kind, .envelope = envelope, .certificate = certificate}),
                  {});
    REQUIRE_FOUND(TestSigstore({.entry = EntryKind::None, .certificate = false}), {});
}

TEST_CASE("what a strict policy refuses is found", "[bundle_lint]") {
    const TestSigstore s;
    REQUIRE_FOUND(edit(s.text(), "x", 1), {{"x", "is unknown"}});
    TestSigstore old({.version = BundleVersion::V02});
    REQUIRE_FOUND(old, {{"mediaType",
                         "is 'application/vnd.dev.sigstore.bundle+json;version=0.2', expected "
                         "'application/vnd.dev.sigstore.bundle.v0.3+json'"}});
    REQUIRE(lint_bundle(as_bytes(old.text()))->version == BundleVersion::V02);
    REQUIRE_REFUSED(lint_bundle(as_bytes("{}")), "'mediaType' is missing");
    REQUIRE_FAULT(lint_bundle(as_bytes("{}")), Fault::Malformed);
}

TEST_CASE("hints that name no key are found", "[bundle_lint]") {
    const std::string where = "verificationMaterial.publicKey.hint";
    const std::string what = "is not the base64 of a SHA-256";
    TestSigstore s({.certificate = false});
    for (const char* hint : {"my-key", "AAAA", "deadbeef"}) {
        s.bundle.key_hint = hint;
        REQUIRE_FOUND(s, {{where, what}});
    }
    s.bundle.key_hint = to_base64(Buffer(33));
    REQUIRE_FOUND(s, {{where, what}});
    s.bundle.key_hint.clear();
    REQUIRE_FOUND(s, {{where, "is missing"}});
}

TEST_CASE("a certificate without any time is found", "[bundle_lint]") {
    const TestSigstore s({.entry = EntryKind::HashedRekordV2, .timestamp = false});
    REQUIRE_FOUND(s, {{"verificationMaterial", "has nothing that says when it was signed"}});
}

TEST_CASE("what an entry has too much or too little is found", "[bundle_lint]") {
    TestSigstore s({.certificate = false});
    const LogEntry good = s.entry();
    s.entry().promise.clear();
    REQUIRE_FOUND(s, {{kEntry + ".inclusionPromise", "is missing, so the log gives no time"},
                      {kEntry + ".integratedTime", "is a time that nobody has promised"}});
    s.entry().claimed_time.reset();
    REQUIRE_FOUND(s, {{kEntry + ".inclusionPromise", "is missing, so the log gives no time"}});
    s.entry() = good;
    s.entry().version = "0.0.3";
    REQUIRE_FOUND(s, {{kEntry + ".kindVersion", "is 'hashedrekord' '0.0.3', which means nothing"},
                      {kEntry + ".integratedTime", "is not for Rekor v2"},
                      {kEntry + ".inclusionPromise", "is not for Rekor v2"},
                      {kEntry + ".inclusionProof.logIndex", "is not the entry's"},
                      {kEntry + ".canonicalizedBody", "is of another kind than its entry"}});
    s.entry() = good;
    s.entry().kind = "dsse";
    REQUIRE_FOUND(s, {{kEntry + ".kindVersion", "is of an envelope, and there is none"},
                      {kEntry + ".canonicalizedBody", "is of another kind than its entry"}});
    s.entry() = good;
    s.entry().body = to_buffer(" " + std::string(as_text(good.body)));
    REQUIRE_FOUND(s, {{kEntry + ".canonicalizedBody", "is not canonical JSON"}});
    s.entry().body = to_buffer("{");
    const Deviations broken = lint(s);
    REQUIRE(broken.size() == 1);
    REQUIRE(broken[0].where == kEntry + ".canonicalizedBody");
    REQUIRE(broken[0].what.starts_with("is no JSON: "));
}

TEST_CASE("promises alone, and proofs without a checkpoint, are found", "[bundle_lint]") {
    const TestSigstore s({.certificate = false, .version = BundleVersion::V01});
    const std::string entry = "verificationMaterial.tlogEntries.0";
    const Deviation old{"mediaType",
                        "is 'application/vnd.dev.sigstore.bundle+json;version=0.1', expected "
                        "'application/vnd.dev.sigstore.bundle.v0.3+json'"};
    REQUIRE_FOUND(without(s.text(), entry + ".inclusionProof"),
                  {old, {kEntry + ".inclusionProof", "is missing, so the log only promises"}});
    REQUIRE_FOUND(without(s.text(), entry + ".inclusionProof.checkpoint"),
                  {old, {kEntry + ".inclusionProof.checkpoint", "is missing"}});
}

TEST_CASE("what stands in a checkpoint beside the log's word is found", "[bundle_lint]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const LogEntry good = s.entry();
    const test::TestWitness witness("w.example");
    s.entry().checkpoint = witness.cosign(good.checkpoint);
    REQUIRE_FOUND(s, {{kNote, "has a signature by 'w.example' beside the log's"}});
    s.entry().checkpoint = s.tiles.sign({s.tiles.key().name, good.head, {"a", "b"}});
    REQUIRE_FOUND(s, {{kNote, "has 2 extension lines"}});
    s.entry().head.size = 7;
    s.entry().checkpoint = good.checkpoint;
    REQUIRE_FOUND(s, {{kNote, "is of another tree than the proof"}});
    s.entry() = good;
    s.entry().checkpoint = test::SmallLog("other.example").sign({"other.example", good.head, {}});
    REQUIRE_FOUND(s, {{kNote, "has a signature by 'other.example' beside the log's"},
                      {kNote, "has 0 signatures by the log"}});
    s.entry().checkpoint = "junk";
    REQUIRE_FOUND(s, {{kNote, "is no signed note: note: no empty line before the signatures"}});
    s.entry().checkpoint = s.tiles.sign_text("junk\n");
    REQUIRE_FOUND(s, {{kNote, "is no checkpoint: checkpoint: ends too early"}});
}

TEST_CASE("time stamps with certificates, or that are none, are found", "[bundle_lint]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    test::TokenParts parts = s.tsa.parts(s.signature(), test::kSigned);
    parts.certificates = {to_buffer(s.tsa.certificate().der())};
    s.bundle.timestamps = {s.tsa.seal(parts)};
    REQUIRE_FOUND(s, {{kStamp, "carries 1 certificate"}});
    s.bundle.timestamps = {Buffer{0x30, 0x00}};
    const Deviations none = lint(s);
    REQUIRE(none.size() == 1);
    REQUIRE(none[0].where == kStamp);
    REQUIRE(none[0].what.starts_with("is no time stamp: "));
}

TEST_CASE("digests that do not fit the key are found", "[bundle_lint]") {
    TestSigstore s({.key_type = KeyType::EcdsaP384});
    auto& message = std::get<MessageSignature>(s.bundle.content);
    message.claimed_digest = s.artifact.digest;
    REQUIRE_FOUND(s, {{"messageSignature.messageDigest.algorithm",
                       "is SHA2_256, expected SHA2_384 with a key of type ECDSA P-384"}});
    message.signature.clear();
    message.claimed_digest.reset();
    REQUIRE_FOUND(s, {{"messageSignature.messageDigest", "is missing"},
                      {"messageSignature.signature", "is empty"}});
}

TEST_CASE("what is odd in an envelope is found", "[bundle_lint]") {
    TestSigstore s({.entry = EntryKind::DsseV1});
    const std::string good(as_text(s.envelope().payload));
    s.envelope().key_id = "x";
    REQUIRE_FOUND(s, {{"dsseEnvelope.signatures[0].keyid", "is set, and nothing vouches for it"}});
    s.envelope().key_id.clear();
    s.envelope().payload_type = "application/json";
    REQUIRE_FOUND(s, {{"dsseEnvelope.payloadType",
                       "is 'application/json', expected 'application/vnd.in-toto+json'"}});
    s.envelope().payload_type = kInTotoPayloadType;
    set_payload(s, good + "\n");
    REQUIRE_FOUND(s, {{"dsseEnvelope.payload", "is not canonical JSON"}});
    set_payload(s, "{}");
    REQUIRE_FOUND(s, {{"dsseEnvelope.payload", "is no statement: '_type' is missing"}});
    set_payload(s, edit(good, "_type", "https://in-toto.io/Statement/v0.1"));
    REQUIRE_FOUND(s, {{"dsseEnvelope.payload: _type",
                       "is 'https://in-toto.io/Statement/v0.1', an older version"}});
    set_payload(s,
                to_canonical_json(parse_json(edit(good, "subject.0.digest.sha1", "00")).value()));
    REQUIRE_FOUND(s, {{"dsseEnvelope.payload: subject[0].digest.sha1",
                       "is of an algorithm that is not matched"}});
    s.envelope().signature.clear();
    set_payload(s, good);
    REQUIRE_FOUND(s, {{"dsseEnvelope.signatures[0].sig", "is empty"}});
}
