#include "transparency/lookup_answer.h"

#include "core/encoding.h"
#include "core/json.h"
#include "transparency/tile.h"
#include "verify/statement.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxLookupAnswer = std::size_t{16} << 20;
constexpr std::size_t kMaxHashes = kLookupPage * 64;  // a tree of 2^64 leaves is that high

Error bad_answer(const std::string& why) {
    return Error(Fault::Malformed, "look-up: " + why);
}

Error refused_answer(const std::string& why) {
    return Error(Fault::Untrusted, "look-up: " + why);
}

Json hashes_json(const std::vector<TreeHash>& hashes) {
    Json::Array array;
    for (const TreeHash& hash : hashes) array.emplace_back(to_base64(hash.bytes()));
    return array;
}

Json head_json(const TreeHead& head) {
    return Json::object({{"size", head.size}, {"root", to_base64(head.root.bytes())}});
}

Result<Buffer> bytes_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* const text, json.string_at(name));
    return parse_base64(*text);
}

Result<FoundEntry> parse_found(const Json& json) {
    BOLTSEAL_CHECK(json.only({"index", "entry", "statement"}));
    FoundEntry found;
    BOLTSEAL_TRY(found.index, json.uint_at("index"));
    BOLTSEAL_TRY(found.entry, bytes_at(json, "entry"));
    if (found.entry.size() > kMaxEntrySize) return bad_answer("an entry is too large");
    if (!json.find("statement")) return found;
    BOLTSEAL_TRY(found.statement, bytes_at(json, "statement"));
    if (found.statement.empty()) return bad_answer("a statement is empty");
    return found;
}

Result<std::vector<TreeHash>> parse_hashes(const Json& json) {
    BOLTSEAL_TRY(const auto* const array, json.array_at("hashes"));
    if (array->size() > kMaxHashes) return bad_answer("too many hashes");
    std::vector<TreeHash> hashes;
    for (const Json& hash : *array) {
        if (!hash.is_string()) return bad_answer("a hash is not a string");
        BOLTSEAL_TRY(const Buffer bytes, parse_base64(*hash.as_string()));
        BOLTSEAL_TRY(const TreeHash parsed, TreeHash::from(bytes));
        hashes.push_back(parsed);
    }
    return hashes;
}

Result<std::vector<FoundEntry>> parse_entries(const Json& json) {
    BOLTSEAL_TRY(const auto* const array, json.array_at("entries"));
    if (array->size() > kLookupPage) return bad_answer("too many entries");
    std::vector<FoundEntry> entries;
    for (const Json& one : *array) {
        BOLTSEAL_TRY(FoundEntry found, parse_found(one));
        if (!entries.empty() && found.index <= entries.back().index) {
            return bad_answer("entries do not ascend");
        }
        entries.push_back(std::move(found));
    }
    return entries;
}

// The statement is what the signer of the entry has signed: its digest stands there.
Result<void> check_subject(const FoundEntry& found, const EntryNames& names, const Lookup& lookup) {
    if (names.kind != "dsse" || names.digest != digest_of(found.statement)) {
        return refused_answer("the statement is not what the entry is about");
    }
    BOLTSEAL_TRY(const Statement statement, parse_statement(found.statement));
    BOLTSEAL_TRY(const BlobDigest digest, BlobDigest::from(lookup.algorithm, lookup.value));
    if (find_subject(statement, digest)) return {};
    return refused_answer("the statement is not about " + to_string(lookup));
}

Result<void> check_found(const FoundEntry& found, const Lookup& lookup) {
    BOLTSEAL_TRY(const EntryNames names, read_entry_names(found.entry));
    if (lookup.by == Lookup::By::Subject) return check_subject(found, names, lookup);
    return check_named(names, lookup);
}

}  // namespace

std::string print_lookup_answer(const LookupAnswer& answer) {
    Json::Array entries;
    for (const FoundEntry& found : answer.entries) {
        Json one = Json::object({{"index", found.index}, {"entry", to_base64(found.entry)}});
        if (!found.statement.empty()) one.set("statement", to_base64(found.statement));
        entries.push_back(std::move(one));
    }
    return to_json(Json::object({{"complete", answer.complete},
                                 {"next", answer.next ? Json(*answer.next) : Json()},
                                 {"entries", std::move(entries)},
                                 {"hashes", hashes_json(answer.proof.hashes)},
                                 {"checkpoint", answer.checkpoint}}));
}

Result<LookupAnswer> parse_lookup_answer(Bytes body) {
    BOLTSEAL_TRY(const Json json, parse_json(body, JsonLimits{kMaxLookupAnswer, 3}));
    BOLTSEAL_CHECK(json.only({"complete", "next", "entries", "hashes", "checkpoint"}));
    LookupAnswer answer;
    BOLTSEAL_TRY(answer.complete, json.uint_at("complete"));
    if (const Json* const next = json.find("next"); !next || !next->is_null()) {
        BOLTSEAL_TRY(answer.next, json.uint_at("next"));
    }
    BOLTSEAL_TRY(answer.entries, parse_entries(json));
    BOLTSEAL_TRY(answer.proof.hashes, parse_hashes(json));
    BOLTSEAL_TRY(const std::string* const checkpoint, json.string_at("checkpoint"));
    answer.checkpoint = *checkpoint;
    return answer;
}

Result<VerifiedCheckpoint> check_lookup_answer(const LookupAnswer& answer, const Lookup& lookup,
                                               const NoteKey& log) {
    BOLTSEAL_TRY(VerifiedCheckpoint checkpoint, check_checkpoint(as_bytes(answer.checkpoint), log));
    if (answer.complete > checkpoint.head().size) {
        return refused_answer("says to be complete beyond the tree");
    }
    if (answer.entries.empty()) {
        if (answer.proof.hashes.empty()) return checkpoint;
        return refused_answer("proof of nothing");
    }
    std::vector<ProvedLeaf> leaves;
    for (const FoundEntry& found : answer.entries) {
        leaves.push_back({found.index, hash_leaf(found.entry)});
    }
    BOLTSEAL_CHECK(check_batch_proof(leaves, answer.proof, checkpoint.head()));
    for (const FoundEntry& found : answer.entries) {
        if (auto named = check_found(found, lookup); !named) {
            return std::move(named)
                .error()
                .context("entry " + std::to_string(found.index))
                .as(Fault::Untrusted);
        }
    }
    return checkpoint;
}

std::string print_proof_answer(const InclusionProof& proof, Bytes entry,
                               const VerifiedCheckpoint& checkpoint) {
    return to_json(Json::object({{"index", proof.index},
                                 {"leafHash", to_hex(hash_leaf(entry).bytes())},
                                 {"entry", to_base64(entry)},
                                 {"hashes", hashes_json(proof.path)},
                                 {"checkpoint", checkpoint.note()}}));
}

std::string print_consistency_answer(const TreeHead& older, const TreeHead& newer,
                                     const ConsistencyProof& proof,
                                     const VerifiedCheckpoint& checkpoint) {
    return to_json(Json::object({{"old", head_json(older)},
                                 {"new", head_json(newer)},
                                 {"hashes", hashes_json(proof.path)},
                                 {"checkpoint", checkpoint.note()}}));
}

}  // namespace boltseal
