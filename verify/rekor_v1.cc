#include "verify/rekor_v1.h"

#include "core/encoding.h"
#include "core/pem.h"

#include <algorithm>

namespace boltseal {

namespace {

// Whole envelopes stand in some intoto bodies.
constexpr JsonLimits kBodyLimits = {.max_bytes = std::size_t{24} << 20, .max_depth = 16};

Error refused_rekor_entry(const std::string& why) {
    return Error(Fault::Untrusted, "log entry: " + why);
}

Error another(const char* what) {
    return refused_rekor_entry("is about another " + std::string(what));
}

Result<Buffer> base64_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    return parse_base64(*text);
}

// The base64 of a PEM file with the certificate or the key, and nothing else, that made the
// signature. A bare key is no certificate, even if it is the certificate's.
Result<void> check_verifier(const Json& json, std::string_view name, const HashedRekord& expected) {
    BOLTSEAL_TRY(const Buffer pem, base64_at(json, name));
    BOLTSEAL_TRY(const auto blocks, parse_pem(pem, 1));
    const bool bare = expected.certificate.empty();
    const Bytes wanted = bare ? expected.key.spki() : Bytes(expected.certificate);
    if (blocks[0].label != (bare ? "PUBLIC KEY" : "CERTIFICATE")) {
        return refused_rekor_entry("names a PEM block " + printable(blocks[0].label) +
                                   ", expected a " + (bare ? "public key" : "certificate"));
    }
    if (!equal(blocks[0].bytes, wanted)) return another(bare ? "key" : "certificate");
    return {};
}

// {"algorithm":"sha256","value":"<hex>"}
Result<void> check_hash(const Json& json, std::string_view name, const BlobDigest& expected,
                        const char* what) {
    BOLTSEAL_TRY(const Json* hash, json.object_at(name));
    BOLTSEAL_TRY(const std::string* algorithm, hash->string_at("algorithm"));
    BOLTSEAL_TRY(const std::string* value, hash->string_at("value"));
    if (*algorithm != to_string(expected.algorithm()) || *value != expected.hex()) {
        return another(what);
    }
    return {};
}

Result<void> check_hashedrekord(const Json& spec, const HashedRekord& expected) {
    BOLTSEAL_TRY(const Json* data, spec.object_at("data"));
    BOLTSEAL_CHECK(check_hash(*data, "hash", expected.digest, "digest"));
    BOLTSEAL_TRY(const Json* signature, spec.object_at("signature"));
    BOLTSEAL_TRY(const Buffer content, base64_at(*signature, "content"));
    if (!equal(content, expected.signature)) return another("signature");
    BOLTSEAL_TRY(const Json* key, signature->object_at("publicKey"));
    return check_verifier(*key, "content", expected);
}

// Exactly one signature, as in the bundle.
Result<const Json*> only_signature(const Json& json) {
    BOLTSEAL_TRY(const Json::Array* signatures, json.array_at("signatures"));
    if (signatures->size() != 1) {
        return refused_rekor_entry("has " + std::to_string(signatures->size()) +
                                   " signatures, expected one");
    }
    return &signatures->front();
}

Result<void> check_dsse(const Json& spec, const HashedRekord& expected, const Envelope& envelope) {
    BOLTSEAL_CHECK(check_hash(spec, "payloadHash", digest_of(envelope.payload), "payload"));
    BOLTSEAL_TRY(const Json* signature, only_signature(spec));
    BOLTSEAL_TRY(const Buffer content, base64_at(*signature, "signature"));
    if (!equal(content, expected.signature)) return another("signature");
    return check_verifier(*signature, "verifier", expected);
}

// The signature is base64 of base64. The payload itself need not be there.
Result<void> check_intoto(const Json& spec, const HashedRekord& expected,
                          const Envelope& envelope) {
    BOLTSEAL_TRY(const Json* content, spec.object_at("content"));
    BOLTSEAL_CHECK(check_hash(*content, "payloadHash", digest_of(envelope.payload), "payload"));
    BOLTSEAL_TRY(const Json* logged, content->object_at("envelope"));
    BOLTSEAL_TRY(const std::string* type, logged->string_at("payloadType"));
    if (*type != envelope.payload_type) return another("payload type");
    BOLTSEAL_TRY(const Json* signature, only_signature(*logged));
    BOLTSEAL_TRY(const Buffer base64, base64_at(*signature, "sig"));
    BOLTSEAL_TRY(const Buffer sig, parse_base64(as_text(base64)));
    if (!equal(sig, expected.signature)) return another("signature");
    return check_verifier(*signature, "publicKey", expected);
}

Result<void> check_spec(const LogEntry& entry, const HashedRekord& expected,
                        const Envelope* envelope) {
    BOLTSEAL_TRY(const Json body, parse_json(entry.body, kBodyLimits));
    BOLTSEAL_TRY(const std::string* kind, body.string_at("kind"));
    BOLTSEAL_TRY(const std::string* version, body.string_at("apiVersion"));
    if (*kind != entry.kind || *version != entry.version) {
        return refused_rekor_entry("body is " + printable(*kind) + " " + printable(*version) +
                                   ", expected " + printable(entry.kind) + " " +
                                   printable(entry.version));
    }
    BOLTSEAL_TRY(const Json* spec, body.object_at("spec"));
    if (entry.kind == "hashedrekord") return check_hashedrekord(*spec, expected);
    if (!envelope) {
        return refused_rekor_entry("is about an envelope, expected a signature over a file");
    }
    if (entry.kind == "dsse") return check_dsse(*spec, expected, *envelope);
    return check_intoto(*spec, expected, *envelope);
}

// What the log signs to promise an entry, in RFC 8785 form.
Buffer promise_text(const LogEntry& entry) {
    return to_buffer(to_canonical_json(
        Json::object({{"body", to_base64(entry.body)},
                      {"integratedTime", entry.claimed_time.value_or(Timestamp{}).seconds},
                      {"logID", to_hex(entry.log_id.bytes())},
                      {"logIndex", entry.index}})));
}

}  // namespace

bool is_rekor_v1(const LogEntry& entry) {
    if (entry.kind == "intoto") return entry.version == "0.0.2";
    return entry.version == "0.0.1" && (entry.kind == "hashedrekord" || entry.kind == "dsse");
}

Result<void> check_rekor_v1_body(const LogEntry& entry, const HashedRekord& expected,
                                 const Envelope* envelope) {
    auto checked = check_spec(entry, expected, envelope);
    if (!checked && checked.error().fault() != Fault::Untrusted) {
        return std::move(checked).error().context("log entry: body").as(Fault::Untrusted);
    }
    return checked;
}

Result<Timestamp> check_promise(const LogEntry& entry, const TrustedLog& log) {
    if (entry.log_id != log.id) return another("log");
    if (entry.promise.empty() || !entry.claimed_time) {
        return refused_rekor_entry("has no promise of its log");
    }
    const Buffer text = promise_text(entry);
    const auto algorithms = accepted_algorithms(log.key.key);
    const bool holds = std::ranges::any_of(algorithms, [&](SignatureAlgorithm algorithm) {
        return check_signature(log.key.key, algorithm, text, entry.promise).has_value();
    });
    if (!holds) {
        return refused_rekor_entry("signed entry timestamp of log '" + log.key.name +
                                   "' does not verify");
    }
    if (!log.valid_for.contains(*entry.claimed_time)) {
        return refused_rekor_entry("log '" + log.key.name + "' integrated it on " +
                                   to_rfc3339(*entry.claimed_time) + ", its key is valid " +
                                   to_string(log.valid_for));
    }
    return *entry.claimed_time;
}

Result<VerifiedCheckpoint> check_rekor_v1_proof(const LogEntry& entry, const TrustedLog& log) {
    if (entry.log_id != log.id) return another("log");
    if (!entry.has_proof) return refused_rekor_entry("has no inclusion proof");
    if (entry.checkpoint.empty()) return refused_rekor_entry("inclusion proof has no checkpoint");
    auto checkpoint = check_rekor_v1_checkpoint(as_bytes(entry.checkpoint), log.key.key);
    if (!checkpoint) return std::move(checkpoint).error().context("log entry").as(Fault::Untrusted);
    BOLTSEAL_CHECK(check_place(entry, entry.body, *checkpoint));
    return checkpoint;
}

}  // namespace boltseal
