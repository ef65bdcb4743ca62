#include "transparency/log_request.h"

#include "core/encoding.h"
#include "transparency/dsse_request.h"
#include "transparency/request_json.h"

namespace boltseal {

namespace {

constexpr Name kRequest{"hashedRekordRequestV002", "hashed_rekord_request_v002"};
constexpr Name kDsseRequest{"dsseRequestV002", "dsse_request_v002"};

Error bad_log_request(const std::string& why) {
    return Error(Fault::Malformed, why);
}

Result<HashedRekord> parse_request(const Json& json) {
    BOLTSEAL_CHECK(json.only({kRequest.camel, kRequest.snake}));
    BOLTSEAL_TRY(const Json* const request, object_at(json, kRequest));
    BOLTSEAL_CHECK(request->only({"digest", "signature"}));
    BOLTSEAL_TRY(const Json* const signature, object_at(*request, {"signature", "signature"}));
    BOLTSEAL_CHECK(signature->only({"content", "verifier"}));
    BOLTSEAL_TRY(const Json* const verifier, object_at(*signature, {"verifier", "verifier"}));

    BOLTSEAL_TRY(const Buffer digest, bytes_at(*request, {"digest", "digest"}));
    BOLTSEAL_TRY(Buffer content, bytes_at(*signature, {"content", "content"}));
    BOLTSEAL_TRY(Verifier by, parse_verifier(*verifier));
    BOLTSEAL_TRY(BlobDigest blob, BlobDigest::from(hash_of(by.algorithm), digest));
    return HashedRekord{std::move(blob), std::move(content), std::move(by.key), by.algorithm,
                        std::move(by.certificate)};
}

Json request_json(const HashedRekord& entry, std::string details) {
    Json verifier = print_verifier(entry.key, entry.certificate, std::move(details));
    const Json signature =
        Json::object({{"content", to_base64(entry.signature)}, {"verifier", std::move(verifier)}});
    const Json request =
        Json::object({{"digest", to_base64(entry.digest.bytes())}, {"signature", signature}});
    return Json::object({{std::string(kRequest.camel), request}});
}

// One of the two requests, by its name.
Result<Admitted> admit_request(const Json& json, WriteWatch* watch) {
    BOLTSEAL_TRY(const Json* const dsse, find_either(json, kDsseRequest));
    if (dsse) {
        BOLTSEAL_CHECK(json.only({kDsseRequest.camel, kDsseRequest.snake}));
        return admit_envelope(*dsse, watch);
    }
    BOLTSEAL_TRY(const HashedRekord entry, parse_request(json));
    BOLTSEAL_CHECK(check_entry(entry));
    if (watch) BOLTSEAL_CHECK(watch->on_signer(entry.key, entry.certificate));
    BOLTSEAL_TRY(Buffer body, encode_entry(entry));
    BOLTSEAL_CHECK(parse_entry(body));
    return Admitted{std::move(body), "hashedrekord", {}};
}

}  // namespace

Result<HashedRekord> parse_submission(Bytes body) {
    BOLTSEAL_TRY(const Json json, parse_json(body, JsonLimits{kMaxSubmission, 8}));
    return parse_request(json);
}

Result<std::string> encode_submission(const HashedRekord& entry) {
    BOLTSEAL_TRY(std::string details, key_details(entry.key, entry.algorithm));
    return to_json(request_json(entry, std::move(details)));
}

Result<Admitted> admit(Bytes submission, WriteWatch* watch) {
    BOLTSEAL_TRY(const Json json, parse_json(submission, JsonLimits{kMaxSubmission, 8}));
    return admit_request(json, watch);
}

Result<std::vector<Admitted>> admit_batch(Bytes body, WriteWatch* watch) {
    BOLTSEAL_TRY(const Json json, parse_json(body, JsonLimits{kMaxBatchBytes, 8}));
    BOLTSEAL_CHECK(json.only({"entries"}));
    BOLTSEAL_TRY(const Json::Array* const requests, json.array_at("entries"));
    if (requests->empty()) return bad_log_request("batch without entries");
    if (requests->size() > kMaxBatchEntries) return bad_log_request("too many entries in a batch");
    std::vector<Admitted> entries;
    for (const Json& request : *requests) {
        auto admitted = admit_request(request, watch);
        if (!admitted) {
            return std::move(admitted).error().context("entry " + std::to_string(entries.size()));
        }
        entries.push_back(*std::move(admitted));
    }
    return entries;
}

Result<std::string> encode_batch(const std::vector<HashedRekord>& entries) {
    Json::Array requests;
    for (const HashedRekord& entry : entries) {
        BOLTSEAL_TRY(std::string details, key_details(entry.key, entry.algorithm));
        requests.push_back(request_json(entry, std::move(details)));
    }
    return to_json(Json::object({{"entries", std::move(requests)}}));
}

Result<std::vector<Buffer>> parse_raw_batch(Bytes body) {
    if (body.size() > kMaxBatchBytes) return bad_log_request("batch is too large");
    if (body.empty()) return bad_log_request("batch without entries");
    Reader reader(body);
    std::vector<Buffer> entries;
    while (!reader.empty()) {
        if (entries.size() == kMaxBatchEntries) {
            return bad_log_request("too many entries in a batch");
        }
        BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
        entries.push_back(to_buffer(entry));
    }
    return entries;
}

}  // namespace boltseal
