// What a trusted root trusts, and when: at both ends of every window, to the second.
#include "verify/trusted_root.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/test_keys.h"

#include <functional>

using namespace boltseal;
using test::edit;
using test::EntryKind;
using test::kLeafStart;
using test::kSigned;
using test::TestSigstore;
using test::without;

namespace {

Result<TrustedRoot> parse(const std::string& json) {
    return parse_trusted_root(as_bytes(json));
}

std::string at(Timestamp time, std::int64_t seconds = 0) {
    return to_rfc3339({time.seconds + seconds});
}

// Gives one part of the root a window, and reads all of it from its JSON.
Result<Verified> verify_in(TestSigstore& s, const std::function<TimeRange&(TrustedRoot&)>& part,
                           const TimeRange& range) {
    TrustedRoot root = s.policy.root;
    part(root) = range;
    const auto parsed = parse(test::trusted_root_json(root));
    REQUIRE_OK(parsed);
    std::swap(root, s.policy.root);
    s.policy.root = *parsed;
    auto verified = s.verify();
    std::swap(root, s.policy.root);
    return verified;
}

// `time` is when the part was used. The window that ends then, or starts then, is the last that
// will do.
void require_window(TestSigstore& s, const std::function<TimeRange&(TrustedRoot&)>& part,
                    Timestamp time, const std::function<std::string(const TimeRange&)>& why) {
    const Timestamp before{time.seconds - 1};
    const Timestamp after{time.seconds + 1};
    REQUIRE_OK(verify_in(s, part, {test::kCaStart, time}));
    REQUIRE_OK(verify_in(s, part, {time, std::nullopt}));
    REQUIRE_OK(verify_in(s, part, {time, time}));
    for (const TimeRange& range : {TimeRange{test::kCaStart, before},
                                   TimeRange{after, std::nullopt}, TimeRange{after, before}}) {
        REQUIRE_REFUSED(verify_in(s, part, range), why(range));
    }
}

}  // namespace

TEST_CASE("a certificate authority is trusted within its window", "[trusted_root]") {
    TestSigstore s({.entry = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2)});
    require_window(
        s, [](TrustedRoot& r) -> TimeRange& { return r.certificate_authorities[0].valid_for; },
        kSigned,
        [](const TimeRange& range) {
            return "certificate authority is trusted " + to_string(range) + ", not at " +
                   at(kSigned);
        });
}

TEST_CASE("a certificate transparency log is trusted within its window", "[trusted_root]") {
    TestSigstore s;
    require_window(
        s, [](TrustedRoot& r) -> TimeRange& { return r.ct_logs[0].valid_for; }, kLeafStart,
        [](const TimeRange& range) {
            return "certificate timestamp of 'https://ctlog.example.com' is of " + at(kLeafStart) +
                   ", but the log is trusted " + to_string(range);
        });
}

TEST_CASE("a Rekor v1 is trusted within its window", "[trusted_root]") {
    TestSigstore s;
    require_window(
        s, [](TrustedRoot& r) -> TimeRange& { return r.logs[0].valid_for; }, kSigned,
        [](const TimeRange& range) {
            return "log entry: log 'rekor.example.com' integrated it on " + at(kSigned) +
                   ", its key is valid " + to_string(range);
        });
}

TEST_CASE("a log without promise is trusted within its window", "[trusted_root]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    TestSigstore s({.entry = kind, .timestamp = true});
    s.entry().promise.clear();
    s.entry().claimed_time.reset();
    const std::size_t which = test::is_v2(kind) ? 1 : 0;
    const std::string name = test::is_v2(kind) ? "log2.example.com" : "rekor.example.com";
    require_window(
        s, [&](TrustedRoot& r) -> TimeRange& { return r.logs[which].valid_for; }, kSigned,
        [&](const TimeRange& range) {
            return "log '" + name + "' took the entry about " + at(kSigned) +
                   ", its key is valid " + to_string(range);
        });
}

TEST_CASE("a time-stamping authority is trusted within its window", "[trusted_root]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    require_window(
        s, [](TrustedRoot& r) -> TimeRange& { return r.timestamp_authorities[0].valid_for; },
        kSigned,
        [](const TimeRange& range) {
            return "time stamp by 'tsa.example.com': certificate authority is trusted " +
                   to_string(range) + ", not at " + at(kSigned);
        });
}

TEST_CASE("without any time, a log that has ended proves nothing", "[trusted_root]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2, .certificate = false});
    TimeRange& window = s.policy.root.logs[1].valid_for;
    window.end = s.now;
    REQUIRE_OK(s.verify());
    window.end = Timestamp{s.now.seconds - 1};
    REQUIRE_REFUSED(s.verify(),
                    "nothing proves that log 'log2.example.com' took the entry while "
                    "its key was valid, " +
                        to_string(window));
}

TEST_CASE("one authority of several must hold for all times", "[trusted_root]") {
    TestSigstore s({.timestamp = true});
    s.bundle.timestamps = {s.tsa.stamp(s.signature(), {kSigned.seconds + 100})};
    auto& authorities = s.policy.root.certificate_authorities;
    authorities.insert(authorities.begin(), test::TestCa().authority());
    REQUIRE_OK(s.verify());  // whichever it is
    CertificateAuthority early = authorities[1];
    CertificateAuthority late = authorities[1];
    early.valid_for = {std::nullopt, Timestamp{kSigned.seconds + 50}};
    late.valid_for = {Timestamp{kSigned.seconds + 51}, std::nullopt};
    authorities = {early, late};
    REQUIRE_REFUSED(s.verify(), "certificate authority is trusted " + to_string(early.valid_for) +
                                    ", not at " + at(kSigned, 100));
    authorities.push_back(authorities[0]);
    authorities.back().valid_for = {};
    REQUIRE_OK(s.verify());
}

// Overlapping and following instances are allowed: a key may be listed again for another time.
TEST_CASE("a log that is listed twice is trusted in both windows", "[trusted_root]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    const bool promise = GENERATE(true, false);
    CAPTURE(to_string(kind), promise);
    TestSigstore s({.entry = kind, .timestamp = true});
    if (!promise) {
        s.entry().promise.clear();
        s.entry().claimed_time.reset();
    }
    const std::size_t which = test::is_v2(kind) ? 1 : 0;
    auto& logs = s.policy.root.logs;
    TrustedLog early = logs[which];
    TrustedLog late = logs[which];
    early.valid_for = {std::nullopt, Timestamp{kSigned.seconds - 1}};
    late.valid_for = {kSigned, std::nullopt};
    logs = {early, late};
    REQUIRE_OK(s.verify());
    logs = {late, early};
    REQUIRE_OK(s.verify());
    logs = {early, early};
    REQUIRE_FAULT(s.verify(), Fault::Untrusted);
    logs = {early, late};
    s.policy.log_threshold = 2;  // and is one log all the same
    REQUIRE_REFUSED(s.verify(), "policy asks for 2 log(s) and names 1");
}

TEST_CASE("a log key without a start refuses the whole root", "[trusted_root]") {
    const TestSigstore s;
    const std::string good = test::trusted_root_json(s.policy.root);
    const std::string kind = GENERATE("tlogs", "ctlogs");
    const std::string key = kind + ".0.publicKey";
    const std::string path = kind + "[0].publicKey";
    REQUIRE_OK(parse(good));
    REQUIRE_REFUSED(parse(without(good, key + ".validFor.start")),
                    "'" + path + ".validFor.start' is missing");
    REQUIRE_REFUSED(parse(edit(good, key + ".validFor.start", Json())),
                    "'" + path + ".validFor.start' is missing");
    REQUIRE_REFUSED(parse(without(good, key + ".validFor")), "'" + path + ".validFor' is missing");
    REQUIRE_REFUSED(parse(edit(good, key + ".validFor", Json())),
                    "'" + path + ".validFor' is missing");
    REQUIRE_FAULT(parse(edit(good, key + ".validFor.start", "2026-13-01T00:00:00Z")),
                  Fault::Malformed);
    REQUIRE_REFUSED(parse(edit(good, key + ".validFor.start", 1)),
                    "'" + path + ".validFor.start' is not a string");
}

// Certificates are read when an authority is asked about, and one that cannot be read proves
// nothing.
TEST_CASE("an authority whose certificates cannot be read proves nothing", "[trusted_root]") {
    TestSigstore s({.entry = EntryKind::HashedRekordV2});
    const std::string kind = GENERATE("certificateAuthorities.0", "timestampAuthorities.0");
    const std::string good = test::trusted_root_json(s.policy.root);
    const auto root = parse(edit(good, kind + ".certChain.certificates.0.rawBytes", "AAAA"));
    REQUIRE_OK(root);
    REQUIRE_REFUSED(check_trusted_root(*root), "not a certificate");
    s.policy.root = *root;
    const std::string whose = kind.starts_with("time") ? "time-stamping" : "certificate";
    REQUIRE_REFUSED(s.verify(), whose + " authority: not a certificate");
}

// Keys are decoded when something is said to be signed with them.
TEST_CASE("a log whose key is no key proves nothing", "[trusted_root]") {
    const EntryKind entry = GENERATE(EntryKind::HashedRekordV1, EntryKind::HashedRekordV2);
    TestSigstore s({.entry = entry});
    const std::string good = test::trusted_root_json(s.policy.root);
    REQUIRE_OK(check_trusted_root(*parse(good)));
    const TrustedLog& rekor = s.policy.root.logs[test::is_v2(entry) ? 1 : 0];
    const CtLog& ct_log = s.policy.root.ct_logs[0];
    const bool is_rekor = GENERATE(true, false);
    const std::string name = is_rekor ? rekor.key.name : ct_log.url;
    const std::string place = !is_rekor ? "ctlogs.0" : test::is_v2(entry) ? "tlogs.1" : "tlogs.0";
    Buffer key = to_buffer((is_rekor ? rekor.key.key : ct_log.key).spki());
    std::fill(key.end() - 32, key.end(), std::uint8_t{0});  // of order 4, or off the curve
    const auto root = parse(edit(good, place + ".publicKey.rawBytes", to_base64(key)));
    REQUIRE_OK(root);
    REQUIRE_REFUSED(check_trusted_root(*root),
                    "key of log '" + name + "' is no point of its curve");
    s.policy.root = *root;
    const std::string why =
        !is_rekor ? "certificate timestamp of '" + name + "' does not verify"
        : test::is_v2(entry)
            ? "log entry: is of another log than '" + name + "'"
            : "log entry: signed entry timestamp of log '" + name + "' does not verify";
    REQUIRE_REFUSED(s.verify(), why);
}

TEST_CASE("roots are refused for the right reason", "[trusted_root]") {
    const TestSigstore s;
    const std::string good = test::trusted_root_json(s.policy.root);
    struct Row {
        std::string why;
        std::string json;
    };
    const auto p384 = test::new_signer(KeyType::EcdsaP384);
    const std::vector<Row> rows = {
        {"'mediaType' is missing", "{}"},
        {"'mediaType' is 'x', expected one of a trusted root", edit(good, "mediaType", "x")},
        {"'tlogs' is not an array", edit(good, "tlogs", Json::object({}))},
        {"'tlogs[0]' is not an object", edit(good, "tlogs", Json::array({Json()}))},
        {"'tlogs[0].baseUrl' is missing", without(good, "tlogs.0.baseUrl")},
        {"'tlogs[0].logId' is missing", without(good, "tlogs.0.logId")},
        {"hash is not 32 bytes long", edit(good, "tlogs.0.logId.keyId", "AAAA")},
        {"'tlogs[0].baseUrl' names no host", edit(good, "tlogs.0.baseUrl", "https://")},
        {"key details 'PKIX_ECDSA_P256_SHA_256' do not fit the key",
         edit(good, "tlogs.0.publicKey.rawBytes", to_base64(p384->public_key().spki()))},
        {"'certificateAuthorities[0].certChain.certificates' is empty",
         edit(good, "certificateAuthorities.0.certChain.certificates", Json::Array{})},
        {"'certificateAuthorities[0].certChain' is missing",
         without(good, "certificateAuthorities.0.certChain")},
        {"'timestampAuthorities' has more than 64 items",
         edit(good, "timestampAuthorities", Json::Array(65, Json::object({})))},
        {"trusted root: not valid JSON: key appears twice",
         test::replaced(good, "\"mediaType\":", "\"mediaType\":\"x\",\"mediaType\":")},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        REQUIRE_REFUSED(parse(row.json), row.why);
        REQUIRE_FAULT(parse(row.json), Fault::Malformed);
    }
}

TEST_CASE("all three media types are read, and what is new is passed over", "[trusted_root]") {
    const TestSigstore s;
    const std::string good = test::trusted_root_json(s.policy.root);
    for (const char* type : {"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                             "application/vnd.dev.sigstore.trustedroot.v0.1+json",
                             "application/vnd.dev.sigstore.trustedroot.v0.2+json"}) {
        REQUIRE_OK(parse(edit(good, "mediaType", type)));
    }
    const auto more = parse(edit(edit(good, "extra", 1), "tlogs.0.extra", Json::array({1})));
    REQUIRE_OK(more);
    REQUIRE(more->logs.size() == 2);
    // Keys of kinds that nothing here verifies with are left out.
    for (const char* details : {"ML_DSA_65", "PKIX_RSA_PKCS1V5", "PKIX_ECDSA_P256_HMAC_SHA_256",
                                "LMOTS_SHA256", "PUBLIC_KEY_DETAILS_UNSPECIFIED"}) {
        CAPTURE(details);
        const auto root = parse(edit(good, "tlogs.0.publicKey.keyDetails", details));
        REQUIRE_OK(root);
        REQUIRE(root->logs.size() == 1);
        REQUIRE(root->logs[0].key.name == "log2.example.com");
    }
}
