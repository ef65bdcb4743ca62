#include "verify/log_entry.h"

#include "core/encoding.h"
#include "verify/certificate.h"

#include <charconv>

namespace boltseal {

namespace {

constexpr std::string_view kKind = "hashedrekord";
constexpr std::string_view kVersion = "0.0.2";
constexpr std::size_t kMaxBody = 65'535;  // what an entry bundle of a tiled log can hold
constexpr std::size_t kMaxHashes = 64;    // a tree of 2^64 leaves is that high

Error bad(const std::string& why) {
    return Error(Fault::Malformed, "log entry: " + why);
}

Result<Buffer> bytes_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    auto bytes = parse_base64_any(*text);
    if (!bytes) return bad("'" + std::string(name) + "': " + bytes.error().message());
    return bytes;
}

// proto3 JSON writes 64-bit integers as strings, and readers take numbers too. It leaves zero out:
// the first entry of a log has no index where Go has written it.
Result<std::uint64_t> integer_at(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (!member) return 0;
    if (const auto number = member->as_uint()) return *number;
    const std::string* text = member->as_string();
    std::uint64_t value = 0;
    if (text) {
        const auto end = std::from_chars(text->data(), text->data() + text->size(), value);
        if (end.ec == std::errc() && end.ptr == text->data() + text->size() &&
            std::to_string(value) == *text) {
            return value;
        }
    }
    return bad("'" + std::string(name) + "' is not a non-negative integer");
}

// Fields of Rekor v1 that v2 leaves at their proto3 default: absent, null, 0 or "0".
Result<void> check_unset(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (!member || member->is_null() || member->as_uint() == 0u) return {};
    if (const std::string* text = member->as_string(); text && *text == "0") return {};
    return bad("'" + std::string(name) + "' belongs to Rekor v1, which is not read");
}

Json verifier_json(const HashedRekord& entry, std::string details) {
    Json verifier = Json::object({{"keyDetails", std::move(details)}});
    if (entry.certificate.empty()) {
        verifier.set("publicKey", Json::object({{"rawBytes", to_base64(entry.key.spki())}}));
    } else {
        verifier.set("x509Certificate", Json::object({{"rawBytes", to_base64(entry.certificate)}}));
    }
    return verifier;
}

struct Verifier {
    PublicKey key;
    Buffer certificate;
};

Result<Verifier> parse_verifier(const Json& json) {
    if (json.find("x509Certificate")) {
        BOLTSEAL_CHECK(json.only({"keyDetails", "x509Certificate"}));
        BOLTSEAL_TRY(const Json* certificate, json.object_at("x509Certificate"));
        BOLTSEAL_TRY(Buffer der, bytes_at(*certificate, "rawBytes"));
        BOLTSEAL_TRY(const Certificate parsed, parse_certificate(der));
        return Verifier{parsed.key(), std::move(der)};
    }
    BOLTSEAL_TRY(const Json* public_key, json.object_at("publicKey"));
    BOLTSEAL_TRY(const Buffer spki, bytes_at(*public_key, "rawBytes"));
    BOLTSEAL_TRY(PublicKey key, parse_public_key_der(spki));
    return Verifier{std::move(key), {}};
}

Result<HashedRekord> parse_spec(const Json& spec) {
    BOLTSEAL_TRY(const Json* data, spec.object_at("data"));
    BOLTSEAL_TRY(const Json* signature, spec.object_at("signature"));
    BOLTSEAL_TRY(const std::string* hash, data->string_at("algorithm"));
    BOLTSEAL_TRY(const HashAlgorithm algorithm, parse_sigstore_hash(*hash));
    BOLTSEAL_TRY(const Buffer digest, bytes_at(*data, "digest"));
    BOLTSEAL_TRY(BlobDigest blob, BlobDigest::from(algorithm, digest));
    BOLTSEAL_TRY(Buffer content, bytes_at(*signature, "content"));
    BOLTSEAL_TRY(const Json* verifier, signature->object_at("verifier"));
    BOLTSEAL_TRY(Verifier by, parse_verifier(*verifier));
    BOLTSEAL_TRY(const std::string* details, verifier->string_at("keyDetails"));
    BOLTSEAL_TRY(const SignatureAlgorithm scheme, parse_key_details(*details, by.key));
    return HashedRekord{std::move(blob), std::move(content), std::move(by.key), scheme,
                        std::move(by.certificate)};
}

Result<std::vector<TreeHash>> parse_hashes(const Json& proof) {
    BOLTSEAL_TRY(const Json::Array* items, proof.array_at("hashes"));
    if (items->size() > kMaxHashes) return bad("inclusion proof has more than 64 hashes");
    std::vector<TreeHash> hashes;
    for (const Json& item : *items) {
        const std::string* text = item.as_string();
        if (!text) return bad("'hashes' holds something else than strings");
        BOLTSEAL_TRY(const Buffer bytes, parse_base64_any(*text));
        BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(bytes));
        hashes.push_back(hash);
    }
    return hashes;
}

Result<void> parse_proof(const Json& json, LogEntry& entry) {
    BOLTSEAL_CHECK(json.only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
    BOLTSEAL_TRY(entry.proof.index, integer_at(json, "logIndex"));
    BOLTSEAL_TRY(entry.head.size, integer_at(json, "treeSize"));
    BOLTSEAL_TRY(const Buffer root, bytes_at(json, "rootHash"));
    BOLTSEAL_TRY(entry.head.root, TreeHash::from(root));
    if (json.find("hashes")) {  // a tree of one leaf has an empty proof, which proto3 may leave out
        BOLTSEAL_TRY(entry.proof.path, parse_hashes(json));
    }
    BOLTSEAL_TRY(const Json* checkpoint, json.object_at("checkpoint"));
    BOLTSEAL_CHECK(checkpoint->only({"envelope"}));
    BOLTSEAL_TRY(const std::string* note, checkpoint->string_at("envelope"));
    entry.checkpoint = *note;
    return {};
}

}  // namespace

Result<Buffer> encode_entry(const HashedRekord& entry) {
    if (entry.algorithm == SignatureAlgorithm::Ed25519) {
        return bad("a plain Ed25519 signature cannot be logged, Ed25519ph can");
    }
    if (entry.digest.algorithm() != hash_of(entry.algorithm)) {
        return bad("signature is over another kind of digest");
    }
    BOLTSEAL_TRY(std::string details, key_details(entry.key, entry.algorithm));
    const Json data = Json::object({{"algorithm", sigstore_name(entry.digest.algorithm())},
                                    {"digest", to_base64(entry.digest.bytes())}});
    const Json signature = Json::object({{"content", to_base64(entry.signature)},
                                         {"verifier", verifier_json(entry, std::move(details))}});
    const Json record = Json::object({{"data", data}, {"signature", signature}});
    const Json body = Json::object({{"apiVersion", kVersion},
                                    {"kind", kKind},
                                    {"spec", Json::object({{"hashedRekordV002", record}})}});
    Buffer text = to_buffer(to_canonical_json(body));
    if (text.size() > kMaxBody) return bad("larger than 65535 bytes");
    return text;
}

Result<HashedRekord> parse_entry(Bytes body) {
    if (body.size() > kMaxBody) return bad("larger than 65535 bytes");
    BOLTSEAL_TRY(const Json json, parse_json(body));
    BOLTSEAL_TRY(const std::string* kind, json.string_at("kind"));
    BOLTSEAL_TRY(const std::string* version, json.string_at("apiVersion"));
    if (*kind != kKind || *version != kVersion) {
        return bad("kind is " + printable(*kind) + " " + printable(*version) +
                   ", expected 'hashedrekord' '0.0.2'");
    }
    BOLTSEAL_TRY(const Json* spec, json.object_at("spec"));
    BOLTSEAL_TRY(const Json* record, spec->object_at("hashedRekordV002"));
    BOLTSEAL_TRY(HashedRekord entry, parse_spec(*record));
    BOLTSEAL_TRY(const Buffer printed, encode_entry(entry));
    if (!equal(printed, body)) return bad("not in its canonical form");
    return entry;
}

Result<void> check_entry(const HashedRekord& entry) {
    return check_signature_over_digest(entry.key, entry.algorithm, entry.digest, entry.signature);
}

Result<LogEntry> parse_log_entry(const Json& json) {
    BOLTSEAL_CHECK(json.only({"logIndex", "logId", "kindVersion", "integratedTime",
                              "inclusionPromise", "inclusionProof", "canonicalizedBody"}));
    BOLTSEAL_CHECK(check_unset(json, "integratedTime"));
    BOLTSEAL_CHECK(check_unset(json, "inclusionPromise"));
    LogEntry entry;
    BOLTSEAL_TRY(entry.index, integer_at(json, "logIndex"));
    BOLTSEAL_TRY(const Json* log_id, json.object_at("logId"));
    BOLTSEAL_CHECK(log_id->only({"keyId"}));
    BOLTSEAL_TRY(const Buffer key_id, bytes_at(*log_id, "keyId"));
    BOLTSEAL_TRY(entry.log_id, LogId::from(key_id));
    BOLTSEAL_TRY(const Json* kind_version, json.object_at("kindVersion"));
    BOLTSEAL_CHECK(kind_version->only({"kind", "version"}));
    BOLTSEAL_TRY(const std::string* kind, kind_version->string_at("kind"));
    BOLTSEAL_TRY(const std::string* version, kind_version->string_at("version"));
    entry.kind = *kind;
    entry.version = *version;
    BOLTSEAL_TRY(const Json* proof, json.object_at("inclusionProof"));
    BOLTSEAL_CHECK(parse_proof(*proof, entry));
    BOLTSEAL_TRY(entry.body, bytes_at(json, "canonicalizedBody"));
    return entry;
}

Json to_json(const LogEntry& entry) {
    Json::Array hashes;
    for (const TreeHash& hash : entry.proof.path) hashes.emplace_back(to_base64(hash.bytes()));
    const Json proof =
        Json::object({{"logIndex", std::to_string(entry.proof.index)},
                      {"rootHash", to_base64(entry.head.root.bytes())},
                      {"treeSize", std::to_string(entry.head.size)},
                      {"hashes", std::move(hashes)},
                      {"checkpoint", Json::object({{"envelope", entry.checkpoint}})}});
    return Json::object(
        {{"logIndex", std::to_string(entry.index)},
         {"logId", Json::object({{"keyId", to_base64(entry.log_id.bytes())}})},
         {"kindVersion", Json::object({{"kind", entry.kind}, {"version", entry.version}})},
         {"inclusionProof", proof},
         {"canonicalizedBody", to_base64(entry.body)}});
}

Result<VerifiedCheckpoint> check_log_entry(const LogEntry& entry, Bytes expected,
                                           const NoteKey& log) {
    const auto refused = [](const std::string& why) {
        return Error(Fault::Untrusted, "log entry: " + why);
    };
    if (entry.log_id != log.log_id()) return refused("is of another log than '" + log.name + "'");
    if (entry.kind != kKind || entry.version != kVersion) {
        return refused("kind is " + printable(entry.kind) + " " + printable(entry.version) +
                       ", expected 'hashedrekord' '0.0.2'");
    }
    if (!equal(entry.body, expected)) return refused("is about another signature, digest or key");
    if (entry.index != entry.proof.index) return refused("index differs from that of its proof");
    auto checkpoint = check_checkpoint(as_bytes(entry.checkpoint), log);
    if (!checkpoint) return std::move(checkpoint).error().context("log entry").as(Fault::Untrusted);
    if (checkpoint->head() != entry.head) {
        return refused("proof and checkpoint differ in tree size or root");
    }
    auto included = check_inclusion(hash_leaf(expected), entry.proof, entry.head);
    if (!included) return std::move(included).error().context("log entry");
    return checkpoint;
}

}  // namespace boltseal
