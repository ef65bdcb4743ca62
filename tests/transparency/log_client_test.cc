#include "transparency/log_client.h"

#include "core/encoding.h"
#include "net/http_client.h"
#include "tests/support/running_log.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what is submitted comes back with its proof", "[log_client]") {
    const RunningLog log;
    HttpClient http;
    LogClient client(http, log.url() + "/", log.key.note_key);
    for (std::uint64_t i = 0; i < 5; ++i) {
        const HashedRekord entry = signed_entry("artifact " + std::to_string(i));
        const auto answer = client.submit(entry);
        REQUIRE_OK(answer);
        REQUIRE(answer->index == i);
        REQUIRE(answer->body == encode_entry(entry).value());
        REQUIRE_OK(check_log_entry(*answer, answer->body, log.key.note_key));
    }
    const auto checkpoint = client.fetch_checkpoint();
    REQUIRE_OK(checkpoint);
    REQUIRE(checkpoint->head().size == 5);
}

TEST_CASE("an answer that does not prove the entry is not returned", "[log_client]") {
    RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    REQUIRE_OK(client.submit(signed_entry("first")));
    struct Row {
        const char* from;
        const char* to;
        Fault fault;
        const char* why;
    };
    const std::string answer = "answer of log 'example.com/log/testdata': ";
    const auto row = GENERATE(values<Row>({
        {"{\"logIndex\":\"1\"", "{\"logIndex\":\"0\"", Fault::Untrusted,
         "log entry: index differs from that of its proof"},
        {"\"treeSize\":\"2\"", "\"treeSize\":\"3\"", Fault::Untrusted,
         "log entry: proof and checkpoint differ in tree size or root"},
        {"hashedrekord", "intoto", Fault::Untrusted,
         "log entry: kind is 'intoto' '0.0.2', expected 'hashedrekord' or 'dsse' '0.0.2'"},
        {"\"canonicalizedBody\":\"e", "\"canonicalizedBody\":\"f", Fault::Untrusted,
         "log entry: is about another signature, digest or key"},
        {"\"inclusionPromise\":null", "\"inclusionPromise\":{}", Fault::Malformed,
         "'inclusionPromise.signedEntryTimestamp' is missing"},
    }));
    log.tamper = [&](ApiResponse& response) {
        response.body = replaced(response.body, row.from, row.to);
    };
    const auto refused = client.submit(signed_entry("second"));
    REQUIRE_REFUSED(refused, answer + row.why);
    REQUIRE_FAULT(refused, row.fault);
}

TEST_CASE("a log with another key is not believed", "[log_client]") {
    const RunningLog log;
    HttpClient http;
    const TestLogKey other = other_log_key(std::string(kLogOrigin));
    LogClient client(http, log.url(), other.note_key);
    REQUIRE_REFUSED(client.submit(signed_entry("artifact")),
                    "answer of log 'example.com/log/testdata': log entry: "
                    "is of another log than 'example.com/log/testdata'");
    REQUIRE_FAULT(client.fetch_checkpoint(), Fault::Untrusted);
}

TEST_CASE("the log's own words say why an entry was refused", "[log_client]") {
    const RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    HashedRekord entry = signed_entry("artifact");
    entry.digest = digest_of(as_bytes("another"));
    const auto refused = client.submit(entry);
    REQUIRE_FAULT(refused, Fault::Declined);
    REQUIRE(refused.error().message().starts_with("log 'example.com/log/testdata' answered 400: "));
}

TEST_CASE("a busy log is asked again, after the time it has named", "[log_client]") {
    RunningLog log;
    int busy = 2;
    log.tamper = [&](ApiResponse& response) {
        if (busy-- <= 0) return;
        response = error_response(503, "too many entries are waiting");
        response.retry_after = 7;
    };
    HttpClient http;
    std::vector<std::chrono::milliseconds> pauses;
    Patience patience;
    patience.sleep = [&](std::chrono::milliseconds pause) { pauses.push_back(pause); };
    SECTION("with patience") {
        LogClient client(http, log.url(), log.key.note_key, patience);
        REQUIRE_OK(client.submit(signed_entry("artifact")));
        REQUIRE(pauses.size() == 2);
        REQUIRE(pauses[0] >= std::chrono::seconds(7));
        REQUIRE(log.sequencer->published()->head().size == 1);
    }
    SECTION("without") {
        LogClient client(http, log.url(), log.key.note_key);
        REQUIRE_REFUSED(client.submit(signed_entry("artifact")),
                        "log 'example.com/log/testdata' answered 503: "
                        "too many entries are waiting");
    }
    SECTION("but not for ever") {
        busy = 1000;
        LogClient client(http, log.url(), log.key.note_key, patience);
        REQUIRE_FAULT(client.submit(signed_entry("artifact")), Fault::Io);
        REQUIRE(pauses.size() == 4);
    }
}

TEST_CASE("a growing log is followed through its tiles", "[log_client]") {
    const RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    std::vector<VerifiedCheckpoint> heads;
    for (int i = 0; i < 600; ++i) {
        const auto answer = log.sequencer->append(to_buffer(std::to_string(i)));
        REQUIRE_OK(answer);
        if (i % 100 == 0 || i == 255 || i == 256) heads.push_back(*answer->checkpoint);
    }
    for (std::size_t older = 0; older < heads.size(); ++older) {
        for (std::size_t newer = older; newer < heads.size(); ++newer) {
            REQUIRE_OK(client.check_consistency(heads[older], heads[newer]));
        }
    }
    REQUIRE_OK(client.check_consistency(heads[0], heads[1]));
}

TEST_CASE("a log that shows another history is found out, and both notes are kept",
          "[log_client]") {
    const RunningLog one;
    const RunningLog two;  // the same key, other entries
    HttpClient http;
    for (int i = 0; i < 5; ++i) REQUIRE_OK(one.sequencer->append(to_buffer(std::to_string(i))));
    for (int i = 0; i < 9; ++i) REQUIRE_OK(two.sequencer->append(to_buffer(std::to_string(-i))));
    LogClient before(http, one.url(), one.key.note_key);
    LogClient after(http, two.url(), one.key.note_key);
    const auto older = before.fetch_checkpoint();
    const auto newer = after.fetch_checkpoint();
    REQUIRE_OK(older);
    REQUIRE_OK(newer);

    const TempFolder folder;
    SeenHeads seen(folder.path());
    REQUIRE_OK(seen.observe(*older, one.key.note_key));
    const auto refused = seen.observe(*newer, one.key.note_key, [&](const auto& a, const auto& b) {
        return after.check_consistency(a, b);
    });
    REQUIRE_FAULT(refused, Fault::Untrusted);
    INFO(refused.error().message());
    REQUIRE(refused.error().message().starts_with(
        "log 'example.com/log/testdata' shows two histories: size 5 has root "));
    REQUIRE(refused.error().message().find(", seen before with root " +
                                           to_base64(older->head().root.bytes())) !=
            std::string::npos);
}

TEST_CASE("tiles that do not hash to the checkpoint prove nothing", "[log_client]") {
    RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    const auto older = log.sequencer->append(to_buffer("a"));
    const auto newer = log.sequencer->append(to_buffer("b"));
    REQUIRE_OK(newer);
    SECTION("a bit differs") {
        log.tamper = [](ApiResponse& response) { response.body.back() ^= 1; };
        REQUIRE_REFUSED(client.check_consistency(*older->checkpoint, *newer->checkpoint),
                        "history of log 'example.com/log/testdata': "
                        "tiles do not hash to the root of the checkpoint");
    }
    SECTION("there are too many bytes") {
        log.tamper = [](ApiResponse& response) { response.body += "more"; };
        REQUIRE_FAULT(client.check_consistency(*older->checkpoint, *newer->checkpoint),
                      Fault::Malformed);
    }
    SECTION("there is no tile") {
        log.tamper = [](ApiResponse& response) { response = error_response(404, "not found"); };
        REQUIRE_FAULT(client.check_consistency(*older->checkpoint, *newer->checkpoint),
                      Fault::Missing);
    }
}

TEST_CASE("a batch comes back with a proof for each of its entries", "[log_client]") {
    const RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    REQUIRE_OK(client.submit(signed_entry("b")));
    std::vector<HashedRekord> entries;
    for (const char* text : {"c", "a", "d"}) entries.push_back(signed_entry(text));
    entries.push_back(entries[1]);
    const auto batch = client.submit_batch(entries);
    REQUIRE_OK(batch);
    REQUIRE(batch->places.size() == 4);
    REQUIRE(batch->places[3].index == batch->places[1].index);
    REQUIRE_FALSE(batch->places[3].is_new);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const TreeHash leaf = hash_leaf(encode_entry(entries[i]).value());
        REQUIRE(batch->proofs[i].index == batch->places[i].index);
        REQUIRE_OK(check_inclusion(leaf, batch->proofs[i], batch->checkpoint.head()));
    }
    const auto raw = client.submit_raw({to_buffer("x"), to_buffer("y")});
    REQUIRE_OK(raw);
    REQUIRE_OK(check_inclusion(hash_leaf(as_bytes("y")), raw->proofs[1], raw->checkpoint.head()));
}

TEST_CASE("a batch that is not proved is not returned", "[log_client]") {
    RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    REQUIRE_OK(client.submit_raw({to_buffer("first")}));
    struct Row {
        const char* from;
        const char* to;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"\"indexes\":[1,2]", "\"indexes\":[1]", "batch of 2 entries, answer for 1"},
        {"\"indexes\":[1,2]", "\"indexes\":[1,1]", "two entries of a batch have one place"},
        {"\"indexes\":[1,2]", "\"indexes\":[2,1]", "batch proof does not lead to the root"},
        {"\"indexes\":[1,2]", "\"indexes\":[1,3]", "leaf index is beyond the tree"},
        {"\"hashes\":[", "\"hashes\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",",
         "batch proof is too long"},
        {"testdata\\n3", "testdata\\n4",
         "note: signature by 'example.com/log/testdata' does not "
         "verify"},
    }));
    CAPTURE(row.why);
    log.tamper = [&](ApiResponse& response) {
        response.body = replaced(response.body, row.from, row.to);
    };
    const auto refused = client.submit_raw({to_buffer("a"), to_buffer("b")});
    REQUIRE_FAULT(refused, Fault::Untrusted);
    INFO(refused.error().message());
    REQUIRE(refused.error().message().find(row.why) != std::string::npos);
}

TEST_CASE("what is looked up, and the proof of a leaf, come back proved or not at all",
          "[log_client]") {
    RunningLog log;
    HttpClient http;
    LogClient client(http, log.url(), log.key.note_key);
    const HashedRekord mine = signed_entry("mine");
    REQUIRE_OK(client.submit(signed_entry("first")));
    REQUIRE_OK(client.submit(mine));
    log.follow();
    const Lookup lookup = by_digest(mine.digest);
    const auto answer = client.find(lookup, 0);
    REQUIRE_OK(answer);
    REQUIRE(answer->entries == std::vector<FoundEntry>{{1, encode_entry(mine).value()}});
    REQUIRE(client.find(lookup, 2)->entries.empty());
    const TreeHash leaf = hash_leaf(encode_entry(mine).value());
    const auto proof = client.prove_leaf(leaf);
    REQUIRE_OK(proof);
    REQUIRE(proof->inclusion.index == 1);
    REQUIRE_FAULT(client.prove_leaf(TreeHash()), Fault::Missing);

    log.tamper = [&](ApiResponse& response) {
        response.body = replaced(response.body, "\"index\":1", "\"index\":0");
    };
    REQUIRE_REFUSED(client.find(lookup, 0),
                    "answer of log 'example.com/log/testdata': "
                    "batch proof does not lead to the root");
    log.tamper = [&](ApiResponse& response) {
        response.body = replaced(response.body, "index 1", "index 0");
    };
    REQUIRE_REFUSED(client.prove_leaf(leaf),
                    "answer of log 'example.com/log/testdata': inclusion "
                    "proof does not lead to the root");
}
