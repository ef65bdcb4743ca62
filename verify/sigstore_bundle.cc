#include "verify/sigstore_bundle.h"

#include "core/encoding.h"

namespace boltseal {

namespace {

constexpr JsonLimits kLimits = {.max_bytes = std::size_t{32} << 20, .max_depth = 32};
constexpr std::size_t kMaxLogEntries = 32;

Error bad(const std::string& why) {
    return Error(Fault::Malformed, "bundle: " + why);
}

Result<MessageSignature> parse_message_signature(const Json& json) {
    BOLTSEAL_CHECK(json.only({"messageDigest", "signature"}));
    MessageSignature message;
    if (json.find("messageDigest")) {
        BOLTSEAL_TRY(const Json* digest, json.object_at("messageDigest"));
        BOLTSEAL_CHECK(digest->only({"algorithm", "digest"}));
        BOLTSEAL_TRY(const std::string* name, digest->string_at("algorithm"));
        BOLTSEAL_TRY(const HashAlgorithm algorithm, parse_sigstore_hash(*name));
        BOLTSEAL_TRY(const std::string* text, digest->string_at("digest"));
        BOLTSEAL_TRY(const Buffer bytes, parse_base64_any(*text));
        BOLTSEAL_TRY(message.claimed_digest, BlobDigest::from(algorithm, bytes));
    }
    BOLTSEAL_TRY(const std::string* signature, json.string_at("signature"));
    BOLTSEAL_TRY(message.signature, parse_base64_any(*signature));
    return message;
}

// Members of VerificationMaterial that say something we cannot check yet: refused unless empty.
Result<void> check_no_timestamps(const Json& material) {
    const Json* data = material.find("timestampVerificationData");
    if (!data) return {};
    BOLTSEAL_CHECK(data->only({"rfc3161Timestamps"}));
    const Json* timestamps = data->find("rfc3161Timestamps");
    if (!timestamps || (timestamps->as_array() && timestamps->as_array()->empty())) return {};
    return bad("carries RFC 3161 timestamps, which are not read yet");
}

Result<void> parse_material(const Json& material, SigstoreBundle& bundle) {
    if (material.find("certificate") || material.find("x509CertificateChain")) {
        return bad("is signed with a certificate; only signatures by a key are read yet");
    }
    BOLTSEAL_CHECK(material.only({"publicKey", "tlogEntries", "timestampVerificationData"}));
    BOLTSEAL_CHECK(check_no_timestamps(material));
    BOLTSEAL_TRY(const Json* key, material.object_at("publicKey"));
    BOLTSEAL_CHECK(key->only({"hint"}));
    if (key->find("hint")) {
        BOLTSEAL_TRY(const std::string* hint, key->string_at("hint"));
        bundle.key_hint = *hint;
    }
    if (!material.find("tlogEntries")) return {};
    BOLTSEAL_TRY(const Json::Array* entries, material.array_at("tlogEntries"));
    if (entries->size() > kMaxLogEntries) return bad("more than 32 log entries");
    for (const Json& item : *entries) {
        BOLTSEAL_TRY(LogEntry entry, parse_log_entry(item));
        bundle.log_entries.push_back(std::move(entry));
    }
    return {};
}

Result<void> parse_content(const Json& json, SigstoreBundle& bundle) {
    const bool message = json.find("messageSignature") != nullptr;
    const bool envelope = json.find("dsseEnvelope") != nullptr;
    if (message && envelope) return bad("has both a message signature and an envelope");
    if (message) {
        BOLTSEAL_TRY(const Json* member, json.object_at("messageSignature"));
        BOLTSEAL_TRY(bundle.content, parse_message_signature(*member));
        return {};
    }
    BOLTSEAL_TRY(const Json* member, json.object_at("dsseEnvelope"));
    BOLTSEAL_TRY(bundle.content, parse_envelope(*member));
    return {};
}

}  // namespace

Result<SigstoreBundle> parse_bundle(Bytes bytes) {
    auto json = parse_json(bytes, kLimits);
    if (!json) return bad(json.error().message());
    BOLTSEAL_TRY(const std::string* media_type, json->string_at("mediaType"));
    if (*media_type != kBundleMediaType &&
        *media_type != "application/vnd.dev.sigstore.bundle+json;version=0.3") {
        return bad("media type " + printable(*media_type) + " is not read");
    }
    BOLTSEAL_CHECK(
        json->only({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}));
    BOLTSEAL_TRY(const Json* material, json->object_at("verificationMaterial"));
    SigstoreBundle bundle;
    BOLTSEAL_CHECK(parse_material(*material, bundle));
    BOLTSEAL_CHECK(parse_content(*json, bundle));
    return bundle;
}

std::string to_string(const SigstoreBundle& bundle) {
    Json key = Json::object({});
    if (!bundle.key_hint.empty()) key.set("hint", bundle.key_hint);
    Json material = Json::object({{"publicKey", std::move(key)}});
    if (!bundle.log_entries.empty()) {
        Json::Array entries;
        for (const LogEntry& entry : bundle.log_entries) entries.push_back(to_json(entry));
        material.set("tlogEntries", std::move(entries));
    }
    Json json = Json::object(
        {{"mediaType", kBundleMediaType}, {"verificationMaterial", std::move(material)}});
    if (const auto* envelope = std::get_if<Envelope>(&bundle.content)) {
        json.set("dsseEnvelope", to_json(*envelope));
        return to_json(json);
    }
    const auto& message = std::get<MessageSignature>(bundle.content);
    Json signature = Json::object({});
    if (message.claimed_digest) {
        signature.set(
            "messageDigest",
            Json::object({{"algorithm", sigstore_name(message.claimed_digest->algorithm())},
                          {"digest", to_base64(message.claimed_digest->bytes())}}));
    }
    signature.set("signature", to_base64(message.signature));
    json.set("messageSignature", std::move(signature));
    return to_json(json);
}

}  // namespace boltseal
