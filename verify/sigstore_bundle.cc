#include "verify/sigstore_bundle.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr JsonLimits kBundleLimits = {.max_bytes = kMaxBundle, .max_depth = 32};
constexpr std::size_t kMaxLogEntries = 32;
constexpr std::size_t kMaxTimestamps = 32;
constexpr std::size_t kMaxChainCertificates = 16;

Error bad_bundle(const std::string& why) {
    return Error(Fault::Malformed, "bundle: " + why);
}

struct MediaType {
    std::string_view name;
    BundleVersion version;
};
constexpr MediaType kMediaTypes[] = {
    {kBundleMediaType, BundleVersion::V03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::V03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::V02},
    {"application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::V01},
};

Result<BundleVersion> parse_version(const ProtoReader& message) {
    BOLTSEAL_TRY(const std::string* name, message.string("mediaType"));
    const auto type = std::ranges::find(kMediaTypes, *name, &MediaType::name);
    if (type == std::end(kMediaTypes)) {
        return bad_bundle("media type " + printable(*name) + " is not read");
    }
    if (*name != kBundleMediaType) {
        message.note("mediaType",
                     "is '" + *name + "', expected '" + std::string(kBundleMediaType) + "'");
    }
    return type->version;
}

Result<MessageSignature> parse_message_signature(const ProtoReader& message) {
    BOLTSEAL_CHECK(message.only({"messageDigest", "signature"}));
    MessageSignature content;
    if (message.has("messageDigest")) {
        BOLTSEAL_TRY(const ProtoReader digest, message.message("messageDigest"));
        BOLTSEAL_CHECK(digest.only({"algorithm", "digest"}));
        BOLTSEAL_TRY(const std::string* name, digest.string("algorithm"));
        BOLTSEAL_TRY(const HashAlgorithm algorithm, parse_sigstore_hash(*name));
        BOLTSEAL_TRY(const Buffer bytes, digest.bytes("digest"));
        BOLTSEAL_TRY(content.claimed_digest, BlobDigest::from(algorithm, bytes));
    } else {
        message.note("messageDigest", "is missing");
    }
    BOLTSEAL_TRY(content.signature, message.bytes("signature"));
    return content;
}

// Only the first, the signer's, is used; signers do not send the root along.
Result<void> parse_chain(const ProtoReader& chain, SigstoreBundle& bundle) {
    BOLTSEAL_CHECK(chain.only({"certificates"}));
    BOLTSEAL_TRY(const auto members, chain.messages("certificates", kMaxChainCertificates));
    if (members.empty()) return chain.bad("certificates", "is empty");
    for (const ProtoReader& member : members) {
        BOLTSEAL_CHECK(member.only({"rawBytes"}));
        BOLTSEAL_TRY(const Buffer der, member.bytes("rawBytes"));
        BOLTSEAL_TRY(Certificate certificate, parse_certificate(der));
        if (certificate.is_self_issued()) return bad_bundle("carries a root certificate");
        if (!bundle.certificate) bundle.certificate = std::move(certificate);
    }
    if (members.size() > 1) chain.note("certificates", "has more than the signer's, not used");
    return {};
}

// Exactly one of three says who signed.
Result<void> parse_signer(const ProtoReader& material, SigstoreBundle& bundle) {
    const bool key = material.has("publicKey");
    const bool certificate = material.has("certificate");
    const bool chain = material.has("x509CertificateChain");
    if (key + certificate + chain != 1) {
        return bad_bundle("has " + std::to_string(key + certificate + chain) +
                          " of key, certificate and certificate chain, expected one");
    }
    if (key) {
        BOLTSEAL_TRY(const ProtoReader named, material.message("publicKey"));
        BOLTSEAL_CHECK(named.only({"hint"}));
        if (!named.has("hint")) return {};
        BOLTSEAL_TRY(const std::string* hint, named.string("hint"));
        bundle.key_hint = *hint;
        return {};
    }
    if (chain) {
        if (bundle.version == BundleVersion::V03) {
            return bad_bundle("version 0.3 has a certificate chain, expected a single certificate");
        }
        BOLTSEAL_TRY(const ProtoReader certificates, material.message("x509CertificateChain"));
        return parse_chain(certificates, bundle);
    }
    if (bundle.version != BundleVersion::V03) {
        return bad_bundle("has a single certificate, which only version 0.3 does");
    }
    BOLTSEAL_TRY(const ProtoReader single, material.message("certificate"));
    BOLTSEAL_CHECK(single.only({"rawBytes"}));
    BOLTSEAL_TRY(const Buffer der, single.bytes("rawBytes"));
    BOLTSEAL_TRY(bundle.certificate, parse_certificate(der));
    if (bundle.certificate->is_self_issued()) return bad_bundle("carries a root certificate");
    return {};
}

// What a version asks of its entries: 0.1 a promise of the log, the later ones a proof.
Result<void> check_entries(const SigstoreBundle& bundle) {
    const auto& entries = bundle.log_entries;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (entries[i].index == entries[j].index && entries[i].log_id == entries[j].log_id) {
                return bad_bundle("has the same log entry twice");
            }
        }
        if (bundle.version != BundleVersion::V01 &&
            (!entries[i].has_proof || entries[i].checkpoint.empty())) {
            return bad_bundle("has a log entry without an inclusion proof and its checkpoint");
        }
    }
    if (bundle.version == BundleVersion::V01 && !entries.empty() &&
        std::ranges::all_of(entries, [](const LogEntry& e) { return e.promise.empty(); })) {
        return bad_bundle("version 0.1 has no promise of a log");
    }
    return {};
}

Result<void> parse_timestamps(const ProtoReader& material, SigstoreBundle& bundle) {
    if (!material.has("timestampVerificationData")) return {};
    BOLTSEAL_TRY(const ProtoReader data, material.message("timestampVerificationData"));
    BOLTSEAL_CHECK(data.only({"rfc3161Timestamps"}));
    BOLTSEAL_TRY(const auto timestamps, data.messages("rfc3161Timestamps", kMaxTimestamps));
    for (const ProtoReader& timestamp : timestamps) {
        BOLTSEAL_CHECK(timestamp.only({"signedTimestamp"}));
        BOLTSEAL_TRY(Buffer response, timestamp.bytes("signedTimestamp"));
        if (std::ranges::find(bundle.timestamps, response) != bundle.timestamps.end()) {
            return bad_bundle("has the same timestamp twice");
        }
        bundle.timestamps.push_back(std::move(response));
    }
    return {};
}

Result<void> parse_material(const ProtoReader& material, SigstoreBundle& bundle) {
    BOLTSEAL_CHECK(material.only({"publicKey", "certificate", "x509CertificateChain", "tlogEntries",
                                  "timestampVerificationData"}));
    BOLTSEAL_CHECK(parse_signer(material, bundle));
    BOLTSEAL_TRY(const auto entries, material.messages("tlogEntries", kMaxLogEntries));
    for (const ProtoReader& message : entries) {
        BOLTSEAL_TRY(LogEntry entry, parse_log_entry(message));
        bundle.log_entries.push_back(std::move(entry));
    }
    BOLTSEAL_CHECK(check_entries(bundle));
    return parse_timestamps(material, bundle);
}

Result<void> parse_content(const ProtoReader& message, SigstoreBundle& bundle) {
    const bool direct = message.has("messageSignature");
    const bool envelope = message.has("dsseEnvelope");
    if (direct && envelope) return bad_bundle("has both a message signature and an envelope");
    if (direct) {
        BOLTSEAL_TRY(const ProtoReader member, message.message("messageSignature"));
        BOLTSEAL_TRY(bundle.content, parse_message_signature(member));
        return {};
    }
    BOLTSEAL_TRY(const ProtoReader member, message.message("dsseEnvelope"));
    BOLTSEAL_TRY(bundle.content, parse_envelope(member));
    return {};
}

Json material_json(const SigstoreBundle& bundle) {
    Json material = Json::object({});
    if (bundle.certificate) {
        material.set("certificate",
                     Json::object({{"rawBytes", to_base64(bundle.certificate->der())}}));
    } else {
        Json key = Json::object({});
        if (!bundle.key_hint.empty()) key.set("hint", bundle.key_hint);
        material.set("publicKey", std::move(key));
    }
    if (!bundle.log_entries.empty()) {
        Json::Array entries;
        for (const LogEntry& entry : bundle.log_entries) entries.push_back(to_json(entry));
        material.set("tlogEntries", std::move(entries));
    }
    if (!bundle.timestamps.empty()) {
        Json::Array timestamps;
        for (const Buffer& response : bundle.timestamps) {
            timestamps.push_back(Json::object({{"signedTimestamp", to_base64(response)}}));
        }
        material.set("timestampVerificationData",
                     Json::object({{"rfc3161Timestamps", std::move(timestamps)}}));
    }
    return material;
}

}  // namespace

Result<SigstoreBundle> parse_bundle(Bytes bytes) {
    auto json = parse_json(bytes, kBundleLimits);
    if (!json) return std::move(json).error().context("bundle");
    SigstoreBundle bundle;
    const ProtoReader message(*json, bundle.deviations);
    BOLTSEAL_CHECK(
        message.only({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}));
    BOLTSEAL_TRY(bundle.version, parse_version(message));
    BOLTSEAL_TRY(const ProtoReader material, message.message("verificationMaterial"));
    BOLTSEAL_CHECK(parse_material(material, bundle));
    BOLTSEAL_CHECK(parse_content(message, bundle));
    return bundle;
}

std::string to_string(const SigstoreBundle& bundle) {
    Json json = Json::object(
        {{"mediaType", kBundleMediaType}, {"verificationMaterial", material_json(bundle)}});
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
