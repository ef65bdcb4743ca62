#include "transparency/log_answer.h"

#include "core/encoding.h"
#include "core/json.h"
#include "transparency/log_request.h"
#include "verify/log_entry.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxAnswer = std::size_t{16} << 20;

Error bad_log_answer(const char* why) {
    return Error(Fault::Malformed, why);
}

}  // namespace

std::string print_entry_answer(const InclusionProof& proof, const VerifiedCheckpoint& checkpoint,
                               const NoteKey& key, std::string_view kind, Bytes body) {
    LogEntry entry;
    entry.index = proof.index;
    entry.log_id = key.log_id();
    entry.kind = kind;
    entry.version = "0.0.2";
    entry.proof = proof;
    entry.head = checkpoint.head();
    entry.checkpoint = checkpoint.note();
    entry.body = to_buffer(body);
    Json json = to_json(entry);
    json.set("integratedTime", "0");  // proto3 JSON with all fields, as Rekor answers
    json.set("inclusionPromise", Json());
    return to_json(json);
}

std::vector<std::uint64_t> sorted_indexes(const std::vector<Place>& places) {
    std::vector<std::uint64_t> indexes;
    indexes.reserve(places.size());
    for (const Place& place : places) indexes.push_back(place.index);
    std::ranges::sort(indexes);
    indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
    return indexes;
}

// By hand: a value for each number would cost more than everything else.
std::string print_batch_answer(const Sequenced& sequenced, const BatchProof& proof) {
    std::string out = R"({"indexes":[)";
    std::string duplicates;
    for (std::size_t i = 0; i < sequenced.places.size(); ++i) {
        if (i != 0) out += ',';
        out += std::to_string(sequenced.places[i].index);
        if (sequenced.places[i].is_new) continue;
        if (!duplicates.empty()) duplicates += ',';
        duplicates += std::to_string(i);
    }
    out += R"(],"duplicates":[)" + duplicates + R"(],"hashes":[)";
    for (std::size_t i = 0; i < proof.hashes.size(); ++i) {
        if (i != 0) out += ',';
        out += '"' + to_base64(proof.hashes[i].bytes()) + '"';
    }
    out += R"(],"checkpoint":)" + to_json(Json(sequenced.checkpoint->note())) + "}";
    return out;
}

Result<BatchAnswer> parse_batch_answer(Bytes body) {
    BOLTSEAL_TRY(const Json json, parse_json(body, JsonLimits{kMaxAnswer, 2}));
    BOLTSEAL_CHECK(json.only({"indexes", "duplicates", "hashes", "checkpoint"}));
    BatchAnswer answer;
    BOLTSEAL_TRY(const auto* const indexes, json.array_at("indexes"));
    if (indexes->size() > kMaxBatchEntries) return bad_log_answer("too many entries");
    for (const Json& index : *indexes) {
        const auto number = index.as_uint();
        if (!number) return bad_log_answer("an index is not a number");
        answer.places.push_back({*number, true});
    }
    BOLTSEAL_TRY(const auto* const duplicates, json.array_at("duplicates"));
    for (const Json& duplicate : *duplicates) {
        const auto number = duplicate.as_uint();
        if (!number || *number >= answer.places.size() || !answer.places[*number].is_new) {
            return bad_log_answer("a duplicate is not the number of an entry");
        }
        answer.places[*number].is_new = false;
    }
    BOLTSEAL_TRY(const auto* const hashes, json.array_at("hashes"));
    for (const Json& hash : *hashes) {
        if (!hash.is_string()) return bad_log_answer("a hash is not a string");
        BOLTSEAL_TRY(const Buffer bytes, parse_base64(*hash.as_string()));
        BOLTSEAL_TRY(const TreeHash parsed, TreeHash::from(bytes));
        answer.proof.hashes.push_back(parsed);
    }
    BOLTSEAL_TRY(const std::string* const checkpoint, json.string_at("checkpoint"));
    answer.checkpoint = *checkpoint;
    return answer;
}

}  // namespace boltseal
