// What went wrong in other verifiers, continued: statements and policies, limits and crashes, and
// what else a bundle can be turned into without its signature noticing.
#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"

#include <functional>

using namespace boltseal;
using test::edit;
using test::EntryKind;
using test::kLeafStart;
using test::kSigned;
using test::TestSigstore;
using test::without;

namespace {

const std::string kMaterial = "verificationMaterial";
const std::string kEntries = kMaterial + ".tlogEntries";
const std::string kEntry = kEntries + ".0";
const std::string kStamps = kMaterial + ".timestampVerificationData.rfc3161Timestamps";

// Signed and logged as it is, whatever is in it.
TestSigstore with_payload(EntryKind kind, Bytes payload,
                          const std::string& type = std::string(kInTotoPayloadType)) {
    TestSigstore s({.entry = kind, .envelope = true});
    s.envelope().payload = to_buffer(payload);
    s.envelope().payload_type = type;
    s.signature() = s.signer->sign(pre_authentication_encoding(type, payload)).value();
    s.entry() = s.log(kind, s.record());
    if (!s.bundle.timestamps.empty()) {
        s.bundle.timestamps = {s.tsa.stamp(s.signature(), kSigned)};
    }
    return s;
}

Json copies(const Json& item, std::size_t count) {
    return Json::Array(count, item);
}

struct Row {
    std::string why;
    std::string json;
};

void require_refused(const TestSigstore& s, const std::vector<Row>& rows) {
    REQUIRE_OK(s.verify());
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const auto verified = s.verify_text(row.json);
        REQUIRE_REFUSED(verified, row.why);
        REQUIRE_FAULT(verified, Fault::Untrusted);
    }
}

}  // namespace

TEST_CASE("CVE-2026-39395: a valid signature over no statement", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    const std::string good(
        as_text(encode_statement(test::statement_about(digest_of(as_bytes("hello world"))))));
    REQUIRE_OK(with_payload(kind, as_bytes(good)).verify());
    const auto require = [&](const std::string& why, const std::string& payload) {
        CAPTURE(payload);
        REQUIRE_REFUSED(with_payload(kind, as_bytes(payload)).verify(), why);
    };
    require("statement: not valid JSON: syntax error at byte 1", "hello");
    require("statement: not valid JSON: syntax error at byte 1", "");
    require("'_type' is missing", "{}");
    require("statement: unknown type 'https://in-toto.io/Statement/v2'",
            edit(good, "_type", "https://in-toto.io/Statement/v2"));
    require("'subject' is not an array", edit(good, "subject", Json()));
    require("statement: subject: not an object", edit(good, "subject", Json::array({Json()})));
    require("statement: subject: 'digest' is not an object",
            edit(good, "subject.0.digest", Json()));
    require("statement: subject: a digest is not a string",
            edit(good, "subject.0.digest.sha256", Json()));
    require("statement: subject: 'digest' is empty",
            edit(good, "subject.0.digest", Json::object({})));
    require("statement: not valid JSON: key appears twice",
            test::replaced(good, "\"_type\":", "\"_type\":\"x\",\"_type\":"));
    REQUIRE_REFUSED(with_payload(kind, as_bytes(good), "application/json").verify(),
                    "payload type is 'application/json', expected 'application/vnd.in-toto+json'");
}

TEST_CASE("CVE-2026-39395, CVE-2022-35929: a predicate type that was not asked for", "[lessons]") {
    TestSigstore s({.entry = EntryKind::DsseV1, .predicate_type = "https://example.com/a"});
    REQUIRE_OK(s.verify());
    s.policy.predicate_type = "https://example.com/b";
    REQUIRE_REFUSED(s.verify(),
                    "predicate type is 'https://example.com/a', expected 'https://example.com/b'");
    s.policy.predicate_type.clear();
    REQUIRE_REFUSED(s.verify(),
                    "this is an attestation of type 'https://example.com/a', expected a signature "
                    "over the artifact itself");
}

TEST_CASE("CVE-2025-29778: every part of an identity is asked for", "[lessons]") {
    TestSigstore s;
    test::CertificateSpec leaf = test::keyless_leaf(s.ct_log);
    leaf.key = s.signer->public_key();
    leaf.more = {{test::fulcio_oid(14), test::utf8_string("refs/heads/main")},
                 {test::fulcio_oid(11), test::utf8_string("github-hosted")}};
    s.certify(s.ca.issue(leaf));
    TrustedIdentity& wanted = s.policy.identities[0];
    const TrustedIdentity good = wanted;
    wanted.extensions = {{"source-repository-ref", "refs/heads/main"},
                         {"runner-environment", "github-hosted"}};
    REQUIRE_OK(s.verify());
    const auto require = [&](const std::function<void(TrustedIdentity&)>& change) {
        wanted = good;
        change(wanted);
        REQUIRE_FAULT(s.verify(), Fault::Untrusted);
        REQUIRE(s.verify().error().message().starts_with(
            "certificate is for 'signer@example.com', issuer 'https://issuer.example.com', "
            "expected "));
    };
    require([](auto& id) { id.name = Pattern::exactly("signer@example.co"); });
    require([](auto& id) { id.name = Pattern::regex("igner@example.com").value(); });
    require([](auto& id) { id.name = Pattern(); });
    require([](auto& id) { id.issuer = Pattern::exactly("https://issuer.example.com/"); });
    require([](auto& id) { id.issuer = Pattern::regex("https://issuer").value(); });
    require([](auto& id) { id.issuer = Pattern(); });
    require([](auto& id) { id.extensions = {{"source-repository-ref", "refs/heads/other"}}; });
    require([](auto& id) { id.extensions = {{"source-repository-ref", ""}}; });
    require([](auto& id) { id.extensions = {{"build-trigger", "push"}}; });
    require([](auto& id) { id.extensions = {{"", ""}}; });
}

TEST_CASE("CVE-2024-45395: more entries, timestamps and certificates than anybody needs",
          "[lessons]") {
    TestSigstore s({.timestamp = true});
    const std::string json = s.text();
    const Json entry = test::member_at(json, kEntry);
    const Json stamp = test::member_at(json, kStamps + ".0");
    require_refused(
        s, {{"'verificationMaterial.tlogEntries' has more than 32 items",
             edit(json, kEntries, copies(entry, 33))},
            {"bundle: has the same log entry twice", edit(json, kEntries, copies(entry, 32))},
            {"'verificationMaterial.timestampVerificationData.rfc3161Timestamps' has more than 32 "
             "items",
             edit(json, kStamps, copies(stamp, 33))},
            {"bundle: has the same timestamp twice", edit(json, kStamps, copies(stamp, 32))}});
    // The limit comes before anything in them is read.
    REQUIRE_REFUSED(s.verify_text(edit(json, kEntries, copies(Json(1), 33))),
                    "'verificationMaterial.tlogEntries' has more than 32 items");
    TestSigstore old({.version = BundleVersion::V02});
    const std::string chain = kMaterial + ".x509CertificateChain.certificates";
    const Json leaf = test::member_at(old.text(), chain + ".0");
    REQUIRE_REFUSED(old.verify_text(edit(old.text(), chain, copies(leaf, 17))),
                    "'verificationMaterial.x509CertificateChain.certificates' has more than 16 "
                    "items");
}

TEST_CASE("CVE-2024-45395: more subjects and digests than anybody needs", "[lessons]") {
    const auto statement = [](std::size_t subjects, std::size_t digests) {
        Json set = Json::object({{"sha256", digest_of(as_bytes("hello world")).hex()}});
        for (std::size_t i = 1; i < digests; ++i) set.set("x" + std::to_string(i), "0");
        const std::string json(
            as_text(encode_statement(test::statement_about(digest_of(as_bytes("hello world"))))));
        return edit(json, "subject", copies(Json::object({{"digest", set}}), subjects));
    };
    const auto verify = [&](std::size_t subjects, std::size_t digests) {
        return with_payload(EntryKind::HashedRekordV2, as_bytes(statement(subjects, digests)))
            .verify();
    };
    REQUIRE_OK(verify(1024, 1));
    REQUIRE_OK(verify(1, 32));
    REQUIRE_REFUSED(verify(1025, 1), "statement: more than 1024 subjects");
    REQUIRE_REFUSED(verify(1, 33), "statement: subject: 'digest' has too many members");
}

TEST_CASE("cosign#4648: null stands for nothing, and never crashes", "[lessons]") {
    const TestSigstore s({.timestamp = true});
    const std::string json = s.text();
    const Json none;
    const Json nulls = Json::array({Json()});
    require_refused(
        s,
        {{"not an object", "null"},
         {"'mediaType' is missing", edit(json, "mediaType", none)},
         {"'verificationMaterial' is missing", edit(json, kMaterial, none)},
         {"bundle: has 0 of key, certificate and certificate chain, expected one",
          edit(json, kMaterial + ".certificate", none)},
         {"'verificationMaterial.certificate.rawBytes' is missing",
          edit(json, kMaterial + ".certificate.rawBytes", none)},
         {"'verificationMaterial.tlogEntries[0]' is not an object", edit(json, kEntries, nulls)},
         {"'verificationMaterial.tlogEntries[0].logId' is missing",
          edit(json, kEntry + ".logId", none)},
         {"'verificationMaterial.tlogEntries[0].logId.keyId' is missing",
          edit(json, kEntry + ".logId.keyId", none)},
         {"'verificationMaterial.tlogEntries[0].kindVersion' is missing",
          edit(json, kEntry + ".kindVersion", none)},
         {"'verificationMaterial.tlogEntries[0].kindVersion.kind' is missing",
          edit(json, kEntry + ".kindVersion.kind", none)},
         {"'verificationMaterial.tlogEntries[0].inclusionPromise.signedEntryTimestamp' is missing",
          edit(json, kEntry + ".inclusionPromise.signedEntryTimestamp", none)},
         {"bundle: has a log entry without an inclusion proof and its checkpoint",
          edit(json, kEntry + ".inclusionProof", none)},
         {"bundle: has a log entry without an inclusion proof and its checkpoint",
          edit(json, kEntry + ".inclusionProof.checkpoint", none)},
         {"'verificationMaterial.tlogEntries[0].inclusionProof.checkpoint.envelope' is missing",
          edit(json, kEntry + ".inclusionProof.checkpoint.envelope", none)},
         {"'verificationMaterial.tlogEntries[0].inclusionProof.rootHash' is missing",
          edit(json, kEntry + ".inclusionProof.rootHash", none)},
         {"'verificationMaterial.tlogEntries[0].inclusionProof.hashes[0]' is not a string",
          edit(json, kEntry + ".inclusionProof.hashes", nulls)},
         {"'verificationMaterial.tlogEntries[0].canonicalizedBody' is missing",
          edit(json, kEntry + ".canonicalizedBody", none)},
         {"'" + kStamps + "[0]' is not an object", edit(json, kStamps, nulls)},
         {"'" + kStamps + "[0].signedTimestamp' is missing",
          edit(json, kStamps + ".0.signedTimestamp", none)},
         {"'dsseEnvelope' is missing", edit(json, "messageSignature", none)},
         {"'messageSignature.signature' is missing",
          edit(json, "messageSignature.signature", none)},
         {"'messageSignature.messageDigest.algorithm' is missing",
          edit(json, "messageSignature.messageDigest.algorithm", none)},
         {"'messageSignature.messageDigest.digest' is missing",
          edit(json, "messageSignature.messageDigest.digest", none)},
         {"bundle: 'messageSignature.messageDigest' is null, which means absent",
          edit(json, "messageSignature.messageDigest", none)},
         {"bundle: 'verificationMaterial.publicKey' is null, which means absent",
          edit(json, kMaterial + ".publicKey", none)},
         {"bundle: 'dsseEnvelope' is null, which means absent", edit(json, "dsseEnvelope", none)}});
    const TestSigstore image({.entry = EntryKind::DsseV1});
    const std::string text = image.text();
    require_refused(
        image,
        {{"'dsseEnvelope' is missing", edit(text, "dsseEnvelope", none)},
         {"'dsseEnvelope.payload' is missing", edit(text, "dsseEnvelope.payload", none)},
         {"'dsseEnvelope.payloadType' is missing", edit(text, "dsseEnvelope.payloadType", none)},
         {"'dsseEnvelope.signatures' has 0 signatures, expected one",
          edit(text, "dsseEnvelope.signatures", none)},
         {"'dsseEnvelope.signatures[0]' is not an object",
          edit(text, "dsseEnvelope.signatures", nulls)},
         {"'dsseEnvelope.signatures[0].sig' is missing",
          edit(text, "dsseEnvelope.signatures.0.sig", none)}});
}

TEST_CASE("cosign#4648: an entry's body that is not what it should be", "[lessons]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    const LogEntry good = s.entry();
    const std::string body(as_text(good.body));
    const auto require = [&](const std::string& why, const std::string& changed) {
        CAPTURE(changed);
        s.entry() = s.rekor.append(as_bytes(changed), good.kind, good.version, kSigned);
        REQUIRE_REFUSED(s.verify(), "log entry: " + why);
    };
    require("body: not valid JSON: syntax error at byte 1", "");
    require("body: 'kind' is missing", "{}");
    require("body: 'kind' is not a string", "{\"kind\":null}");
    require("body: 'kind' is missing", "[]");
    require("body: 'spec' is not an object", edit(body, "spec", Json()));
    require(
        "body is 'x' '" + good.version + "', expected '" + good.kind + "' '" + good.version + "'",
        edit(body, "kind", "x"));
    require(
        "body is '" + good.kind + "' '0.0.9', expected '" + good.kind + "' '" + good.version + "'",
        edit(body, "apiVersion", "0.0.9"));
    if (kind == EntryKind::HashedRekordV1) {
        require("body: 'hash' is not an object", edit(body, "spec.data.hash", Json()));
        require("body: 'signature' is not an object", edit(body, "spec.signature", Json()));
        require("body: 'content' is not a string",
                edit(body, "spec.signature.publicKey.content", Json()));
        require("body: not a PEM file", edit(body, "spec.signature.publicKey.content", ""));
        return;
    }
    const std::string at =
        kind == EntryKind::DsseV1 ? "spec.signatures" : "spec.content.envelope.signatures";
    require("body: 'signatures' is not an array", edit(body, at, Json()));
    require("has 0 signatures, expected one", edit(body, at, Json::Array{}));
    const Json one = test::member_at(body, at + ".0");
    require("has 2 signatures, expected one", edit(body, at, Json::array({one, one})));
}

TEST_CASE("6.5: a bundle turned into another is refused for that", "[lessons]") {
    const TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const std::string json = s.text();
    const std::string v02 = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    const std::string proof = kEntry + ".inclusionProof";
    const Json leaf = test::member_at(json, kMaterial + ".certificate");
    const TestSigstore other({.entry = EntryKind::HashedRekordV2, .envelope = true});
    const auto in_body = [&](std::string_view from, std::string_view to) {
        const std::string text(as_text(s.bundle.log_entries[0].body));
        return edit(json, kEntry + ".canonicalizedBody",
                    to_base64(as_bytes(test::replaced(text, from, to))));
    };
    require_refused(
        s,
        {{"bundle: has a single certificate, which only version 0.3 does",
          edit(json, "mediaType", v02)},
         {"bundle: version 0.3 has a certificate chain, expected a single certificate",
          edit(without(json, kMaterial + ".certificate"), kMaterial + ".x509CertificateChain",
               Json::object({{"certificates", Json::array({leaf})}}))},
         {"bundle: has 2 of key, certificate and certificate chain, expected one",
          edit(json, kMaterial + ".publicKey", Json::object({}))},
         {"bundle: has both a message signature and an envelope",
          edit(json, "dsseEnvelope", test::member_at(other.text(), "dsseEnvelope"))},
         {"bundle: media type 'application/vnd.dev.sigstore.bundle.v0.4+json' is not read",
          edit(json, "mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json")},
         {"log entry: index differs from that of its proof", edit(json, kEntry + ".logIndex", "7")},
         {"log entry: proof and checkpoint differ in tree size or root",
          edit(json, proof + ".treeSize", "3")},
         {"log entry: proof and checkpoint differ in tree size or root",
          edit(json, proof + ".rootHash", to_base64(Buffer(32)))},
         {"log entry: is about another signature, digest or key",
          in_body("{\"apiVersion\"", "{ \"apiVersion\"")},
         {"log entry: is about another signature, digest or key",
          in_body("\"kind\":\"hashedrekord\"", "\"kind\":\"hashedrekorD\"")},
         {"log entry: kind is 'dsse' '0.0.3', expected 'hashedrekord' or 'dsse' '0.0.2'",
          edit(edit(json, kEntry + ".kindVersion.version", "0.0.3"), kEntry + ".kindVersion.kind",
               "dsse")},
         {"log entry: body is 'hashedrekord' '0.0.2', expected 'hashedrekord' '0.0.1'",
          edit(json, kEntry + ".kindVersion.version", "0.0.1")},
         {"'messageSignature.signature': base64 has a character outside its alphabet",
          edit(json, "messageSignature.signature",
               "!" + to_base64(s.record().signature).substr(1))},
         {"'verificationMaterial.tlog_entries' is spelled in snake_case, expected 'tlogEntries'",
          edit(json, kMaterial + ".tlog_entries", Json::Array{})},
         {"bundle: 'extra' is unknown", edit(json, "extra", 1)},
         {"bundle: not valid JSON: key appears twice",
          test::replaced(json, "\"mediaType\":", "\"mediaType\":\"x\",\"mediaType\":")}});
}

TEST_CASE("6.5: what a tolerant reader takes, a strict one does not", "[lessons]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const std::string json = s.text();
    const std::string signature = to_base64url(s.record().signature);
    const std::string kMessage = "messageSignature.signature";
    struct Tolerated {
        std::string what;
        std::string json;
    };
    const std::vector<Tolerated> all = {
        {"'extra' is unknown", edit(json, "extra", 1)},
        {"'verificationMaterial.tlogEntries[0].logIndex' is a number, expected a string",
         edit(json, kEntry + ".logIndex", 1)},
        {"'messageSignature.messageDigest' is missing",
         without(json, "messageSignature.messageDigest")},
        {"'mediaType' is 'application/vnd.dev.sigstore.bundle+json;version=0.3', expected "
         "'application/vnd.dev.sigstore.bundle.v0.3+json'",
         edit(json, "mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.3")},
        {"'verificationMaterial.publicKey' is null, which means absent",
         edit(json, kMaterial + ".publicKey", Json())},
    };
    for (const Tolerated& one : all) {
        CAPTURE(one.what);
        s.policy.strict = true;
        REQUIRE_REFUSED(s.verify_text(one.json), "bundle: " + one.what);
        s.policy.strict = false;
        REQUIRE_OK(s.verify_text(one.json));
        REQUIRE(s.verify_text(one.json)->deviations.size() == 1);
    }
    REQUIRE_OK(s.verify_text(edit(json, kMessage, signature)));
    s.policy.strict = true;
    REQUIRE(s.verify_text(edit(json, kMessage, signature)).has_value() ==
            (signature == to_base64(s.record().signature)));
}

TEST_CASE("6.5: a root certificate, or more than the signer's, in a chain", "[lessons]") {
    TestSigstore s({.version = BundleVersion::V02});
    const std::string chain = kMaterial + ".x509CertificateChain.certificates";
    const Json leaf = test::member_at(s.text(), chain + ".0");
    const auto raw = [](const Certificate& certificate) {
        return Json::object({{"rawBytes", to_base64(certificate.der())}});
    };
    const auto with = [&](std::initializer_list<Json> members) {
        return edit(s.text(), chain, Json::array(members));
    };
    REQUIRE_OK(s.verify_text(with({leaf, raw(s.ca.certificate())})));
    REQUIRE_REFUSED(s.verify_text(with({leaf, raw(s.root_ca.certificate())})),
                    "bundle: carries a root certificate");
    REQUIRE_REFUSED(s.verify_text(with({raw(s.root_ca.certificate())})),
                    "bundle: carries a root certificate");
    REQUIRE_REFUSED(s.verify_text(with({})),
                    "'verificationMaterial.x509CertificateChain.certificates' is empty");
    REQUIRE_REFUSED(s.verify_text(with({raw(s.ca.certificate()), leaf})),
                    "ECDSA signature does not verify");
    // What is carried along is never an anchor.
    s.policy.root.certificate_authorities = {test::TestCa().authority()};
    REQUIRE_REFUSED(s.verify_text(with({leaf, raw(s.ca.certificate())})),
                    "certificate does not lead to this authority");
    s.bundle.version = BundleVersion::V03;
    s.bundle.certificate = s.root_ca.certificate();
    REQUIRE_REFUSED(s.verify(), "bundle: carries a root certificate");
}

TEST_CASE("6.5: a key id is a hint, and does not contradict", "[lessons]") {
    TestSigstore s({.entry = EntryKind::DsseV1, .certificate = false});
    s.envelope().key_id = s.bundle.key_hint;
    REQUIRE_OK(s.verify());
    s.envelope().key_id = "garbage";
    REQUIRE_REFUSED(s.verify(), "envelope and bundle name different keys");
    s.bundle.key_hint.clear();
    REQUIRE_OK(s.verify());
    TestSigstore keyless({.entry = EntryKind::DsseV1});
    keyless.envelope().key_id = "garbage";
    REQUIRE_OK(keyless.verify());
}

TEST_CASE("sigstore-conformance#149: two signatures in one envelope", "[lessons]") {
    const TestSigstore s({.entry = EntryKind::DsseV1});
    const std::string json = s.text();
    const Json one = test::member_at(json, "dsseEnvelope.signatures.0");
    REQUIRE_REFUSED(s.verify_text(edit(json, "dsseEnvelope.signatures", Json::array({one, one}))),
                    "'dsseEnvelope.signatures' has 2 signatures, expected one");
    REQUIRE_REFUSED(s.verify_text(edit(json, "dsseEnvelope.signatures", Json::Array{})),
                    "'dsseEnvelope.signatures' has 0 signatures, expected one");
}
