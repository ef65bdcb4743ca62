#include "transparency/lookup_api.h"

#include "core/encoding.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/log_request.h"
#include "transparency/lookup_writer.h"
#include "verify/tlog_proof.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Readers : TestLog {
    TempFolder folder;
    std::unique_ptr<LookupIndex> lookup_index = LookupIndex::open(folder.path() / "l").value();
    std::unique_ptr<StatementStore> statements = StatementStore::open(folder.path() / "s").value();
    std::unique_ptr<LookupApi> api;

    Readers() {
        restart();
        api = std::make_unique<LookupApi>(*sequencer, *lookup_index, *statements);
    }
    std::uint64_t add(const HashedRekord& entry) {
        return append(std::string(as_text(encode_entry(entry).value()))).value().places[0].index;
    }
    void follow() {
        REQUIRE_OK(bring_up(*lookup_index, sequencer->log(), sequencer->published()->head()));
    }
    ApiResponse get(const std::string& path) const { return api->answer({"GET", path, {}}); }
    LookupAnswer find(const std::string& path) const {
        const ApiResponse response = get("/api/v1/find/" + path);
        REQUIRE(response.status == 200);
        REQUIRE(response.content_type == "application/json");
        REQUIRE(response.cache_control == "no-store");
        const auto answer = parse_lookup_answer(as_bytes(response.body));
        REQUIRE_OK(answer);
        return *answer;
    }
    LookupAnswer find_checked(const Lookup& lookup, const std::string& behind = "") const {
        const LookupAnswer answer = find(to_path(lookup) + behind);
        REQUIRE_OK(check_lookup_answer(answer, lookup, key.note_key));
        return answer;
    }
};

void require_not_found(const ApiResponse& response) {
    REQUIRE(response.status == 404);
    REQUIRE(response.body == R"({"code":5,"message":"not found","details":[]})");
}

}  // namespace

TEST_CASE("a proof is given by index and by leaf hash, at the published checkpoint",
          "[lookup_api]") {
    Readers log;
    require_not_found(log.get("/api/v1/proof/0"));
    for (int i = 0; i < 300; ++i) REQUIRE_OK(log.append(std::to_string(i)));
    const TreeHash leaf = hash_leaf(as_bytes("7"));
    for (const std::string& path : {std::string("7"), "leaf/" + to_hex(leaf.bytes())}) {
        CAPTURE(path);
        const ApiResponse response = log.get("/api/v1/proof/" + path);
        REQUIRE(response.status == 200);
        REQUIRE(response.content_type == "text/plain; charset=utf-8");
        REQUIRE(response.cache_control == "no-store");
        const auto proof = parse_tlog_proof(as_bytes(response.body));
        REQUIRE_OK(proof);
        REQUIRE(proof->inclusion.index == 7);
        const auto proved = check_tlog_proof(*proof, leaf, log.key.note_key, WitnessPolicy());
        REQUIRE_OK(proved);
        REQUIRE(proved->checkpoint.head().size == 300);

        const ApiResponse json = log.get("/api/v1/proof/" + path + "/json");
        REQUIRE(json.content_type == "application/json");
        const auto parsed = parse_json(json.body);
        REQUIRE_OK(parsed);
        REQUIRE(parsed->uint_at("index").value() == 7);
        REQUIRE(*parsed->string_at("leafHash").value() == to_hex(leaf.bytes()));
        REQUIRE(*parsed->string_at("entry").value() == to_base64(as_bytes("7")));
        REQUIRE(*parsed->string_at("checkpoint").value() == log.sequencer->published()->note());
        REQUIRE(parsed->array_at("hashes").value()->size() == proof->inclusion.path.size());
    }
    for (const std::string& path :
         {std::string("300"), std::string("07"), std::string("-1"), std::string(), std::string("x"),
          std::string("7/"), std::string("7/text"), std::string("json"),
          "leaf/" + to_hex(hash_leaf(as_bytes("300")).bytes()),
          "leaf/" + to_hex(leaf.bytes()).substr(1), std::string("leaf/"),
          std::string("18446744073709551616")}) {
        CAPTURE(path);
        require_not_found(log.get("/api/v1/proof/" + path));
    }
}

TEST_CASE("what is not published yet is not there", "[lookup_api]") {
    Readers log;
    REQUIRE_OK(log.append("a"));
    // In the index, as while its batch is being signed.
    REQUIRE_OK(log.index->add(hash_leaf(as_bytes("b")), 1));
    require_not_found(log.get("/api/v1/proof/leaf/" + to_hex(hash_leaf(as_bytes("b")).bytes())));
    REQUIRE(log.get("/api/v1/proof/leaf/" + to_hex(hash_leaf(as_bytes("a")).bytes())).status ==
            200);
}

TEST_CASE("consistency is proved between any two sizes", "[lookup_api]") {
    Readers log;
    std::vector<TreeHead> heads{log.sequencer->published()->head()};
    for (int i = 0; i < 20; ++i) {
        heads.push_back(log.append(std::to_string(i)).value().checkpoint->head());
    }
    const auto check = [&](const std::string& path, const TreeHead& older, const TreeHead& newer) {
        const ApiResponse response = log.get("/api/v1/consistency/" + path);
        REQUIRE(response.status == 200);
        const auto json = parse_json(response.body);
        REQUIRE_OK(json);
        ConsistencyProof proof;
        for (const Json& hash : *json->array_at("hashes").value()) {
            proof.path.push_back(TreeHash::from(parse_base64(*hash.as_string()).value()).value());
        }
        REQUIRE_OK(check_consistency(older, newer, proof));
        const Json& said = *json->object_at("old").value();
        REQUIRE(said.uint_at("size").value() == older.size);
        REQUIRE(*said.string_at("root").value() == to_base64(older.root.bytes()));
        REQUIRE(*json->object_at("new").value()->string_at("root").value() ==
                to_base64(newer.root.bytes()));
        REQUIRE(*json->string_at("checkpoint").value() == log.sequencer->published()->note());
    };
    for (std::size_t m = 0; m <= 20; ++m) {
        check(std::to_string(m), heads[m], heads[20]);
        for (std::size_t n = m; n <= 20; n += 3) {
            check(std::to_string(m) + "/" + std::to_string(n), heads[m], heads[n]);
        }
    }
    for (const char* path : {"21", "3/2", "3/21", "3/", "/3", "", "03", "3/4/5"}) {
        CAPTURE(path);
        require_not_found(log.get(std::string("/api/v1/consistency/") + path));
    }
}

TEST_CASE("entries are found by digest and by key, proved, page by page", "[lookup_api]") {
    Readers log;
    const HashedRekord first = signed_entry("first");
    REQUIRE_OK(log.append("no entry of a kind that is known"));
    REQUIRE(log.add(first) == 1);
    for (int i = 0; i < 70; ++i) log.add(signed_entry("number " + std::to_string(i)));
    const Lookup what = by_digest(first.digest);
    REQUIRE(log.find_checked(what).complete == 0);
    REQUIRE(log.find_checked(what).entries.empty());
    log.follow();
    const LookupAnswer one = log.find_checked(what);
    REQUIRE(one.complete == 72);
    REQUIRE(one.entries == std::vector<FoundEntry>{{1, encode_entry(first).value()}});
    REQUIRE_FALSE(one.next.has_value());

    const Lookup whom = by_key(key_hash(first.key));
    const LookupAnswer page = log.find_checked(whom);
    REQUIRE(page.entries.size() == kLookupPage);
    REQUIRE(page.entries.front().index == 1);
    REQUIRE(page.next == 1 + kLookupPage);
    const LookupAnswer second = log.find_checked(whom, "/from/" + std::to_string(*page.next));
    REQUIRE(second.entries.front().index == 1 + kLookupPage);
    const LookupAnswer last = log.find_checked(whom, "/from/" + std::to_string(*second.next));
    REQUIRE(last.entries.size() == 71 - 2 * kLookupPage);
    REQUIRE_FALSE(last.next.has_value());
    REQUIRE(log.find_checked(whom, "/from/72").entries.empty());

    for (const std::string& path : {std::string(), std::string("sha256/"), to_path(whom) + "/from/",
                                    to_path(whom) + "/from/01", to_path(whom) + "/from/1/from/2",
                                    to_path(whom) + "/", std::string("name/x")}) {
        CAPTURE(path);
        require_not_found(log.get("/api/v1/find/" + path));
    }
}

TEST_CASE("an answer that does not hold is refused for the right reason", "[lookup_api]") {
    Readers log;
    const HashedRekord mine = signed_entry("mine");
    log.add(mine);
    log.add(signed_entry("another"));
    REQUIRE_OK(log.append("3"));
    log.follow();
    const Lookup what = by_digest(mine.digest);
    const Lookup whom = by_key(key_hash(mine.key));
    const LookupAnswer good = log.find_checked(whom);
    REQUIRE(good.entries.size() == 2);
    const auto check = [&](const LookupAnswer& answer, const Lookup& lookup) {
        return check_lookup_answer(answer, lookup, log.key.note_key);
    };
    REQUIRE_REFUSED(check(good, what), "entry 1: the entry does not name " + to_string(what));
    REQUIRE_REFUSED(
        check_lookup_answer(good, whom, other_log_key(std::string(kLogOrigin)).note_key),
        "note: not signed by any known key");
    LookupAnswer bad = good;
    bad.entries[1].entry.back() ^= 1;
    REQUIRE_REFUSED(check(bad, whom), "batch proof does not lead to the root");
    bad = good;
    bad.entries.pop_back();
    REQUIRE_REFUSED(check(bad, whom), "batch proof is too short");
    bad = good;
    bad.entries.clear();
    REQUIRE_REFUSED(check(bad, whom), "look-up: proof of nothing");
    bad.proof.hashes.clear();
    REQUIRE_OK(check(bad, whom));  // an empty answer claims nothing
    bad.complete = 4;
    REQUIRE_REFUSED(check(bad, whom), "look-up: says to be complete beyond the tree");
    bad = good;
    bad.proof.hashes.push_back(TreeHash());
    REQUIRE_REFUSED(check(bad, whom), "batch proof is too long");
    bad = good;
    bad.entries = {{2, to_buffer("3")}};
    bad.proof = log.sequencer->log()
                    .prove_batch(std::vector<std::uint64_t>{2}, log.sequencer->published()->head())
                    .value();
    REQUIRE_REFUSED(check(bad, whom), "entry 2: log entry: of no kind that is known");
    REQUIRE(check(bad, whom).error().fault() == Fault::Untrusted);
}

TEST_CASE("entries that came with a statement are found by what it is about", "[lookup_api]") {
    Readers log;
    const Lookup about = by_subject(digest_of(as_bytes("an image")));
    REQUIRE(log.find_checked(about).entries.empty());
    const std::string statement = statement_about("an image");
    const auto add = [&](const std::string& payload) {
        const auto admitted = admit(as_bytes(to_json(envelope_request(payload))));
        REQUIRE_OK(admitted);
        REQUIRE_OK(log.append(std::string(as_text(admitted->body))));
        REQUIRE_OK(log.statements->keep(admitted->statement));
    };
    add(statement_about("another image"));
    for (int i = 0; i < 20; ++i) add(statement);  // each time by another key
    add(statement + " ");
    for (int i = 0; i < 15; ++i) add(statement + "  ");
    log.add(signed_entry(statement));  // a file that has the statement's digest
    REQUIRE(log.find_checked(about).complete == 0);
    log.follow();
    const LookupAnswer first = log.find_checked(about);
    REQUIRE(first.complete == 38);
    REQUIRE(first.entries.size() == 21);  // the next statement's do not fit any more
    REQUIRE(first.entries.front().index == 1);
    REQUIRE(first.entries.front().statement == to_buffer(statement));
    REQUIRE(first.entries.back().statement == to_buffer(statement + " "));
    REQUIRE(first.next.has_value());
    const LookupAnswer second = log.find_checked(about, "/from/" + std::to_string(*first.next));
    REQUIRE(second.entries.size() == 15);
    REQUIRE(second.entries.front().index == 22);
    REQUIRE_FALSE(second.next.has_value());

    const auto check = [&](const LookupAnswer& answer, const Lookup& lookup) {
        return check_lookup_answer(answer, lookup, log.key.note_key);
    };
    const Lookup other = by_subject(digest_of(as_bytes("another image")));
    REQUIRE_REFUSED(check(second, other),
                    "entry 22: look-up: the statement is not about " + to_string(other));
    LookupAnswer bad = second;
    bad.entries[0].statement.push_back(' ');
    REQUIRE_REFUSED(check(bad, about),
                    "entry 22: look-up: the statement is not what the entry is about");
    bad.entries[0].statement.clear();
    REQUIRE_REFUSED(check(bad, about),
                    "entry 22: look-up: the statement is not what the entry is about");
}

TEST_CASE("an answer is read strictly", "[lookup_api]") {
    const LookupAnswer answer{5, std::nullopt, {{3, to_buffer("a")}}, {{TreeHash()}}, "note"};
    const std::string text = print_lookup_answer(answer);
    REQUIRE(parse_lookup_answer(as_bytes(text)).value() == answer);
    const auto refuse = [&](const std::string& from, const std::string& to, const char* why) {
        std::string other = text;
        const std::size_t at = other.find(from);
        REQUIRE(at != std::string::npos);
        REQUIRE_REFUSED(parse_lookup_answer(as_bytes(other.replace(at, from.size(), to))), why);
    };
    refuse(R"({"index":3,"entry":"YQ=="})",
           R"({"index":3,"entry":"YQ=="},{"index":3,"entry":"YQ=="})",
           "look-up: entries do not ascend");
    std::string many = R"({"index":0,"entry":"YQ=="})";
    for (int i = 1; i <= 32; ++i) many += R"(,{"index":)" + std::to_string(i) + R"(,"entry":""})";
    refuse(R"({"index":3,"entry":"YQ=="})", many, "look-up: too many entries");
    refuse(R"("entry":"YQ==")", R"("entry":"YQ==","statement":"")",
           "look-up: a statement is empty");
    refuse(R"("next":null,)", "", "'next' is missing");
    refuse(R"("complete":5)", R"("complete":"5")", "'complete' is not a non-negative integer");
    refuse(R"("complete":5)", R"("complete":5,"x":1)", "unknown member 'x'");
}

TEST_CASE("only reading methods are answered", "[lookup_api]") {
    const Readers log;
    const ApiResponse response = log.api->answer({"POST", "/api/v1/proof/0", {}});
    REQUIRE(response.status == 405);
    REQUIRE(response.allow == "GET, HEAD");
    REQUIRE(LookupApi::has("/api/v1/find/x"));
    REQUIRE_FALSE(LookupApi::has("/api/v1/entries"));
    REQUIRE_FALSE(LookupApi::has("/api/v2/api/v1/find/x"));
}
