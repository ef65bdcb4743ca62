#include "transparency/log_api.h"

#include "core/json.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/test_log.h"
#include "transparency/log_request.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct RunningApi {
    TestLogKey key = test_log_key();
    std::unique_ptr<MemoryStore> store = empty_log(key);
    std::unique_ptr<Sequencer> sequencer = *Sequencer::start(*store, *store, key.head_signer());
    LogApi api{*sequencer, *store, key.note_key};

    ApiResponse get(const std::string& path) { return api.handle({"GET", path, {}}); }
    ApiResponse post(const std::string& body) {
        return api.handle({"POST", "/api/v2/log/entries", to_buffer(body)});
    }
    ApiResponse submit(const HashedRekord& entry) { return post(encode_submission(entry).value()); }
};

std::string message(const ApiResponse& response) {
    const auto json = parse_json(response.body);
    REQUIRE_OK(json);
    REQUIRE(json->find("details")->as_array()->empty());
    return *json->string_at("message").value();
}

}  // namespace

TEST_CASE("an accepted entry is answered with everything that proves it", "[log_api]") {
    RunningApi log;
    for (const KeyType type : {KeyType::EcdsaP256, KeyType::Ed25519, KeyType::EcdsaP521}) {
        const HashedRekord entry = signed_entry("an artifact", type);
        const ApiResponse response = log.submit(entry);
        REQUIRE(response.status == 201);
        REQUIRE(response.content_type == "application/json");
        REQUIRE(response.cache_control == "no-store");
        const auto json = parse_json(response.body);
        REQUIRE_OK(json);
        REQUIRE(*json->string_at("integratedTime").value() == "0");
        REQUIRE(json->find("inclusionPromise")->is_null());
        const auto answer = parse_log_entry(*json);
        REQUIRE_OK(answer);
        REQUIRE_OK(check_log_entry(*answer, encode_entry(entry).value(), log.key.note_key));
    }
}

TEST_CASE("the same entry again is answered as the first time, with a fresh proof", "[log_api]") {
    RunningApi log;
    const HashedRekord entry = signed_entry("an artifact");
    REQUIRE(log.submit(entry).status == 201);
    REQUIRE(log.submit(signed_entry("another")).status == 201);
    const ApiResponse response = log.submit(entry);
    REQUIRE(response.status == 201);
    const auto answer = parse_log_entry(parse_json(response.body).value());
    REQUIRE_OK(answer);
    REQUIRE(answer->index == 0);
    REQUIRE(answer->head.size == 2);
    REQUIRE_OK(check_log_entry(*answer, encode_entry(entry).value(), log.key.note_key));
}

TEST_CASE("only what its key has signed gets into the log", "[log_api]") {
    RunningApi log;
    HashedRekord entry = signed_entry("an artifact");
    entry.digest = digest_of(as_bytes("another artifact"));
    const ApiResponse response = log.submit(entry);
    REQUIRE(response.status == 400);
    REQUIRE(parse_json(response.body).value().uint_at("code").value() == 3);
    REQUIRE(log.sequencer->published().head().size == 0);

    REQUIRE(log.post("{").status == 400);
    REQUIRE(log.post(R"({"dsseRequestV002":{}})").status == 400);
    REQUIRE(message(log.post(R"({"dsseRequestV002":{}})")) ==
            "'dsseRequestV002' is not accepted: send the SHA-256 of the envelope's "
            "pre-authentication encoding as 'hashedRekordRequestV002'");
}

TEST_CASE("reads are served below both prefixes, with their cache rules", "[log_api]") {
    RunningApi log;
    for (int i = 0; i < 257; ++i) REQUIRE_OK(log.sequencer->append(to_buffer(std::to_string(i))));
    const std::string prefix = GENERATE("", "/api/v2");

    const ApiResponse checkpoint = log.get(prefix + "/checkpoint");
    REQUIRE(checkpoint.status == 200);
    REQUIRE(checkpoint.content_type == "text/plain; charset=utf-8");
    REQUIRE(checkpoint.cache_control == "no-cache");
    REQUIRE(checkpoint.body == *log.store->head);

    struct Row {
        const char* path;
        const char* stored;
        const char* cache;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"/tile/0/000", "tile/0/000", "public, max-age=31536000, immutable"},
             {"/tile/entries/000", "tile/entries/000", "public, max-age=31536000, immutable"},
             {"/tile/0/001.p/1", "tile/0/001.p/1", "public, max-age=604800"},
             {"/tile/0/000.p/255", "tile/0/000.p/255", "public, max-age=604800"},
             {"/tile/1/000.p/1", "tile/1/000.p/1", "public, max-age=604800"},
             {"/tile/entries/001.p/1", "tile/entries/001.p/1", "public, max-age=604800"}}) {
        CAPTURE(row.path);
        const ApiResponse tile = log.get(prefix + row.path);
        REQUIRE(tile.status == 200);
        REQUIRE(tile.content_type == "application/octet-stream");
        REQUIRE(tile.cache_control == row.cache);
        REQUIRE(tile.body == as_text(log.store->objects.at(row.stored)));
    }
}

TEST_CASE("what the published checkpoint does not cover is not served", "[log_api]") {
    RunningApi log;
    REQUIRE_OK(log.sequencer->append(to_buffer("a")));
    // Written by a batch that was never signed: other bytes may come to stand there.
    log.store->objects["tile/0/000.p/2"] = Buffer(64);
    log.store->objects["tile/entries/000.p/2"] = Buffer(4);
    REQUIRE(log.get("/tile/0/000.p/1").status == 200);
    REQUIRE(log.get("/tile/0/000.p/2").status == 404);
    REQUIRE(log.get("/tile/entries/000.p/2").status == 404);
    REQUIRE(log.get("/tile/0/000").status == 404);
}

TEST_CASE("unknown paths are 404, wrong methods 405", "[log_api]") {
    RunningApi log;
    for (const char* path : {"/", "/index.html", "/api/v2", "/api/v2/", "/api/v2checkpoint",
                             "/checkpoint/", "/tile", "/tile/", "/tile/0/0", "/tile/0/../head",
                             "/api/v2/api/v2/checkpoint", "/api/v2/healthz", "/head", "/log.key"}) {
        CAPTURE(path);
        const ApiResponse response = log.get(path);
        REQUIRE(response.status == 404);
        REQUIRE(response.body == R"({"code":5,"message":"not found","details":[]})");
        REQUIRE(log.api.handle({"POST", path, {}}).status == 404);
    }
    REQUIRE(log.get("/api/v2/log/entries").status == 405);
    REQUIRE(log.get("/api/v2/log/entries").allow == "POST");
    REQUIRE(log.api.handle({"POST", "/checkpoint", {}}).status == 405);
    REQUIRE(log.api.handle({"POST", "/checkpoint", {}}).allow == "GET, HEAD");
    REQUIRE(log.api.handle({"HEAD", "/checkpoint", {}}).status == 200);
}

TEST_CASE("a log that has stopped says so, and goes on serving reads", "[log_api]") {
    RunningApi log;
    REQUIRE(log.submit(signed_entry("an artifact")).status == 201);
    REQUIRE(log.get("/readyz").status == 200);
    log.store->plan.fail_at = 0;
    const ApiResponse response = log.submit(signed_entry("another"));
    REQUIRE(response.status == 503);
    REQUIRE(message(response) == "the log does not take entries now");  // and no inner details
    REQUIRE(log.get("/readyz").status == 503);
    REQUIRE(log.get("/healthz").status == 200);
    REQUIRE(log.get("/checkpoint").body == *log.store->head);
    REQUIRE(log.get("/tile/0/000.p/1").status == 200);
}
