#include "verify/log_entry.h"

#include "core/encoding.h"
#include "verify/dsse_entry.h"

namespace boltseal {

namespace {

constexpr std::string_view kKind = "hashedrekord";
constexpr std::size_t kMaxRekorV1Body = std::size_t{16} << 20;
constexpr std::uint64_t kMaxTime = 253'402'300'799;  // the year 9999
constexpr std::size_t kMaxHashes = 64;               // a tree of 2^64 leaves is that high

Error bad_entry(const std::string& why) {
    return Error(Fault::Malformed, "log entry: " + why);
}

EntrySignature signature_of(const HashedRekord& entry) {
    return {entry.signature, entry.key, entry.algorithm, entry.certificate};
}

Result<HashedRekord> parse_spec(const Json& spec) {
    BOLTSEAL_TRY(const Json* data, spec.object_at("data"));
    BOLTSEAL_TRY(const Json* signature, spec.object_at("signature"));
    BOLTSEAL_TRY(BlobDigest digest, parse_entry_digest(*data));
    BOLTSEAL_TRY(EntrySignature by, parse_entry_signature(*signature));
    return HashedRekord{std::move(digest), std::move(by.signature), std::move(by.key), by.algorithm,
                        std::move(by.certificate)};
}

Result<void> parse_proof(const ProtoReader& message, LogEntry& entry) {
    BOLTSEAL_CHECK(message.only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
    BOLTSEAL_TRY(entry.proof.index, message.integer("logIndex"));
    BOLTSEAL_TRY(entry.head.size, message.integer("treeSize"));
    BOLTSEAL_TRY(const Buffer root, message.bytes("rootHash"));
    BOLTSEAL_TRY(entry.head.root, TreeHash::from(root));
    // A tree of one leaf has an empty proof, which proto3 may leave out.
    BOLTSEAL_TRY(const auto hashes, message.all_bytes("hashes", kMaxHashes));
    for (const Buffer& bytes : hashes) {
        BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(bytes));
        entry.proof.path.push_back(hash);
    }
    if (!message.has("checkpoint")) return {};
    BOLTSEAL_TRY(const ProtoReader checkpoint, message.message("checkpoint"));
    BOLTSEAL_CHECK(checkpoint.only({"envelope"}));
    BOLTSEAL_TRY(const std::string* note, checkpoint.string("envelope"));
    entry.checkpoint = *note;
    return {};
}

// The fields of Rekor v1, which v2 leaves out or at zero.
Result<void> parse_promise(const ProtoReader& message, LogEntry& entry) {
    BOLTSEAL_TRY(const std::uint64_t time, message.integer("integratedTime"));
    if (time > kMaxTime) return message.bad("integratedTime", "is no time");
    if (time != 0) entry.claimed_time = Timestamp{static_cast<std::int64_t>(time)};
    if (!message.has("inclusionPromise")) return {};
    BOLTSEAL_TRY(const ProtoReader promise, message.message("inclusionPromise"));
    BOLTSEAL_CHECK(promise.only({"signedEntryTimestamp"}));
    BOLTSEAL_TRY(entry.promise, promise.bytes("signedEntryTimestamp"));
    if (entry.promise.empty()) return promise.bad("signedEntryTimestamp", "is empty");
    return {};
}

Json proof_json(const LogEntry& entry) {
    Json::Array hashes;
    for (const TreeHash& hash : entry.proof.path) hashes.emplace_back(to_base64(hash.bytes()));
    Json json = Json::object({{"logIndex", std::to_string(entry.proof.index)},
                              {"rootHash", to_base64(entry.head.root.bytes())},
                              {"treeSize", std::to_string(entry.head.size)},
                              {"hashes", std::move(hashes)}});
    if (!entry.checkpoint.empty()) {
        json.set("checkpoint", Json::object({{"envelope", entry.checkpoint}}));
    }
    return json;
}

std::string describe(const TreeHead& head) {
    return "size " + std::to_string(head.size) + ", root " + to_base64(head.root.bytes());
}

Error refused_entry(const std::string& why) {
    return Error(Fault::Untrusted, "log entry: " + why);
}

}  // namespace

bool is_rekor_v2(const LogEntry& entry) {
    return entry.version == kRekorV2Version && (entry.kind == kKind || entry.kind == kDsseKind);
}

Result<Buffer> encode_dsse_entry(const HashedRekord& entry, Bytes payload) {
    return encode_dsse_entry(DsseEntry{digest_of(payload), {signature_of(entry)}});
}

Result<Buffer> encode_entry(const HashedRekord& entry) {
    if (entry.algorithm == SignatureAlgorithm::Ed25519) {
        return bad_entry("a plain Ed25519 signature cannot be logged, Ed25519ph can");
    }
    if (entry.digest.algorithm() != hash_of(entry.algorithm)) {
        return bad_entry("signature is over another kind of digest");
    }
    BOLTSEAL_TRY(Json signature, print_entry_signature(signature_of(entry)));
    return encode_entry_body(kKind, "hashedRekordV002",
                             Json::object({{"data", print_entry_digest(entry.digest)},
                                           {"signature", std::move(signature)}}));
}

Result<HashedRekord> parse_entry(Bytes body) {
    BOLTSEAL_TRY(const Json spec, parse_entry_body(body, kKind, "hashedRekordV002"));
    BOLTSEAL_TRY(HashedRekord entry, parse_spec(spec));
    BOLTSEAL_TRY(const Buffer printed, encode_entry(entry));
    if (!equal(printed, body)) return bad_entry("not in its canonical form");
    return entry;
}

Result<void> check_entry(const HashedRekord& entry) {
    return check_signature_over_digest(entry.key, entry.algorithm, entry.digest, entry.signature);
}

Result<LogEntry> parse_log_entry(const ProtoReader& message) {
    BOLTSEAL_CHECK(message.only({"logIndex", "logId", "kindVersion", "integratedTime",
                                 "inclusionPromise", "inclusionProof", "canonicalizedBody"}));
    LogEntry entry;
    BOLTSEAL_TRY(entry.index, message.integer("logIndex"));
    BOLTSEAL_TRY(const ProtoReader log_id, message.message("logId"));
    BOLTSEAL_CHECK(log_id.only({"keyId"}));
    BOLTSEAL_TRY(const Buffer key_id, log_id.bytes("keyId"));
    BOLTSEAL_TRY(entry.log_id, LogId::from(key_id));
    BOLTSEAL_TRY(const ProtoReader kind_version, message.message("kindVersion"));
    BOLTSEAL_CHECK(kind_version.only({"kind", "version"}));
    BOLTSEAL_TRY(const std::string* kind, kind_version.string("kind"));
    BOLTSEAL_TRY(const std::string* version, kind_version.string("version"));
    entry.kind = *kind;
    entry.version = *version;
    BOLTSEAL_CHECK(parse_promise(message, entry));
    entry.has_proof = message.has("inclusionProof");
    if (entry.has_proof) {
        BOLTSEAL_TRY(const ProtoReader proof, message.message("inclusionProof"));
        BOLTSEAL_CHECK(parse_proof(proof, entry));
    }
    BOLTSEAL_TRY(entry.body, message.bytes("canonicalizedBody"));
    if (entry.body.size() > kMaxRekorV1Body)
        return message.bad("canonicalizedBody", "is too large");
    return entry;
}

Result<LogEntry> parse_log_entry(const Json& json) {
    Deviations tolerated;
    return parse_log_entry(ProtoReader(json, tolerated));
}

Json to_json(const LogEntry& entry) {
    Json json = Json::object(
        {{"logIndex", std::to_string(entry.index)},
         {"logId", Json::object({{"keyId", to_base64(entry.log_id.bytes())}})},
         {"kindVersion", Json::object({{"kind", entry.kind}, {"version", entry.version}})}});
    if (entry.claimed_time) {
        json.set("integratedTime", std::to_string(entry.claimed_time->seconds));
    }
    if (!entry.promise.empty()) {
        json.set("inclusionPromise",
                 Json::object({{"signedEntryTimestamp", to_base64(entry.promise)}}));
    }
    if (entry.has_proof) json.set("inclusionProof", proof_json(entry));
    json.set("canonicalizedBody", to_base64(entry.body));
    return json;
}

Result<void> check_place(const LogEntry& entry, Bytes body, const VerifiedCheckpoint& checkpoint) {
    if (checkpoint.head() != entry.head) {
        return refused_entry("proof and checkpoint differ in tree size or root")
            .comparing(describe(checkpoint.head()), describe(entry.head));
    }
    auto included = check_inclusion(hash_leaf(body), entry.proof, entry.head);
    if (!included) return std::move(included).error().context("log entry");
    return {};
}

Result<VerifiedCheckpoint> check_log_entry(const LogEntry& entry, Bytes expected,
                                           const NoteKey& log) {
    if (entry.log_id != log.log_id()) {
        return refused_entry("is of another log than '" + log.name + "'");
    }
    if (!is_rekor_v2(entry)) {
        return refused_entry("kind is " + printable(entry.kind) + " " + printable(entry.version) +
                             ", expected 'hashedrekord' or 'dsse' '0.0.2'");
    }
    if (!entry.has_proof) return refused_entry("has no inclusion proof");
    if (entry.claimed_time || !entry.promise.empty()) {
        return refused_entry("has a time or promise, which Rekor v2 does not give");
    }
    if (!equal(entry.body, expected)) {
        return refused_entry("is about another signature, digest or key");
    }
    if (entry.index != entry.proof.index) {
        return refused_entry("index differs from that of its proof");
    }
    auto checkpoint = check_checkpoint(as_bytes(entry.checkpoint), log);
    if (!checkpoint) return std::move(checkpoint).error().context("log entry").as(Fault::Untrusted);
    BOLTSEAL_CHECK(check_place(entry, expected, *checkpoint));
    return checkpoint;
}

}  // namespace boltseal
