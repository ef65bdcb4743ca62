// What went wrong in other verifiers: one test for each advisory or report about log entries, times
// and chains, named after it. Every bundle here is really signed, and wrong in one thing.
#include "core/encoding.h"
#include "core/pem.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::edit;
using test::EntryKind;
using test::IssuedCertificate;
using test::kLeafStart;
using test::kSigned;
using test::SigstoreSpec;
using test::TestCa;
using test::TestSigstore;
using test::without;

namespace {

const std::string kEntry = "verificationMaterial.tlogEntries.0";
const std::string kNotAtAll = "nothing proves when the certificate was used";
const std::string kForged =
    "log entry: signed entry timestamp of log 'rekor.example.com' does not verify";

Timestamp after(std::int64_t seconds) {
    return {kLeafStart.seconds + seconds};
}

std::string at(std::int64_t seconds) {
    return to_rfc3339(after(seconds));
}

// How an entry that is about something else is refused.
std::string another(EntryKind kind, const std::string& what) {
    if (test::is_v2(kind)) return "log entry: is about another signature, digest or key";
    return "log entry: is about another " + what;
}

IssuedCertificate certificate_for(const TestSigstore& s, const TestCa& ca,
                                  const std::optional<PublicKey>& key = std::nullopt) {
    test::CertificateSpec leaf = test::keyless_leaf(s.ct_log);
    leaf.key = key ? *key : s.signer->public_key();
    return ca.issue(leaf);
}

const TrustedLog& log_of(const TestSigstore& s, EntryKind kind) {
    return s.policy.root.logs[test::is_v2(kind) ? 1 : 0];
}

std::string count_of_logs(int found, int expected) {
    return "the bundle has entries of " + std::to_string(found) + " known log(s), expected " +
           std::to_string(expected);
}

}  // namespace

TEST_CASE("CVE-2022-23649: a valid entry of another signature", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const bool certificate = GENERATE(true, false);
    CAPTURE(to_string(kind), certificate);
    TestSigstore s({.entry = kind, .certificate = certificate});
    HashedRekord record = s.record();
    const TestSigstore again({.entry = kind, .certificate = certificate});
    record.signature = again.record().signature;
    s.entry() = s.log(kind, record);
    REQUIRE_REFUSED(s.verify(), another(kind, "signature"));
    s.policy.log_threshold = 0;  // what is there and false is refused, even if none is asked for
    REQUIRE_REFUSED(s.verify(), another(kind, "signature"));
}

TEST_CASE("CVE-2022-36056: an entry from another bundle, and identities that are not asked for",
          "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    TestSigstore other({.entry = kind});
    const LogEntry own = s.entry();
    s.entry() = s.log(kind, other.record());
    REQUIRE_REFUSED(s.verify(), another(kind, "signature"));
    // A false entry does not become harmless beside a true one.
    s.bundle.log_entries.push_back(own);
    REQUIRE_REFUSED(s.verify(), another(kind, "signature"));
    s.bundle.log_entries = {own};
    REQUIRE_OK(s.verify());
    s.policy.identities[0].name = Pattern::exactly("other@example.com");
    REQUIRE_REFUSED(s.verify(),
                    "certificate is for 'signer@example.com', issuer 'https://issuer.example.com', "
                    "expected 'other@example.com', issuer 'https://issuer.example.com'");
}

TEST_CASE("CVE-2026-22703: an entry with another digest, key or signature, on every path",
          "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const bool certificate = GENERATE(true, false);
    const bool envelope = GENERATE(true, false);
    CAPTURE(to_string(kind), certificate, envelope);
    TestSigstore s({.entry = kind, .envelope = envelope, .certificate = certificate});
    const HashedRekord record = s.record();
    const bool about_payload =
        kind == EntryKind::DsseV1 || kind == EntryKind::IntotoV1 || kind == EntryKind::DsseV2;

    HashedRekord other = record;
    other.digest = digest_of(as_bytes("other"));
    if (about_payload) {
        const SigstoreBundle bundle = s.bundle;
        s.envelope().payload = to_buffer("other");
        const LogEntry entry = s.log(kind, record);
        s.bundle = bundle;
        s.entry() = entry;
    } else {
        s.entry() = s.log(kind, other);
    }
    REQUIRE_REFUSED(s.verify(), another(kind, about_payload ? "payload" : "digest"));

    other = record;
    other.signature.back() ^= 1;
    s.entry() = s.log(kind, other);
    REQUIRE_REFUSED(s.verify(), another(kind, "signature"));

    const auto stranger = test::new_signer(KeyType::EcdsaP256);
    other = record;
    other.key = stranger->public_key();
    if (certificate)
        other.certificate = to_buffer(certificate_for(s, s.ca, other.key).certificate.der());
    s.entry() = s.log(kind, other);
    REQUIRE_REFUSED(s.verify(), another(kind, certificate ? "certificate" : "key"));
    if (!certificate) return;
    // Another certificate, for the same key and the same person.
    other = record;
    other.certificate = to_buffer(certificate_for(s, s.ca).certificate.der());
    s.entry() = s.log(kind, other);
    REQUIRE_REFUSED(s.verify(), another(kind, "certificate"));
}

TEST_CASE("CVE-2026-22703: a digest of another algorithm is another digest", "[lessons]") {
    for (const EntryKind kind : {EntryKind::HashedRekordV1, EntryKind::HashedRekordV2}) {
        TestSigstore s({.entry = kind, .key_type = KeyType::EcdsaP384});
        HashedRekord record = s.record();
        REQUIRE(record.digest.algorithm() == HashAlgorithm::Sha384);
        record.digest = s.artifact.digest;  // the right one, of SHA-256
        if (test::is_v2(kind)) record.algorithm = SignatureAlgorithm::EcdsaP384Sha256;
        s.entry() = s.log(kind, record);
        REQUIRE_REFUSED(s.verify(), another(kind, "digest"));
    }
}

TEST_CASE("GHSA-fx35-mq7g-6g98: a bare public key where a certificate belongs", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    HashedRekord record = s.record();
    record.certificate.clear();  // the right key, and nobody's
    s.entry() = s.log(kind, record);
    REQUIRE_REFUSED(s.verify(), test::is_v2(kind) ? another(kind, "")
                                                  : "log entry: names a PEM block 'PUBLIC KEY', "
                                                    "expected a certificate");
    TestSigstore key({.entry = kind, .certificate = false});
    record = key.record();
    record.certificate = to_buffer(certificate_for(key, key.ca).certificate.der());
    key.entry() = key.log(kind, record);
    REQUIRE_REFUSED(key.verify(), test::is_v2(kind) ? another(kind, "")
                                                    : "log entry: names a PEM block 'CERTIFICATE', "
                                                      "expected a public key");
}

TEST_CASE("GHSA-fx35-mq7g-6g98: nor does a key become the signer that was not asked for",
          "[lessons]") {
    TestSigstore s;
    const std::string path = "verificationMaterial.certificate.rawBytes";
    const std::string spki = to_base64(s.signer->public_key().spki());
    REQUIRE_REFUSED(s.verify_text(edit(s.text(), path, spki)), "not a certificate");
    const std::string pem = to_pem("PUBLIC KEY", s.signer->public_key().spki());
    REQUIRE_REFUSED(s.verify_text(edit(s.text(), path, to_base64(as_bytes(pem)))),
                    "not a certificate");
    REQUIRE_REFUSED(s.verify_text(edit(s.text(), path, "")), "not a certificate");
    // With a key, the certificate's is not asked; without one, no key is.
    s.policy.keys = {s.signer->public_key()};
    s.policy.identities.clear();
    REQUIRE_REFUSED(s.verify(), "the bundle is signed with a certificate, expected a key");
    TestSigstore key({.certificate = false});
    key.policy.keys.clear();
    key.policy.identities = TestSigstore().policy.identities;
    REQUIRE_REFUSED(key.verify(), "the bundle is signed with a key, expected a certificate");
}

TEST_CASE("CVE-2026-24122: an intermediate that ends between the leaf's start and the signature",
          "[lessons]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    SigstoreSpec spec{.entry = kind};
    TestSigstore s(spec);
    test::CertificateSpec short_lived = test::authority_spec("intermediate");
    short_lived.validity.end = after(100);
    const TestCa ends_then = s.root_ca.intermediate(short_lived);
    short_lived.validity.end = after(99);
    const TestCa ended = s.root_ca.intermediate(short_lived);

    s.policy.root.certificate_authorities = {ends_then.authority()};
    s.certify(certificate_for(s, ends_then));
    REQUIRE_OK(s.verify());
    s.policy.root.certificate_authorities = {ended.authority()};
    s.certify(certificate_for(s, ended));
    REQUIRE_REFUSED(s.verify(), "issuer of the certificate is valid " +
                                    to_string(short_lived.validity) + ", not at " + at(100));
}

TEST_CASE("CVE-2026-24122: a root that ends between the leaf's start and the signature",
          "[lessons]") {
    TestSigstore s;
    test::CertificateSpec spec = test::authority_spec("root");
    spec.validity.end = after(99);
    const TestCa ended = TestCa(spec).intermediate(test::authority_spec("intermediate"));
    s.policy.root.certificate_authorities = {ended.authority()};
    s.certify(certificate_for(s, ended));
    REQUIRE_REFUSED(s.verify(), "issuer of the certificate is valid " + to_string(spec.validity) +
                                    ", not at " + at(100));
}

TEST_CASE("CVE-2026-48816: a time beside an entry that nobody promised", "[lessons]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    TestSigstore s({.entry = kind});
    const LogEntry good = s.entry();
    s.entry().promise.clear();
    REQUIRE_REFUSED(s.verify(), kNotAtAll);
    s.entry().claimed_time = after(200);
    REQUIRE_REFUSED(s.verify(), kNotAtAll);
    s.entry().claimed_time.reset();
    REQUIRE_REFUSED(s.verify(), kNotAtAll);

    s.entry() = good;
    s.entry().claimed_time = after(200);  // the promise is of another time
    REQUIRE_REFUSED(s.verify(), kForged);
    s.entry().claimed_time.reset();
    REQUIRE_REFUSED(s.verify(), "log entry: has no promise of its log");
    s.entry() = good;
    s.entry().index += 1;  // or of another place
    REQUIRE_REFUSED(s.verify(), kForged);
    s.entry() = good;
    s.entry().promise.back() ^= 1;
    REQUIRE_REFUSED(s.verify(), kForged);
    const test::TestRekorV1 impostor("rekor.example.com");
    s.entry() = good;
    s.entry().promise = impostor.promise(good);
    REQUIRE_REFUSED(s.verify(), kForged);
}

TEST_CASE("CVE-2026-48816: a forged promise is refused where another time is proved", "[lessons]") {
    TestSigstore s({.timestamp = true});
    s.entry().promise.back() ^= 1;
    REQUIRE_REFUSED(s.verify(), kForged);
    s.entry().promise.clear();  // while none at all is fine then
    const auto verified = s.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->times.size() == 1);
    // What nobody vouches for is not reported either.
    s.entry().index += 77;
    s.entry().claimed_time = after(5);
    REQUIRE(s.verify()->log_indexes == std::vector<std::uint64_t>{s.entry().proof.index});
    REQUIRE(s.verify()->times.size() == 1);
    REQUIRE(s.verify()->times[0].time == kSigned);
}

TEST_CASE("CVE-2026-49834: two entries of one log are one log", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind, .timestamp = true});
    s.bundle.log_entries.push_back(s.log(kind, s.record()));
    REQUIRE_OK(s.verify());
    s.policy.log_threshold = 2;
    REQUIRE_REFUSED(s.verify(), count_of_logs(1, 2));
    s.bundle.log_entries[1] = s.entry();
    REQUIRE_REFUSED(s.verify(), "bundle: has the same log entry twice");
}

TEST_CASE("CVE-2026-49834: two logs of one operator are one log", "[lessons]") {
    TestSigstore s;
    s.bundle.log_entries.push_back(s.log_v2(EntryKind::HashedRekordV2, s.record()));
    s.policy.log_threshold = 2;
    REQUIRE_OK(s.verify());
    for (TrustedLog& log : s.policy.root.logs) log.operator_name = "sigstore.dev";
    REQUIRE_REFUSED(s.verify(), count_of_logs(1, 2));
}

TEST_CASE("CVE-2026-49834: SCTs of one log, or of one operator, are one", "[lessons]") {
    TestSigstore s;
    const test::TestCtLog second(KeyType::EcdsaP256, "second.example.com");
    const auto certify_with = [&](std::vector<const test::TestCtLog*> logs) {
        test::CertificateSpec leaf = test::keyless_leaf(s.ct_log);
        leaf.key = s.signer->public_key();
        leaf.scts.clear();
        for (const test::TestCtLog* log : logs) {
            test::SctSpec sct;
            sct.log = log;
            sct.milliseconds += leaf.scts.size();
            leaf.scts.push_back(sct);
        }
        s.certify(s.ca.issue(leaf));
    };
    const std::string why = "certificate is in 1 known certificate transparency log(s), expected 2";
    s.policy.sct_threshold = 2;
    s.policy.root.ct_logs = {s.ct_log.log(), second.log()};
    REQUIRE_REFUSED(s.verify(), why);
    certify_with({&s.ct_log, &s.ct_log});
    REQUIRE_REFUSED(s.verify(), why);
    s.policy.root.ct_logs.push_back(s.ct_log.log());  // nor is a log that is listed twice
    REQUIRE_REFUSED(s.verify(), why);
    const CertificateAuthority same = s.policy.root.certificate_authorities[0];
    s.policy.root.certificate_authorities.push_back(same);  // nor one SCT through two chains
    REQUIRE_REFUSED(s.verify(), why);
    certify_with({&s.ct_log, &second});
    REQUIRE_OK(s.verify());
    for (CtLog& log : s.policy.root.ct_logs) log.operator_name = "sigstore.dev";
    REQUIRE_REFUSED(s.verify(), why);
}

TEST_CASE("CVE-2026-49834: two time stamps of one authority, or one operator, are one",
          "[lessons]") {
    TestSigstore s({.timestamp = true});
    const test::TestTsa second("second.example.com");
    const std::string why = "the bundle has timestamps of 1 known authorities, expected 2";
    s.policy.timestamp_threshold = 2;
    s.policy.root.timestamp_authorities.push_back(second.authority());
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle.timestamps.push_back(s.tsa.stamp(s.signature(), after(101)));
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle.timestamps.back() = s.bundle.timestamps.front();
    REQUIRE_REFUSED(s.verify(), "bundle: has the same timestamp twice");
    s.bundle.timestamps.back() = second.stamp(s.signature(), kSigned);
    REQUIRE_OK(s.verify());
    for (auto& authority : s.policy.root.timestamp_authorities) authority.operator_name = "x";
    REQUIRE_REFUSED(s.verify(), why);
}

TEST_CASE("CVE-2026-54787: a key whose window ended before it signed", "[lessons]") {
    const bool timestamp = GENERATE(true, false);  // or by the log's promise
    const EntryKind kind = timestamp ? EntryKind::HashedRekordV2 : EntryKind::HashedRekordV1;
    TestSigstore s({.entry = kind, .certificate = false, .timestamp = timestamp});
    TimeRange& window = s.policy.keys[0].valid_for;
    window = {std::nullopt, after(100)};
    REQUIRE_OK(s.verify());
    window = {std::nullopt, after(99)};
    REQUIRE_REFUSED(s.verify(), "the key signed at " + at(100) + ", it is valid until " + at(99));
    window = {after(101), std::nullopt};
    REQUIRE_REFUSED(s.verify(), "the key signed at " + at(100) + ", it is valid from " + at(101));
    s.bundle.timestamps.clear();
    s.entry().promise.clear();
    s.entry().claimed_time.reset();
    REQUIRE_REFUSED(s.verify(),
                    "the key is valid from " + at(101) + ", and nothing proves when it signed");
}

TEST_CASE("CVE-2026-54787: every proved time lies in the key's window", "[lessons]") {
    TestSigstore s({.certificate = false, .timestamp = true});
    s.bundle.timestamps = {s.tsa.stamp(s.signature(), after(300))};
    s.policy.keys[0].valid_for = {after(0), after(200)};
    REQUIRE_REFUSED(s.verify(), "the key signed at " + at(300) + ", it is valid from " + at(0) +
                                    " to " + at(200));
}

TEST_CASE("CVE-2026-54787: a key that is listed twice is valid in both windows", "[lessons]") {
    TestSigstore s({.certificate = false});
    const PublicKey key = s.signer->public_key();
    const TrustedKey early(key, {std::nullopt, after(99)});
    const TrustedKey late(key, {after(100), std::nullopt});
    s.policy.keys = {early, late};
    REQUIRE_OK(s.verify());
    s.policy.keys = {late, early};
    REQUIRE_OK(s.verify());
    s.policy.keys = {early, early};
    REQUIRE_REFUSED(s.verify(), "the key signed at " + at(100) + ", it is valid until " + at(99));
    s.policy.keys = {early, late};  // one window has all times in it
    s.bundle.timestamps = {s.tsa.stamp(s.signature(), after(99))};
    REQUIRE_FAULT(s.verify(), Fault::Untrusted);
}

TEST_CASE("sigstore-java#1185: a promise whose signature is not the log's", "[lessons]") {
    TestSigstore s({.certificate = false});
    s.entry().promise = Buffer(70, 0x30);
    REQUIRE_REFUSED(s.verify(), kForged);
}

TEST_CASE("sigstore-conformance#139: a checkpoint whose signature is not the log's", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    const std::string name = log_of(s, kind).key.name;
    Note note = parse_note(as_bytes(s.entry().checkpoint)).value();
    note.signatures[0].signature.back() ^= 1;
    s.entry().checkpoint = to_string(note);
    REQUIRE_REFUSED(s.verify(), "log entry: note: signature by '" + name + "' does not verify");
    note.signatures[0].key_id[0] ^= 1;
    s.entry().checkpoint = to_string(note);
    REQUIRE_REFUSED(s.verify(), "log entry: note: not signed by any known key");
    const test::TestRekorV1 rekor("rekor.example.com");
    const test::SmallLog tiles(name);
    s.entry().checkpoint =
        test::is_v2(kind) ? tiles.sign({name, s.entry().head, {}}) : rekor.sign(s.entry().head);
    REQUIRE_REFUSED(s.verify(), "log entry: note: not signed by any known key");
}

TEST_CASE("sigstore-rust#160: one bad authority of two cannot backdate", "[lessons]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    TestSigstore s({.entry = kind, .timestamp = true});
    const test::TestTsa second("second.example.com");
    s.policy.root.timestamp_authorities.push_back(second.authority());
    const std::string leaf = "certificate is valid from " + at(0) + " to " + at(600) + ", not at ";
    for (const std::int64_t time : {0, 600}) {
        s.bundle.timestamps = {s.tsa.stamp(s.signature(), kSigned),
                               second.stamp(s.signature(), after(time))};
        REQUIRE_OK(s.verify());
    }
    for (const std::int64_t time : {-1, 601}) {
        s.bundle.timestamps = {s.tsa.stamp(s.signature(), kSigned),
                               second.stamp(s.signature(), after(time))};
        REQUIRE_REFUSED(s.verify(), leaf + at(time));
        std::swap(s.bundle.timestamps[0], s.bundle.timestamps[1]);
        REQUIRE_REFUSED(s.verify(), leaf + at(time));
    }
}

TEST_CASE("sigstore-rust#160: a token over another signature", "[lessons]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const std::string why =
        "time stamp by 'tsa.example.com': message imprint is of another message";
    s.bundle.timestamps = {s.tsa.stamp(as_bytes("hello world"), kSigned)};  // of the artifact
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle.timestamps = {s.tsa.stamp(as_bytes(to_base64(s.signature())), kSigned)};
    REQUIRE_REFUSED(s.verify(), why);
}

TEST_CASE("sigstore-rs#285: an entry that is not in the tree", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    const LogEntry good = s.entry();
    s.entry().proof.path.back() = hash_leaf({});
    REQUIRE_REFUSED(s.verify(), "log entry: inclusion proof does not lead to the root");
    s.entry() = good;
    s.entry().proof.path.clear();
    REQUIRE_REFUSED(s.verify(), "log entry: inclusion proof is too short");
    s.entry() = good;
    s.entry().head.root = hash_leaf({});
    REQUIRE_REFUSED(s.verify(), "log entry: proof and checkpoint differ in tree size or root");
    s.entry() = good;
    s.entry().head.size += 1;
    REQUIRE_REFUSED(s.verify(), "log entry: proof and checkpoint differ in tree size or root");
    // A promise proves no place, and a place is not proved without a signed head.
    const std::string why = "bundle: has a log entry without an inclusion proof and its checkpoint";
    s.entry() = good;
    REQUIRE_REFUSED(s.verify_text(without(s.text(), kEntry + ".inclusionProof")), why);
    REQUIRE_REFUSED(s.verify_text(without(s.text(), kEntry + ".inclusionProof.checkpoint")), why);
}

TEST_CASE("CVE-2026-39984: a forged certificate first in the token", "[lessons]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    // The forged one names the same issuer and serial number, and may stamp.
    const test::TestTsa forger("tsa.example.com");
    test::TokenParts parts = s.tsa.parts(s.signature(), kSigned);
    const auto put = [&](const std::vector<Certificate>& certificates) {
        parts.certificates.clear();
        for (const Certificate& one : certificates) {
            parts.certificates.push_back(to_buffer(one.der()));
        }
        s.bundle.timestamps = {s.tsa.seal(parts)};
    };
    put({s.tsa.certificate()});
    REQUIRE_OK(s.verify());
    put({forger.certificate()});
    REQUIRE_REFUSED(s.verify(),
                    "time stamp by 'tsa.example.com': the certificates in it are not the signer's");
    // Signed by the forger, with the authority's certificate along: constraints apply to who
    // signed.
    parts = forger.parts(s.signature(), kSigned);
    for (const bool forged_first : {true, false}) {
        parts.certificates = {to_buffer(s.tsa.certificate().der()),
                              to_buffer(forger.certificate().der())};
        if (forged_first) std::swap(parts.certificates[0], parts.certificates[1]);
        s.bundle.timestamps = {forger.seal(parts)};
        REQUIRE_REFUSED(s.verify(), "the bundle has timestamps of 0 known authorities, expected 1");
    }
    // The token says that the authority signed it.
    parts.signer_id = test::issuer_and_serial(s.tsa.certificate());
    s.bundle.timestamps = {forger.seal(parts)};
    REQUIRE_FAULT(s.verify(), Fault::Untrusted);
    REQUIRE(s.verify().error().message().starts_with("time stamp by 'tsa.example.com': "));
}

TEST_CASE("CVE-2023-47122: a log that only the bundle knows", "[lessons]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    TestSigstore s({.entry = kind, .timestamp = true});
    s.policy.root.logs.erase(s.policy.root.logs.begin() + (test::is_v2(kind) ? 1 : 0));
    REQUIRE_REFUSED(s.verify(), count_of_logs(0, 1));
}

TEST_CASE("downgrade: the version is lowered and the proof dropped", "[lessons]") {
    const bool certificate = GENERATE(true, false);
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    CAPTURE(to_string(kind), certificate);
    TestSigstore s({.entry = kind, .certificate = certificate, .timestamp = true});
    s.policy.strict = false;
    s.bundle.version = BundleVersion::V01;
    if (test::is_v2(kind)) {
        REQUIRE_REFUSED(s.verify(), "bundle: version 0.1 has no promise of a log");
        return;
    }
    REQUIRE_OK(s.verify());
    const std::string why = "log entry: has no inclusion proof with a checkpoint";
    const std::string no_proof = without(s.text(), kEntry + ".inclusionProof");
    const std::string no_checkpoint = without(s.text(), kEntry + ".inclusionProof.checkpoint");
    REQUIRE_REFUSED(s.verify_text(no_proof), why);
    REQUIRE_REFUSED(s.verify_text(no_checkpoint), why);
    REQUIRE_REFUSED(s.verify_text(without(no_proof, kEntry + ".inclusionPromise")),
                    "bundle: version 0.1 has no promise of a log");
    s.policy.accept_promise_alone = true;  // said out loud
    REQUIRE_OK(s.verify_text(no_proof));
    REQUIRE_OK(s.verify_text(no_checkpoint));
    REQUIRE(s.verify_text(no_proof)->checkpoints.empty());
    // A promise is no less checked for that.
    s.entry().promise.back() ^= 1;
    REQUIRE_REFUSED(s.verify_text(without(s.text(), kEntry + ".inclusionProof")), kForged);
}
