// Doubles of the published conformance suite's other cases, by what their names say: each made
// anew, and really signed. github.com/sigstore/sigstore-conformance, test/assets/bundle-verify
#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/test_keys.h"
#include "tests/support/test_witness.h"

using namespace boltseal;
using test::edit;
using test::EntryKind;
using test::kLeafStart;
using test::kSigned;
using test::TestSigstore;
using test::without;

namespace {

const std::string kEntry = "verificationMaterial.tlogEntries.0";
const std::string kTsa = "time stamp by 'tsa.example.com': ";

std::string log_name(EntryKind kind) {
    return test::is_v2(kind) ? "log2.example.com" : "rekor.example.com";
}

std::string at(std::int64_t seconds) {
    return to_rfc3339({kLeafStart.seconds + seconds});
}

// The suite's profile: any predicate type, and a promise alone will do.
void as_the_suite(TestSigstore& s) {
    s.policy.any_predicate_type = true;
    s.policy.accept_promise_alone = true;
    s.policy.strict = false;
}

EntryKind any_kind() {
    return GENERATE(values(test::kEntryKinds));
}

}  // namespace

TEST_CASE("suite: a checkpoint with other signatures before and after the log's", "[suite]") {
    const EntryKind kind = any_kind();
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind});
    const test::TestWitness a("a.example");
    const test::TestWitness b("b.example");
    const Note own = parse_note(as_bytes(s.entry().checkpoint)).value();
    Note note = own;
    note.signatures = {a.sign(own.text, 1'750'000'000), own.signatures[0],
                       b.sign(own.text, 1'750'000'001)};
    s.entry().checkpoint = to_string(note);
    REQUIRE_OK(s.verify());
    // Sixteen and more are allowed, and none of them stands for the log's.
    note.signatures.clear();
    for (int i = 0; i < 20; ++i) note.signatures.push_back(a.sign(own.text, 1'750'000'000));
    s.entry().checkpoint = to_string(note);
    REQUIRE_REFUSED(s.verify(), "log entry: note: not signed by any known key");
    note.signatures.push_back(own.signatures[0]);
    s.entry().checkpoint = to_string(note);
    REQUIRE_OK(s.verify());
    // A line of the log's that is wrong refuses the note, however many are right.
    note.signatures.push_back(own.signatures[0]);
    note.signatures.back().signature.back() ^= 1;
    s.entry().checkpoint = to_string(note);
    REQUIRE_REFUSED(s.verify(),
                    "log entry: note: signature by '" + log_name(kind) + "' does not verify");
}

TEST_CASE("suite: a checkpoint with extension lines", "[suite]") {
    const EntryKind kind = any_kind();
    TestSigstore s({.entry = kind});
    const Checkpoint checkpoint =
        parse_checkpoint(parse_note(as_bytes(s.entry().checkpoint)).value().text).value();
    Checkpoint extended = checkpoint;
    extended.extensions = {"Timestamp: 1795000100000000000", "more"};
    s.entry().checkpoint =
        test::is_v2(kind) ? s.tiles.sign(extended) : s.rekor.sign_text(to_string(extended));
    REQUIRE_OK(s.verify());
    extended.head.size += 1;
    s.entry().checkpoint =
        test::is_v2(kind) ? s.tiles.sign(extended) : s.rekor.sign_text(to_string(extended));
    REQUIRE_REFUSED(s.verify(), "log entry: proof and checkpoint differ in tree size or root");
}

TEST_CASE("suite: a checkpoint of another origin, signed by the log's key", "[suite]") {
    TestSigstore v1;
    const std::string root = to_base64(v1.entry().head.root.bytes());
    const auto text = [&](const std::string& origin) {
        return origin + "\n" + std::to_string(v1.entry().head.size) + "\n" + root + "\n";
    };
    for (const char* origin : {"other.example.com - 1", "rekor.example.com", "rekor.example.com -1",
                               "rekor.example.com.evil - 1"}) {
        v1.entry().checkpoint = v1.rekor.sign_text(text(origin));
        REQUIRE_REFUSED(v1.verify(), "log entry: checkpoint is of log '" + std::string(origin) +
                                         "', expected one of 'rekor.example.com'");
    }
    TestSigstore v2({.entry = EntryKind::HashedRekordV2});
    v2.entry().checkpoint = v2.tiles.sign({"other.example.com", v2.entry().head, {}});
    REQUIRE_REFUSED(v2.verify(),
                    "log entry: checkpoint is of log 'other.example.com', expected "
                    "'log2.example.com'");
}

TEST_CASE("suite: wrong root hash, size, hashes and index", "[suite]") {
    const EntryKind kind = any_kind();
    TestSigstore s({.entry = kind});
    const LogEntry good = s.entry();
    s.entry().proof.index = 0;
    REQUIRE_REFUSED(s.verify(), test::is_v2(kind)
                                    ? "log entry: index differs from that of its proof"
                                    : "log entry: inclusion proof does not lead to the root");
    s.entry() = good;
    s.entry().proof.index = s.entry().head.size;
    s.entry().index = test::is_v2(kind) ? s.entry().proof.index : s.entry().index;
    REQUIRE_REFUSED(s.verify(), "log entry: leaf index is beyond the tree");
    s.entry() = good;
    s.entry().proof.path.push_back(s.entry().proof.path.back());
    REQUIRE_REFUSED(s.verify(), "log entry: inclusion proof is too long");
}

TEST_CASE("suite: an envelope that is not what its signature is over", "[suite]") {
    const EntryKind kind = GENERATE(EntryKind::DsseV1, EntryKind::IntotoV1, EntryKind::DsseV2,
                                    EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    CAPTURE(to_string(kind));
    TestSigstore s({.entry = kind, .envelope = true});
    TestSigstore other(
        {.entry = kind, .envelope = true, .predicate_type = "https://example.com/x"});
    const SigstoreBundle good = s.bundle;
    const std::string why = "ECDSA signature does not verify";
    s.envelope().payload = other.envelope().payload;
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle = good;
    s.envelope().signature = other.envelope().signature;
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle = good;
    s.envelope().payload_type += "x";
    REQUIRE_REFUSED(s.verify(), why);
    s.bundle = good;
    s.bundle.content = other.bundle.content;
    REQUIRE_REFUSED(s.verify(), why);
}

TEST_CASE("suite: a statement about another artifact", "[suite]") {
    const EntryKind kind = GENERATE(EntryKind::DsseV1, EntryKind::IntotoV1, EntryKind::DsseV2);
    TestSigstore s({.entry = kind});
    const Buffer other = to_buffer("other");
    s.artifact = {digest_of(other), Bytes(other)};
    REQUIRE_REFUSED(s.verify(), "statement is not about " + to_string(s.artifact.digest));
}

TEST_CASE("suite: another artifact, with the file and with its digest", "[suite]") {
    TestSigstore s({.entry = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2)});
    const Buffer other = to_buffer("other");
    s.artifact = {digest_of(other), Bytes(other)};
    REQUIRE_REFUSED(s.verify(), "ECDSA signature does not verify");
    s.artifact.bytes.reset();
    REQUIRE_REFUSED(s.verify(), "ECDSA signature does not verify");
}

TEST_CASE("suite: a file over an intoto or dsse entry", "[suite]") {
    const EntryKind kind = GENERATE(EntryKind::DsseV1, EntryKind::IntotoV1);
    TestSigstore s;
    TestSigstore image({.entry = kind});
    s.bundle.log_entries = image.bundle.log_entries;
    s.policy.root.logs = image.policy.root.logs;
    REQUIRE_REFUSED(s.verify(),
                    "log entry: is about an envelope, expected a signature over a file");
}

TEST_CASE("suite: a time stamp outside the certificate's validity", "[suite]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const auto stamp = [&](std::int64_t seconds) {
        s.bundle.timestamps = {s.tsa.stamp(s.signature(), {kLeafStart.seconds + seconds})};
    };
    for (const std::int64_t time : {0, 600}) {
        stamp(time);
        REQUIRE_OK(s.verify());
    }
    for (const std::int64_t time : {-1, 601}) {
        stamp(time);
        REQUIRE_REFUSED(s.verify(), "certificate is valid from " + at(0) + " to " + at(600) +
                                        ", not at " + at(time));
    }
}

TEST_CASE("suite: a promise outside the certificate's validity", "[suite]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    for (const std::int64_t time : {-1, 601}) {
        const TestSigstore s({.entry = kind, .time = {kLeafStart.seconds + time}});
        REQUIRE_REFUSED(s.verify(), "certificate is valid from " + at(0) + " to " + at(600) +
                                        ", not at " + at(time));
    }
    for (const std::int64_t time : {0, 600}) {
        REQUIRE_OK(TestSigstore({.entry = kind, .time = {kLeafStart.seconds + time}}).verify());
    }
}

TEST_CASE("suite: a time stamp that carries its certificate", "[suite]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    test::TokenParts parts = s.tsa.parts(s.signature(), kSigned);
    for (const Certificate& one : s.tsa.authority().chain) {
        parts.certificates.push_back(to_buffer(one.der()));
        s.bundle.timestamps = {s.tsa.seal(parts)};
        REQUIRE_OK(s.verify());
    }
    // Where the root lists only the issuer, the token must bring it.
    s.policy.root.timestamp_authorities = {s.tsa.issuers()};
    REQUIRE_OK(s.verify());
    s.bundle.timestamps = {s.tsa.stamp(s.signature(), kSigned)};
    REQUIRE_REFUSED(s.verify(), "the bundle has timestamps of 0 known authorities, expected 1");
}

TEST_CASE("suite: a time stamp by nobody we know", "[suite]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const test::TestTsa stranger("tsa.example.com");
    s.bundle.timestamps = {stranger.stamp(s.signature(), kSigned)};
    REQUIRE_REFUSED(s.verify(), "the bundle has timestamps of 0 known authorities, expected 1");
    s.policy.root.timestamp_authorities.clear();
    REQUIRE_REFUSED(s.verify(), "nothing proves when the certificate was used");
    // Beside the promise of a log it is passed over.
    TestSigstore v1({.timestamp = true});
    v1.bundle.timestamps = {stranger.stamp(v1.signature(), kSigned),
                            v1.tsa.stamp(v1.signature(), kSigned)};
    REQUIRE_OK(v1.verify());
    REQUIRE(v1.verify()->times.size() == 2);
}

TEST_CASE("suite: a time stamp whose authority had expired, or was not for stamping", "[suite]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.validity.end = Timestamp{kSigned.seconds - 1};
    const test::TestTsa expired("tsa.example.com", spec);
    s.policy.root.timestamp_authorities = {expired.authority()};
    s.bundle.timestamps = {expired.stamp(s.signature(), kSigned)};
    REQUIRE_REFUSED(s.verify(), kTsa + "certificate is valid " + to_string(spec.validity) +
                                    ", not at " + at(100));
    spec = test::time_stamper_spec();
    spec.extended_key_usage = "critical,timeStamping,codeSigning";
    const test::TestTsa both("tsa.example.com", spec);
    s.policy.root.timestamp_authorities = {both.authority()};
    s.bundle.timestamps = {both.stamp(s.signature(), kSigned)};
    REQUIRE_REFUSED(s.verify(), kTsa + "certificate is not for time stamping alone");
}

TEST_CASE("suite: no promise in v0.1, no proof in v0.2 and v0.3", "[suite]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    TestSigstore v01({.entry = kind, .version = BundleVersion::V01});
    as_the_suite(v01);
    REQUIRE_OK(v01.verify_text(without(v01.text(), kEntry + ".inclusionProof")));
    REQUIRE_REFUSED(v01.verify_text(without(v01.text(), kEntry + ".inclusionPromise")),
                    "bundle: version 0.1 has no promise of a log");
    for (const BundleVersion version : {BundleVersion::V02, BundleVersion::V03}) {
        TestSigstore s({.entry = kind, .version = version});
        as_the_suite(s);
        REQUIRE_OK(s.verify());
        REQUIRE_REFUSED(s.verify_text(without(s.text(), kEntry + ".inclusionProof")),
                        "bundle: has a log entry without an inclusion proof and its checkpoint");
    }
}

TEST_CASE("suite: a wrong proof beside a promise is refused in v0.1, too", "[suite]") {
    TestSigstore s({.version = BundleVersion::V01});
    as_the_suite(s);
    s.entry().proof.path.back() = hash_leaf({});
    REQUIRE_REFUSED(s.verify(), "log entry: inclusion proof does not lead to the root");
}

TEST_CASE("suite: a trusted root with another key for the certificate log", "[suite]") {
    TestSigstore s;
    const test::TestCtLog other;
    CtLog& log = s.policy.root.ct_logs[0];
    const LogId id = log.id;
    log.key = other.log().key;
    REQUIRE_REFUSED(s.verify(),
                    "certificate timestamp of 'https://ctlog.example.com' does not verify");
    log.id = other.log().id;
    REQUIRE_REFUSED(s.verify(),
                    "certificate is in 0 known certificate transparency log(s), expected 1");
    log.id = id;
    s.policy.sct_threshold = 0;  // what is false is refused all the same
    REQUIRE_REFUSED(s.verify(),
                    "certificate timestamp of 'https://ctlog.example.com' does not verify");
}

TEST_CASE("suite: a certificate that no certificate log has seen", "[suite]") {
    TestSigstore s;
    test::CertificateSpec leaf = test::keyless_leaf(s.ct_log);
    leaf.key = s.signer->public_key();
    leaf.scts.clear();
    s.certify(s.ca.issue(leaf));
    REQUIRE_REFUSED(s.verify(),
                    "certificate is in 0 known certificate transparency log(s), expected 1");
}

TEST_CASE("suite: a certificate by somebody else, or not for signing code", "[suite]") {
    TestSigstore s;
    test::CertificateSpec leaf = test::keyless_leaf(s.ct_log);
    leaf.key = s.signer->public_key();
    const test::TestCa impostor = test::TestCa().intermediate(test::authority_spec("intermediate"));
    s.certify(impostor.issue(leaf));
    REQUIRE_FAULT(s.verify(), Fault::Untrusted);
    REQUIRE(s.verify().error().message() == "certificate does not lead to this authority");
    leaf.extended_key_usage = "serverAuth";
    s.certify(s.ca.issue(leaf));
    REQUIRE_REFUSED(s.verify(), "certificate is not for code signing");
}

TEST_CASE("suite: several entries, all of which hold", "[suite]") {
    TestSigstore s({.timestamp = true});
    s.bundle.log_entries.push_back(s.log_v2(EntryKind::HashedRekordV2, s.record()));
    s.bundle.log_entries.push_back(
        s.log_v1(EntryKind::HashedRekordV1, s.record(), {kSigned.seconds + 5}));
    const auto verified = s.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->checkpoints.size() == 3);
    REQUIRE(verified->times.size() == 3);
}

TEST_CASE("suite: a key with logs in the trusted root, and without", "[suite]") {
    TestSigstore s({.entry = EntryKind::None, .certificate = false});
    as_the_suite(s);
    REQUIRE_OK(s.verify());
    s.policy.log_threshold = 1;
    REQUIRE_REFUSED(s.verify(), "the bundle has entries of 0 known log(s), expected 1");
    TestSigstore logged({.certificate = false});
    as_the_suite(logged);
    REQUIRE_OK(logged.verify());
    logged.policy.root = {};
    logged.policy.log_threshold = 0;
    REQUIRE_OK(logged.verify());  // the entry is of a log that nobody asks for
}

TEST_CASE("suite: a wrong key", "[suite]") {
    TestSigstore s({.certificate = false});
    as_the_suite(s);
    const auto other = test::new_signer(KeyType::EcdsaP256);
    s.policy.keys = {other->public_key()};
    REQUIRE_REFUSED(s.verify(), "signature by ECDSA P-256 key " + key_hint(other->public_key()) +
                                    ": ECDSA signature does not verify");
}

TEST_CASE("suite: P-384 and Ed25519 keys, with the file and with its digest", "[suite]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    TestSigstore wide({.entry = kind, .key_type = KeyType::EcdsaP384});
    REQUIRE_OK(wide.verify());
    wide.artifact.bytes.reset();
    REQUIRE_REFUSED(wide.verify(),
                    "the signature is over the file's sha384 digest, which is not known");
    TestSigstore edwards({.entry = kind, .key_type = KeyType::Ed25519});
    REQUIRE_OK(edwards.verify());
}

TEST_CASE("suite: a Rekor v1 with a larger key, which hashes with SHA-256 all the same",
          "[suite]") {
    const KeyType type = GENERATE(KeyType::EcdsaP384, KeyType::EcdsaP521);
    TestSigstore s;
    s.rekor = test::TestRekorV1("rekor.example.com", type);
    s.policy.root.logs = {s.rekor.trusted()};
    s.entry() = s.log_v1(EntryKind::HashedRekordV1, s.record());
    REQUIRE_OK(s.verify());
}

TEST_CASE("suite: an entry of one log under the other's name", "[suite]") {
    TestSigstore s({.timestamp = true});
    s.entry().log_id = s.tiles.key().log_id();
    REQUIRE_REFUSED(s.verify(),
                    "log entry: signed entry timestamp of log 'log2.example.com' does not verify");
    s.entry().promise.clear();
    REQUIRE_REFUSED(s.verify(), "log entry: note: not signed by any known key");
    s.entry() = s.log_v2(EntryKind::HashedRekordV2, s.record());
    s.entry().log_id = s.rekor.id();
    REQUIRE_REFUSED(
        s.verify(),
        "log entry: checkpoint is of log 'log2.example.com', expected 'rekor.example.com'");
}
