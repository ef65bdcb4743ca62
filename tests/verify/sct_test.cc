#include "verify/sct.h"

#include "tests/check.h"
#include "tests/support/sigstore_vectors.h"
#include "tests/support/test_ca.h"

using namespace boltseal;
using test::CertificateSpec;
using test::kLeafStart;
using test::SctSpec;
using test::TestCa;
using test::TestCtLog;

namespace {

using Logs = std::vector<const CtLog*>;

const std::string kOutside = "certificate timestamp of 'https://ctlog.example.com' ";

CertificateSpec spec_with(std::vector<SctSpec> scts) {
    CertificateSpec spec = test::leaf_spec();
    spec.scts = std::move(scts);
    return spec;
}

SctSpec sct_by(const TestCtLog& log) {
    SctSpec sct;
    sct.log = &log;
    return sct;
}

SctSpec sct_at(const TestCtLog& log, std::uint64_t milliseconds) {
    SctSpec sct = sct_by(log);
    sct.milliseconds = milliseconds;
    return sct;
}

std::uint64_t in_milliseconds(Timestamp time) {
    return static_cast<std::uint64_t>(time.seconds) * 1000;
}

// A well-formed SCT by nobody.
Buffer some_sct(std::uint8_t version = 0, std::uint64_t milliseconds = 0) {
    Writer sct;
    sct.u8(version).put(Buffer(32)).u64(milliseconds).u16(0).u8(4).u8(3).u16(1).u8(7);
    return std::move(sct).take();
}

Buffer octet_string(Bytes contents) {
    Writer out;
    out.u8(4).u8(static_cast<std::uint8_t>(contents.size())).put(contents);
    return std::move(out).take();
}

}  // namespace

TEST_CASE("logs of every kind promise a certificate", "[sct]") {
    const TestCa ca;
    const TestCtLog log(GENERATE(KeyType::EcdsaP256, KeyType::Rsa));
    SctSpec sct = sct_by(log);
    sct.extensions = GENERATE(Buffer{}, Buffer{0x00, 0x00, 0x05, 1, 2, 3, 4, 5});
    const Certificate leaf = ca.issue(spec_with({sct})).certificate;
    const std::vector<CtLog> logs = {TestCtLog().log(), log.log()};
    const auto proved = check_scts(leaf, ca.certificate(), logs);
    REQUIRE_OK(proved);
    REQUIRE(*proved == Logs{&logs[1]});
}

TEST_CASE("each log counts once, and unknown ones not at all", "[sct]") {
    const TestCa ca;
    const TestCtLog one;
    const TestCtLog two;
    const TestCtLog unknown;
    const std::vector<CtLog> logs = {one.log(), two.log(), one.log()};
    const auto proved_by = [&](std::vector<SctSpec> scts) {
        const Certificate leaf = ca.issue(spec_with(std::move(scts))).certificate;
        return check_scts(leaf, ca.certificate(), logs).value();
    };
    REQUIRE(proved_by({}).empty());
    REQUIRE(proved_by({sct_by(unknown)}).empty());
    REQUIRE(proved_by({sct_by(two), sct_by(unknown), sct_by(one)}) == Logs{&logs[1], &logs[0]});
    REQUIRE(proved_by({sct_by(one), sct_by(one)}) == Logs{&logs[0]});
    REQUIRE(proved_by({sct_by(one), sct_at(one, in_milliseconds(kLeafStart))}) == Logs{&logs[0]});
}

TEST_CASE("a promise is for this certificate by this issuer", "[sct]") {
    const TestCa ca;
    const TestCtLog log;
    const std::string why = kOutside + "does not verify";
    const Certificate leaf = ca.issue(spec_with({sct_by(log)})).certificate;
    const auto proved = check_scts(leaf, TestCa().certificate(), {log.log()});
    REQUIRE_REFUSED(proved, why);
    REQUIRE_FAULT(proved, Fault::Untrusted);

    CertificateSpec moved = spec_with({});
    const Bytes list =
        *leaf.extension(Buffer{0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x02});
    moved.more = {{std::string(test::kSctOid), to_buffer(list)}};
    REQUIRE_REFUSED(check_scts(ca.issue(moved).certificate, ca.certificate(), {log.log()}), why);

    CtLog impostor = TestCtLog().log();
    impostor.id = log.log().id;
    REQUIRE_REFUSED(check_scts(leaf, ca.certificate(), {impostor}), why);
}

TEST_CASE("one bad promise by a known log refuses the certificate", "[sct]") {
    const TestCa ca;
    const TestCtLog good;
    const TestCtLog bad;
    CtLog impostor = TestCtLog().log();
    impostor.id = bad.log().id;
    const Certificate leaf = ca.issue(spec_with({sct_by(good), sct_by(bad)})).certificate;
    REQUIRE_REFUSED(check_scts(leaf, ca.certificate(), {good.log(), impostor}),
                    kOutside + "does not verify");
    REQUIRE_REFUSED(check_scts(leaf, ca.certificate(), {impostor}), kOutside + "does not verify");
}

TEST_CASE("a promise is of the log's time, both ends included", "[sct]") {
    const TestCa ca;
    TestCtLog log;
    log.log().valid_for = {kLeafStart, Timestamp{kLeafStart.seconds + 1}};
    const auto verdict = [&](std::uint64_t milliseconds) {
        const Certificate leaf = ca.issue(spec_with({sct_at(log, milliseconds)})).certificate;
        auto proved = check_scts(leaf, ca.certificate(), {log.log()});
        return proved ? Result<void>() : Result<void>(std::move(proved).error());
    };
    const std::uint64_t start = in_milliseconds(kLeafStart);
    const std::string trusted = ", but the log is trusted " + to_string(log.log().valid_for);
    REQUIRE_OK(verdict(start));
    REQUIRE_OK(verdict(start + 1999));
    REQUIRE_REFUSED(verdict(start - 1), kOutside + "is of 2026-11-18T11:06:39Z" + trusted);
    REQUIRE_REFUSED(verdict(start + 2000), kOutside + "is of 2026-11-18T11:06:42Z" + trusted);
    REQUIRE_FAULT(verdict(start - 1), Fault::Untrusted);
}

TEST_CASE("a log that is listed for two times is trusted in both", "[sct]") {
    const TestCa ca;
    const TestCtLog log;
    std::vector<CtLog> logs = {log.log(), log.log()};
    logs[0].valid_for.end = Timestamp{kLeafStart.seconds - 1};
    logs[1].valid_for.start = kLeafStart;
    const Certificate leaf = ca.issue(spec_with({sct_by(log)})).certificate;
    REQUIRE(*check_scts(leaf, ca.certificate(), logs) == Logs{&logs[1]});
}

TEST_CASE("a promise is signed as RFC 6962 says, with the log's kind of key", "[sct]") {
    const TestCa ca;
    const TestCtLog log(GENERATE(KeyType::EcdsaP256, KeyType::Rsa));
    const Certificate leaf = ca.issue(spec_with({sct_by(log)})).certificate;
    const std::uint8_t fitting = log.log().key.type() == KeyType::Rsa ? 1 : 3;
    const auto hash = static_cast<std::uint8_t>(GENERATE(0, 2, 4, 5, 6, 8));
    const auto signature = static_cast<std::uint8_t>(GENERATE(0, 1, 2, 3, 7));
    if (hash == 4 && signature == fitting) return;
    const Buffer promise = log.promise(Buffer(32), {}, in_milliseconds(kLeafStart));
    Buffer changed = promise;
    changed[43] = hash;
    changed[44] = signature;
    CertificateSpec spec = spec_with({});
    spec.more = {{std::string(test::kSctOid), test::sct_list({changed})}};
    REQUIRE_REFUSED(check_scts(ca.issue(spec).certificate, ca.certificate(), {log.log()}),
                    kOutside + "is signed with an algorithm that does not fit the log's key");
}

TEST_CASE("an Ed25519 key is of no such log", "[sct]") {
    const TestCa ca;
    const TestCtLog log(KeyType::Ed25519);
    const Certificate leaf = ca.issue(spec_with({sct_by(log)})).certificate;
    REQUIRE_REFUSED(check_scts(leaf, ca.certificate(), {log.log()}),
                    kOutside + "cannot be checked with an Ed25519 key");
}

TEST_CASE("lists of promises that are not well formed are refused", "[sct]") {
    const Buffer sct = some_sct();
    const Buffer list = test::sct_list({sct});
    Buffer long_sct = sct;
    long_sct.push_back(0);
    Buffer after_list = list;
    after_list.push_back(0);
    const Bytes whole = Bytes(list).subspan(2);
    Buffer after_items = to_buffer(whole);
    after_items.push_back(0);
    struct Row {
        std::string why;
        Buffer list;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"ends where tag 04 is expected", {}},
        {"found tag 00, expected tag 04", to_buffer(whole)},
        {"1 bytes more than expected", after_list},
        {"unexpected bytes at the end", octet_string(after_items)},
        {"input ends too early", octet_string(whole.first(whole.size() - 1))},
        {"list is empty", test::sct_list({})},
        {"input ends too early", test::sct_list({Buffer{}})},
        {"input ends too early", test::sct_list({to_buffer(Bytes(sct).first(sct.size() - 1))})},
        {"unexpected bytes at the end", test::sct_list({long_sct})},
        {"is not of version 1", test::sct_list({some_sct(1)})},
        {"is from after the year 9999", test::sct_list({some_sct(0, 253'402'300'800'000)})},
        {"list has more than 32 items", test::sct_list(std::vector<Buffer>(33, sct))},
    }));
    REQUIRE_REFUSED(parse_sct_list(row.list), row.why);
    const TestCa ca;
    CertificateSpec spec = spec_with({});
    spec.more = {{std::string(test::kSctOid), row.list}};
    const auto proved = check_scts(ca.issue(spec).certificate, ca.certificate(), {});
    REQUIRE_REFUSED(proved, "certificate timestamps: " + row.why);
    REQUIRE_FAULT(proved, Fault::Malformed);
}

TEST_CASE("a list holds 32 promises, of any time up to the year 9999", "[sct]") {
    const Buffer sct = some_sct(0, 253'402'300'799'999);
    REQUIRE(parse_sct_list(test::sct_list(std::vector<Buffer>(32, sct)))->size() == 32);
}

TEST_CASE("real certificates are promised by Sigstore's logs", "[sct]") {
    struct Row {
        std::string bundle;
        std::string root;
        std::string log;
    };
    const auto row = GENERATE(values<Row>({
        {"happy-path-v0.1", test::kPublicGoodRoot, "https://ctfe.sigstore.dev/2022"},
        {"happy-path-v0.3", test::kPublicGoodRoot, "https://ctfe.sigstore.dev/2022"},
        {"rekor2-happy-path", test::kStagingRoot, "https://ctfe.sigstage.dev/2022-2"},
    }));
    const Certificate leaf = test::bundle_certificate(row.bundle);
    const auto authorities = test::code_signing_authorities(row.root);
    std::vector<CtLog> logs = test::certificate_logs(row.root);
    const std::vector<Certificate>& chain = authorities.back().chain;
    const auto proved = check_scts(leaf, chain[0], logs);
    REQUIRE_OK(proved);
    REQUIRE(proved->size() == 1);
    REQUIRE(proved->front()->url == row.log);

    const std::string log = "certificate timestamp of '" + row.log + "' ";
    REQUIRE_REFUSED(check_scts(leaf, chain[1], logs), log + "does not verify");
    Buffer renumbered = to_buffer(leaf.der());
    renumbered[20] ^= 1;
    REQUIRE_REFUSED(check_scts(parse_certificate(renumbered).value(), chain[0], logs),
                    log + "does not verify");
    for (CtLog& one : logs) one.valid_for.end = *one.valid_for.start;
    REQUIRE_FAULT(check_scts(leaf, chain[0], logs), Fault::Untrusted);
    REQUIRE(check_scts(leaf, chain[0], {})->empty());
}
