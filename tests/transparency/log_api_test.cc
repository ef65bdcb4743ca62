#include "transparency/log_api.h"

#include "core/json.h"
#include "tests/check.h"
#include "tests/support/ask.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/log_answer.h"
#include "transparency/log_request.h"
#include "verify/dsse_entry.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct RunningApi : TestLog {
    Workers workers{2};
    std::unique_ptr<LogApi> api;

    explicit RunningApi(RawEntries raw = RawEntries::Refused) {
        restart();
        api = std::make_unique<LogApi>(*sequencer, key.note_key, workers, raw);
    }
    ~RunningApi() {  // its answers go through the workers
        sequencer->stop();
        workers.stop();
    }
    RunningApi(const RunningApi&) = delete;
    RunningApi& operator=(const RunningApi&) = delete;

    ApiResponse send(ApiRequest request) { return ask(*api, std::move(request)); }
    ApiResponse get(const std::string& path) { return send({"GET", path, {}}); }
    ApiResponse post(const std::string& body) {
        return send({"POST", "/api/v2/log/entries", to_buffer(body)});
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
    REQUIRE(log.sequencer->published()->head().size == 0);

    REQUIRE(log.post("{").status == 400);
    REQUIRE(log.post(R"({"dsseRequestV002":{}})").status == 400);
    REQUIRE(message(log.post(R"({"dsseRequestV002":{}})")) == "'envelope' is missing");
}

TEST_CASE("a whole envelope becomes an entry of kind dsse, and its statement is kept",
          "[log_api]") {
    RunningApi log;
    const TempFolder folder;
    const auto statements = StatementStore::open(folder.path() / "statements").value();
    log.api = std::make_unique<LogApi>(*log.sequencer, log.key.note_key, log.workers,
                                       RawEntries::Refused, statements.get());
    const std::string payload = statement_about("an image");
    const std::string request = to_json(envelope_request(payload));
    for (int i = 0; i < 2; ++i) {  // the same again is answered in full again
        const ApiResponse response = log.post(request);
        INFO(response.body);
        REQUIRE(response.status == 201);
        const auto answer = parse_log_entry(parse_json(response.body).value());
        REQUIRE_OK(answer);
        REQUIRE(answer->index == 0);
        REQUIRE(answer->kind == "dsse");
        REQUIRE(answer->version == "0.0.2");
        const auto entry = parse_dsse_entry(answer->body);
        REQUIRE_OK(entry);
        REQUIRE(entry->payload == digest_of(as_bytes(payload)));
        REQUIRE(entry->signatures.front().certificate.empty());
        REQUIRE_OK(check_log_entry(*answer, answer->body, log.key.note_key));
    }
    const BlobDigest image = digest_of(as_bytes("an image"));
    REQUIRE(statements->find(image, 0, 9)->statements.size() == 1);

    // In a batch as well.
    const Json second = envelope_request(statement_about("an image") + " ");
    const Json batch = Json::object({{"entries", Json::array({second})}});
    const ApiResponse response =
        log.send({"POST", "/api/v1/entries", to_buffer(to_json(batch)), "application/json"});
    REQUIRE(response.status == 200);
    REQUIRE(statements->find(image, 0, 9)->statements.size() == 2);
}

namespace {

// The places of a batch, once every one of its entries is proved.
std::vector<Place> check_batch(const RunningApi& log, const ApiResponse& response,
                               const std::vector<Buffer>& entries) {
    INFO(response.body);
    REQUIRE(response.status == 200);
    REQUIRE(response.content_type == "application/json");
    REQUIRE(response.cache_control == "no-store");
    const auto answer = parse_batch_answer(as_bytes(response.body));
    REQUIRE_OK(answer);
    REQUIRE(answer->places.size() == entries.size());
    std::map<std::uint64_t, TreeHash> leaves;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        leaves[answer->places[i].index] = hash_leaf(entries[i]);
    }
    std::vector<ProvedLeaf> proved;
    for (const auto& [index, leaf] : leaves) proved.push_back({index, leaf});
    const auto checkpoint = check_checkpoint(as_bytes(answer->checkpoint), log.key.note_key);
    REQUIRE_OK(checkpoint);
    const auto proofs = check_batch_proof(proved, answer->proof, checkpoint->head());
    REQUIRE_OK(proofs);
    for (std::size_t i = 0; i < proved.size(); ++i) {
        REQUIRE((*proofs)[i].index == proved[i].index);
        REQUIRE_OK(check_inclusion(proved[i].leaf, (*proofs)[i], checkpoint->head()));
    }
    return answer->places;
}

ApiRequest raw_batch(const std::vector<Buffer>& entries) {
    return {"POST", "/api/v1/entries", encode_entry_bundle(entries).value(),
            "application/octet-stream"};
}

}  // namespace

TEST_CASE("a batch is answered once, with what proves all of it", "[log_api]") {
    RunningApi log;
    REQUIRE(log.submit(signed_entry("first")).status == 201);
    std::vector<HashedRekord> signed_entries;
    std::vector<Buffer> bodies;
    for (const char* text : {"a", "b", "first", "c", "a"}) {
        signed_entries.push_back(text == std::string("first") ? signed_entry("other")
                                                              : signed_entry(text));
        if (bodies.size() == 4) signed_entries.back() = signed_entries.front();
        bodies.push_back(encode_entry(signed_entries.back()).value());
    }
    const ApiRequest request{"POST", "/api/v1/entries",
                             to_buffer(encode_batch(signed_entries).value()), "application/json"};
    const auto places = check_batch(log, log.send(request), bodies);
    REQUIRE(log.size() == 5);
    REQUIRE(places[3].index == 4);
    REQUIRE(places[4].index == 1);
    REQUIRE_FALSE(places[4].is_new);
    const auto again = check_batch(log, log.send(request), bodies);
    for (const Place& place : again) REQUIRE_FALSE(place.is_new);
    REQUIRE(log.size() == 5);
}

TEST_CASE("one bad entry refuses its batch, and is named", "[log_api]") {
    RunningApi log;
    std::vector<HashedRekord> entries{signed_entry("a"), signed_entry("b")};
    entries[1].digest = digest_of(as_bytes("another artifact"));
    const auto post = [&](const std::string& body) {
        return log.send({"POST", "/api/v1/entries", to_buffer(body), "application/json"});
    };
    const ApiResponse response = post(encode_batch(entries).value());
    REQUIRE(response.status == 400);
    REQUIRE(message(response).starts_with("entry 1: "));
    REQUIRE(message(post(R"({"entries":[]})")) == "batch without entries");
    REQUIRE(message(post(R"({"entries":[{}]})")) ==
            "entry 0: 'hashedRekordRequestV002' is missing");
    REQUIRE(post(R"({"entries":[],"x":1})").status == 400);
    REQUIRE(post("[]").status == 400);
    REQUIRE(log.size() == 0);
}

TEST_CASE("bytes of any kind are taken only where that is switched on", "[log_api]") {
    RunningApi closed;
    const std::vector<Buffer> entries{to_buffer("a"), to_buffer("b"), to_buffer("a")};
    REQUIRE(closed.send({"POST", "/add", to_buffer("a")}).status == 404);
    REQUIRE(closed.send(raw_batch(entries)).status == 415);
    REQUIRE(closed.send({"POST", "/api/v1/entries", to_buffer("{}"), "text/plain"}).status == 415);
    REQUIRE(closed.size() == 0);

    RunningApi open(RawEntries::Taken);
    const auto add = [&](const std::string& entry) {
        const ApiResponse response = open.send({"POST", "/add", to_buffer(entry)});
        REQUIRE(response.status == 200);
        REQUIRE(response.cache_control == "no-store");
        return response.body;
    };
    REQUIRE(add("x") == "0");  // as tessera's load tool reads it: no newline
    REQUIRE(add("b") == "1");
    REQUIRE(add("x") == "0");
    REQUIRE(open.send({"GET", "/add", {}}).status == 405);
    REQUIRE(open.send({"POST", "/add", Buffer(65'536)}).status == 400);
    const auto places = check_batch(open, open.send(raw_batch(entries)), entries);
    REQUIRE(places[0].index == 2);
    REQUIRE(places[1].index == 1);
    REQUIRE(places[2].index == 2);
    REQUIRE(open.size() == 3);
}

TEST_CASE("a large batch over many tiles is proved by few hashes", "[log_api]") {
    RunningApi log(RawEntries::Taken);
    for (int i = 0; i < 300; ++i) REQUIRE_OK(log.append(std::to_string(i)));
    std::vector<Buffer> entries;
    for (int i = 1000; i < 2000; ++i) entries.push_back(to_buffer(std::to_string(i)));
    entries.push_back(to_buffer("7"));
    const ApiResponse response = log.send(raw_batch(entries));
    check_batch(log, response, entries);
    REQUIRE(parse_batch_answer(as_bytes(response.body))->proof.hashes.size() < 20);
}

TEST_CASE("a raw batch that is cut short or too long is refused", "[log_api]") {
    RunningApi log(RawEntries::Taken);
    const auto refused = [&](const Buffer& body) {
        const ApiResponse response =
            log.send({"POST", "/api/v1/entries", body, "application/octet-stream"});
        REQUIRE(response.status == 400);
        return message(response);
    };
    REQUIRE(refused({}) == "batch without entries");
    refused({0});
    refused({0, 2, 'a'});
    REQUIRE(refused(Buffer(2 * 4097)) == "too many entries in a batch");
    REQUIRE(log.size() == 0);
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
        const char* cache;
    };
    for (const Row& row :
         std::initializer_list<Row>{{"/tile/0/000", "public, max-age=31536000, immutable"},
                                    {"/tile/entries/000", "public, max-age=31536000, immutable"},
                                    {"/tile/0/001.p/1", "public, max-age=604800"},
                                    {"/tile/0/000.p/255", "public, max-age=604800"},
                                    {"/tile/1/000.p/1", "public, max-age=604800"},
                                    {"/tile/entries/001.p/1", "public, max-age=604800"}}) {
        CAPTURE(row.path);
        const ApiResponse tile = log.get(prefix + row.path);
        REQUIRE(tile.status == 200);
        REQUIRE(tile.content_type == "application/octet-stream");
        REQUIRE(tile.cache_control == row.cache);
        const Tile wanted = parse_tile_path(std::string(row.path).substr(1)).value();
        REQUIRE(as_bytes(tile.body).size() == log.sequencer->log().get(wanted)->size());
        REQUIRE(equal(as_bytes(tile.body), *log.sequencer->log().get(wanted)));
    }
    check_whole_log(log.sequencer->log(), *log.store->head, log.key.note_key);
}

TEST_CASE("what the published checkpoint does not cover is not served", "[log_api]") {
    RunningApi log;
    REQUIRE_OK(log.append("a"));
    log.store->plan = {1, Failure::NotPersisted, 0};  // durable, but never signed
    REQUIRE_FAULT(log.append("b"), Fault::Io);
    const Tile two{Tile::Kind::Hashes, 0, 0, 2};
    REQUIRE_OK(log.sequencer->log().get(two));
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
        REQUIRE(log.send({"POST", path, {}}).status == 404);
    }
    REQUIRE(log.get("/api/v2/log/entries").status == 405);
    REQUIRE(log.get("/api/v2/log/entries").allow == "POST");
    REQUIRE(log.send({"POST", "/checkpoint", {}}).status == 405);
    REQUIRE(log.send({"POST", "/checkpoint", {}}).allow == "GET, HEAD");
    REQUIRE(log.send({"HEAD", "/checkpoint", {}}).status == 200);
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
