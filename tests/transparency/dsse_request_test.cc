#include "transparency/dsse_request.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "verify/dsse_entry.h"
#include "verify/envelope.h"
#include "verify/key_hash.h"

#include <set>

using namespace boltseal;
using namespace boltseal::test;

namespace {

Result<Admitted> take(const std::string& text) {
    return admit(as_bytes(text));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

// A request in which one list was changed.
std::string with(const Json& request, const char* list,
                 const std::function<void(Json::Array&)>& change) {
    Json inner = *request.find("dsseRequestV002");
    Json envelope = *inner.find("envelope");
    Json& holder = std::string_view(list) == "signatures" ? envelope : inner;
    Json::Array items = *holder.find(list)->as_array();
    change(items);
    holder.set(list, std::move(items));
    if (&holder == &envelope) inner.set("envelope", envelope);
    return to_json(Json::object({{"dsseRequestV002", inner}}));
}

// Sees every signer, and would not have the last of them.
struct CountingWatch : WriteWatch {
    Result<void> on_signer(const PublicKey& key, Bytes) override {
        seen.push_back(key_hash(key));
        if (seen.size() < allowed) return {};
        return Error(Fault::Untrusted, "one signer too many");
    }
    bool has_refused() const override { return seen.size() >= allowed; }
    void on_placed(const std::vector<Place>&) override {}
    std::size_t allowed = 4;
    std::vector<KeyHash> seen;
};

}  // namespace

TEST_CASE("whoever looks on is told of every signer, and may refuse each", "[dsse_request]") {
    const std::string text = to_json(envelope_request(statement_about("an image"), 3));
    CountingWatch watch;
    REQUIRE_OK(admit(as_bytes(text), &watch));
    REQUIRE(std::set<KeyHash>(watch.seen.begin(), watch.seen.end()).size() == 3);
    CountingWatch strict;
    strict.allowed = 3;
    REQUIRE_REFUSED(admit(as_bytes(text), &strict), "one signer too many");
}

TEST_CASE("an envelope becomes an entry that can be computed from it again", "[dsse_request]") {
    const std::string payload = statement_about("an image");
    for (const std::size_t signers : {1u, 3u, 10u}) {
        const auto admitted = take(to_json(envelope_request(payload, signers)));
        REQUIRE_OK(admitted);
        REQUIRE(admitted->kind == "dsse");
        REQUIRE(as_text(admitted->statement) == payload);
        const auto entry = parse_dsse_entry(admitted->body);
        REQUIRE_OK(entry);
        REQUIRE(entry->payload == digest_of(as_bytes(payload)));
        REQUIRE(entry->signatures.size() == signers);
        const Buffer message = pre_authentication_encoding(kInTotoPayloadType, as_bytes(payload));
        for (const EntrySignature& one : entry->signatures) {
            REQUIRE_OK(check_signature(one.key, one.algorithm, message, one.signature));
            REQUIRE(one.certificate.empty());  // what was called one is a bare key
        }
    }
}

TEST_CASE("names are taken in snake case as well", "[dsse_request]") {
    std::string text = to_json(envelope_request("{}"));
    for (const auto& [camel, snake] : {std::pair{"dsseRequestV002", "dsse_request_v002"},
                                       {"payloadType", "payload_type"},
                                       {"x509Certificate", "x509_certificate"},
                                       {"rawBytes", "raw_bytes"},
                                       {"keyDetails", "key_details"}}) {
        text = replaced(text, camel, snake);
    }
    REQUIRE_OK(take(text));
}

TEST_CASE("only statements of a moderate size are kept", "[dsse_request]") {
    REQUIRE(take(to_json(envelope_request("{}")))->statement.empty());
    std::string payload = statement_about("an image");
    payload.resize(kMaxKeptStatement, ' ');
    REQUIRE(take(to_json(envelope_request(payload)))->statement.size() == kMaxKeptStatement);
    REQUIRE(take(to_json(envelope_request(payload + " ")))->statement.empty());
}

TEST_CASE("every signature is verified, and every verifier has signed", "[dsse_request]") {
    const Json good = envelope_request(statement_about("an image"), 2);
    const Json stranger = envelope_request("{}", 1);
    REQUIRE_OK(take(to_json(good)));
    const Json other_signature =
        *stranger.find("dsseRequestV002")->find("envelope")->find("signatures");
    REQUIRE_REFUSED(
        take(with(good, "signatures",
                  [&](Json::Array& all) { all.push_back(other_signature.as_array()->front()); })),
        "signature 2 of the envelope is by none of the verifiers");
    REQUIRE_REFUSED(take(with(good, "signatures", [](Json::Array& all) { all.pop_back(); })),
                    "verifier 1 has not signed the envelope");
    REQUIRE_REFUSED(take(with(good, "verifiers", [](Json::Array& all) { all.pop_back(); })),
                    "signature 1 of the envelope is by none of the verifiers");
    REQUIRE_REFUSED(
        take(with(good, "signatures", [](Json::Array& all) { all.push_back(Json(all.front())); })),
        "log entry: signatures do not ascend");
    REQUIRE_REFUSED(take(with(good, "signatures", [](Json::Array& all) { all.clear(); })),
                    "envelope without signature");
    REQUIRE_REFUSED(take(with(good, "verifiers", [](Json::Array& all) { all.clear(); })),
                    "envelope without verifier");
    REQUIRE_REFUSED(
        take(with(good, "signatures", [](Json::Array& all) { all.assign(11, Json(all.front())); })),
        "too many signatures");
    REQUIRE_REFUSED(
        take(with(good, "verifiers", [](Json::Array& all) { all.assign(11, Json(all.front())); })),
        "too many verifiers");
    // What is signed is payload and type.
    REQUIRE_REFUSED(take(replaced(to_json(good), "in-toto+json", "in-toto+JSON")),
                    "signature 0 of the envelope is by none of the verifiers");
}

TEST_CASE("envelopes that are not understood are refused by name", "[dsse_request]") {
    const std::string good = to_json(envelope_request("{}"));
    struct Row {
        const char* from;
        const char* to;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"\"envelope\":", "\"x\":1,\"envelope\":", "unknown member 'x'"},
        {"\"payload\":", "\"x\":1,\"payload\":", "unknown member 'x'"},
        {"\"sig\":", "\"x\":1,\"sig\":", "unknown member 'x'"},
        {"\"sig\":", "\"signature\":", "unknown member 'signature'"},
        {"\"payloadType\":", "\"payload_type\":\"\",\"payloadType\":",
         "'payloadType' is there twice"},
        {"{\"dsseRequestV002\":", "{\"hashedRekordRequestV002\":{},\"dsseRequestV002\":",
         "unknown member 'hashedRekordRequestV002'"},
        {"PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384", ""},
        {"\"rawBytes\":\"", "\"rawBytes\":\"AAAA", ""},
    }));
    CAPTURE(row.from, row.to);
    const auto refused = take(replaced(good, row.from, row.to));
    REQUIRE_FAULT(refused, Fault::Malformed);
    INFO(refused.error().message());
    REQUIRE(refused.error().message().find(row.why) != std::string::npos);
}
