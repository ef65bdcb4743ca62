#include "transparency/write_gate.h"

#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/log_api.h"
#include "transparency/log_request.h"

#include <algorithm>
#include <future>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr Timestamp kNow{1'795'000'000};

IpAddress ip(const char* text) {
    return parse_ip_address(text).value();
}

// A log behind a gate with these rules.
struct GatedLog : TestLog {
    Workers workers{2};
    std::unique_ptr<LogApi> api;
    std::unique_ptr<WriteGate> gate;

    explicit GatedLog(WriteRules rules, RawEntries raw = RawEntries::Refused) {
        restart();
        api = std::make_unique<LogApi>(*sequencer, key.note_key, workers, raw);
        gate = std::make_unique<WriteGate>(
            std::move(rules), [] { return kNow; },
            [this](ApiRequest request, Reply reply) {
                api->handle(std::move(request), std::move(reply));
            });
    }
    ~GatedLog() {  // each may answer through the next
        sequencer->stop();
        workers.stop();
        gate.reset();
    }
    GatedLog(const GatedLog&) = delete;
    GatedLog& operator=(const GatedLog&) = delete;

    ApiResponse send(ApiRequest request) const {
        const auto promise = std::make_shared<std::promise<ApiResponse>>();
        gate->handle(std::move(request), Reply([promise](ApiResponse response) {
                         promise->set_value(std::move(response));
                     }));
        return promise->get_future().get();
    }
    ApiResponse get(const std::string& path) const { return send({"GET", path, {}}); }
};

ApiRequest submission(const HashedRekord& entry) {
    ApiRequest request{"POST", "/api/v2/log/entries", to_buffer(encode_submission(entry).value())};
    request.peer = ip("192.0.2.7");
    return request;
}

ApiRequest batch(const std::vector<HashedRekord>& entries) {
    ApiRequest request{"POST", "/api/v1/entries", to_buffer(encode_batch(entries).value()),
                       "application/json"};
    request.peer = ip("2001:db8::7");
    return request;
}

ApiRequest raw(const char* from, const char* forwarded_for = "") {
    ApiRequest request{"POST", "/add", to_buffer("entry")};
    request.peer = ip(from);
    request.forwarded_for = forwarded_for;
    return request;
}

AllowList only(const HashedRekord& entry) {
    const std::string list =
        "[keys.one]\nsha256 = \"" + to_hex(key_hash(entry.key).bytes()) + "\"\n";
    return AllowList::parse(as_bytes(list), {}).value();
}

std::string lines_of(const std::filesystem::path& path) {
    return std::string(as_text(read_file(path, 100'000).value()));
}

}  // namespace

TEST_CASE("without rules everything goes through as it is", "[write_gate]") {
    const GatedLog log({});
    REQUIRE(log.send(submission(signed_entry("a"))).status == 201);
    REQUIRE(log.get("/checkpoint").status == 200);
    REQUIRE(log.get("/readyz").status == 200);
}

TEST_CASE("a token is asked for where entries are written, and nowhere else", "[write_gate]") {
    const TempFolder folder;
    const Secret token = create_token(folder / "tokens", "ci", kNow, {kNow.seconds + 1}).value();
    WriteRules rules;
    rules.tokens = TokenFolder::open(folder / "tokens").value();
    const GatedLog log(std::move(rules));

    ApiResponse response = log.send(submission(signed_entry("a")));
    REQUIRE(response.status == 401);
    REQUIRE(response.www_authenticate == "Bearer realm=\"boltseal-log\"");
    REQUIRE(response.body == R"({"code":16,"message":"a token is needed to write","details":[]})");
    REQUIRE(to_http(response, false, true).find("401 Unauthorized\r\n") != std::string::npos);
    REQUIRE(to_http(response, false, true).find("\r\nWWW-Authenticate: Bearer realm=") !=
            std::string::npos);

    ApiRequest wrong = submission(signed_entry("a"));
    wrong.authorization = "Bearer nonsense";
    response = log.send(wrong);
    REQUIRE(response.status == 401);
    REQUIRE(response.www_authenticate == R"(Bearer realm="boltseal-log", error="invalid_token")");
    REQUIRE(log.size() == 0);

    ApiRequest right = submission(signed_entry("a"));
    right.authorization = "Bearer " + std::string(as_text(token.bytes()));
    REQUIRE(log.send(right).status == 201);
    REQUIRE(log.get("/checkpoint").status == 200);

    std::filesystem::remove_all(folder / "tokens");
    std::filesystem::create_directory(folder / "tokens");
    REQUIRE(log.get("/checkpoint").status == 200);
}

TEST_CASE("tokens that cannot be read take no entries", "[write_gate]") {
    const TempFolder folder;
    WriteRules rules;
    rules.tokens = TokenFolder::open(folder / "tokens").value();
    std::filesystem::create_directory(folder / "tokens");
    REQUIRE_OK(write_file(folder / "tokens" / "ci", as_bytes("nonsense")));
    const GatedLog log(std::move(rules));
    REQUIRE(log.send(submission(signed_entry("a"))).status == 503);
    REQUIRE(log.size() == 0);
}

TEST_CASE("only keys on the list get into the log, alone or in a batch", "[write_gate]") {
    const HashedRekord listed = signed_entry("a");
    const HashedRekord other = signed_entry("b", KeyType::Ed25519);
    WriteRules rules;
    rules.allowed = only(listed);
    const GatedLog log(std::move(rules));
    REQUIRE(log.send(submission(listed)).status == 201);

    const std::string why =
        "key " + to_hex(key_hash(other.key).bytes()) + " may not write to this log";
    ApiResponse response = log.send(submission(other));
    REQUIRE(response.status == 403);
    REQUIRE(response.body == R"({"code":7,"message":")" + why + R"(","details":[]})");
    response = log.send(batch({listed, other}));
    REQUIRE(response.status == 403);
    REQUIRE(response.body == R"({"code":7,"message":"entry 1: )" + why + R"(","details":[]})");
    // What its key has not signed says nothing about who sent it.
    HashedRekord forged = listed;
    forged.digest = digest_of(as_bytes("another artifact"));
    REQUIRE(log.send(submission(forged)).status == 400);
    REQUIRE(log.size() == 1);
    REQUIRE(log.send(batch({listed, signed_entry("c")})).status == 200);
}

TEST_CASE("each client has its own rate, and a batch counts by its entries", "[write_gate]") {
    WriteRules rules;
    rules.rate = RateLimit{.per_second = 1, .burst = 2};
    const GatedLog log(std::move(rules), RawEntries::Taken);
    REQUIRE(log.send(raw("192.0.2.1")).status == 200);
    REQUIRE(log.send(raw("192.0.2.1")).status == 200);
    const ApiResponse response = log.send(raw("192.0.2.1"));
    REQUIRE(response.status == 429);
    REQUIRE(response.retry_after == 1);
    REQUIRE(response.body ==
            R"({"code":8,"message":"too many entries from this client","details":[]})");
    REQUIRE(log.send(raw("192.0.2.2")).status == 200);

    std::vector<HashedRekord> entries;
    for (int i = 0; i < 30; ++i) entries.push_back(signed_entry(std::to_string(i)));
    REQUIRE(log.send(batch(entries)).status == 200);
    const ApiResponse later = log.send(raw("2001:db8::1:0:0:1"));  // of the same network
    REQUIRE(later.status == 429);
    REQUIRE(later.retry_after >= 27);
    REQUIRE(log.send(raw("2001:db8:0:1::7")).status == 200);
    REQUIRE(log.get("/checkpoint").status == 200);
}

TEST_CASE("only a trusted proxy may say who the client is, and only the last hop", "[write_gate]") {
    WriteRules rules;
    rules.rate = RateLimit{.per_second = 1, .burst = 1};
    rules.trusted_proxies = {parse_ip_range("127.0.0.0/8").value()};
    const GatedLog log(std::move(rules), RawEntries::Taken);
    const auto status = [&](const char* from, const char* forwarded_for) {
        return log.send(raw(from, forwarded_for)).status;
    };
    REQUIRE(status("127.0.0.1", "198.51.100.1") == 200);
    REQUIRE(status("127.0.0.1", "203.0.113.9, 198.51.100.1") == 429);
    REQUIRE(status("127.0.0.1", "198.51.100.1,\t198.51.100.2") == 200);
    REQUIRE(status("192.0.2.1", "198.51.100.3") == 200);
    REQUIRE(status("192.0.2.1", "198.51.100.4") == 429);  // its own word counts for nothing
    REQUIRE(status("127.0.0.1", "unknown") == 200);       // the proxy itself
    REQUIRE(status("127.0.0.1", "198.51.100.5, ") == 429);
}

TEST_CASE("each write leaves one line before it is answered", "[write_gate]") {
    const TempFolder folder;
    const HashedRekord first = signed_entry("first");
    const HashedRekord second = signed_entry("second", KeyType::Ed25519);
    const Secret token = create_token(folder / "tokens", "ci", kNow, {kNow.seconds + 1}).value();
    WriteRules rules;
    rules.tokens = TokenFolder::open(folder / "tokens").value();
    rules.audit = AuditLog::open(folder / "audit").value();
    const GatedLog log(std::move(rules));
    const auto send = [&](ApiRequest request) {
        request.authorization = "Bearer " + std::string(as_text(token.bytes()));
        return log.send(std::move(request)).status;
    };
    REQUIRE(log.send(submission(first)).status == 401);  // no line: see below
    REQUIRE(send(submission(first)) == 201);
    const std::string key = to_hex(key_hash(first.key).bytes());
    const std::string start = R"({"time":"2026-11-18T11:06:40Z","client":)";
    std::string expected = start + R"("192.0.2.7","token":"ci","path":"/api/v2/log/entries",)" +
                           R"("status":201,"first":0,"count":1,"new":1,"keys":[")" + key + "\"]}\n";
    REQUIRE(lines_of(folder / "audit") == expected);

    REQUIRE(send(batch({second, first})) == 200);
    std::vector<std::string> keys{key, to_hex(key_hash(second.key).bytes())};
    std::ranges::sort(keys);
    expected += start + R"("2001:db8::7","token":"ci","path":"/api/v1/entries",)" +
                R"("status":200,"first":0,"count":2,"new":1,"keys":[")" + keys[0] + R"(",")" +
                keys[1] + "\"]}\n";
    REQUIRE(lines_of(folder / "audit") == expected);

    ApiRequest nonsense = submission(first);
    nonsense.body = to_buffer("{");
    REQUIRE(send(nonsense) == 400);
    expected += start + R"("192.0.2.7","token":"ci","path":"/api/v2/log/entries",)" +
                R"("status":400,"first":null,"count":0,"new":0,"keys":[]})" + "\n";
    REQUIRE(lines_of(folder / "audit") == expected);
}

TEST_CASE("what cannot be recorded is not acknowledged, and then not taken", "[write_gate]") {
    WriteRules rules;
    rules.audit = AuditLog::open("/dev/full").value();
    const GatedLog log(std::move(rules));
    REQUIRE(log.get("/readyz").status == 200);
    const ApiResponse response = log.send(submission(signed_entry("a")));
    REQUIRE(response.status == 503);
    REQUIRE(response.body ==
            R"({"code":14,"message":"the log does not take entries now","details":[]})");
    REQUIRE(log.size() == 1);
    REQUIRE(log.send(submission(signed_entry("b"))).status == 503);
    REQUIRE(log.size() == 1);  // refused before it got there
    REQUIRE(log.get("/readyz").status == 503);
    REQUIRE(log.get("/checkpoint").status == 200);
}

TEST_CASE("a line that was cut short stays apart from the next one", "[write_gate]") {
    const TempFolder folder;
    REQUIRE_OK(write_file(folder / "audit", as_bytes("{\"time\":")));
    {
        const auto audit = AuditLog::open(folder / "audit");
        REQUIRE_OK(audit);
        std::promise<bool> written;
        (*audit)->write("{}", [&](bool done) { written.set_value(done); });
        REQUIRE(written.get_future().get());
    }
    REQUIRE(lines_of(folder / "audit") == "{\"time\":\n{}\n");
    std::filesystem::create_symlink("audit", folder / "link");
    REQUIRE_FAULT(AuditLog::open(folder / "link"), Fault::Config);
    REQUIRE_FAULT(AuditLog::open(folder / "no" / "folder"), Fault::Config);
}
