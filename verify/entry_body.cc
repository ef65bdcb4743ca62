#include "verify/entry_body.h"

#include "core/encoding.h"
#include "verify/certificate.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxBody = 65'535;

Error bad_entry_body(const std::string& why) {
    return Error(Fault::Malformed, "log entry: " + why);
}

Result<Buffer> bytes_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    auto bytes = parse_base64_any(*text);
    if (!bytes) return bad_entry_body("'" + std::string(name) + "': " + bytes.error().message());
    return bytes;
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

}  // namespace

Result<Buffer> encode_entry_body(std::string_view kind, std::string_view member, Json spec) {
    Json named = Json::object({});
    named.set(std::string(member), std::move(spec));
    const Json body =
        Json::object({{"apiVersion", kRekorV2Version}, {"kind", kind}, {"spec", std::move(named)}});
    Buffer text = to_buffer(to_canonical_json(body));
    if (text.size() > kMaxBody) return bad_entry_body("larger than 65535 bytes");
    return text;
}

Result<Json> parse_entry_body(Bytes body, std::string_view kind, std::string_view member) {
    if (body.size() > kMaxBody) return bad_entry_body("larger than 65535 bytes");
    BOLTSEAL_TRY(const Json json, parse_json(body));
    BOLTSEAL_TRY(const std::string* found, json.string_at("kind"));
    BOLTSEAL_TRY(const std::string* version, json.string_at("apiVersion"));
    if (*found != kind || *version != kRekorV2Version) {
        return bad_entry_body("kind is " + printable(*found) + " " + printable(*version) +
                              ", expected '" + std::string(kind) + "' '0.0.2'");
    }
    BOLTSEAL_TRY(const Json* spec, json.object_at("spec"));
    BOLTSEAL_TRY(const Json* named, spec->object_at(member));
    return *named;
}

Json print_entry_digest(const BlobDigest& digest) {
    return Json::object(
        {{"algorithm", sigstore_name(digest.algorithm())}, {"digest", to_base64(digest.bytes())}});
}

Result<BlobDigest> parse_entry_digest(const Json& json) {
    BOLTSEAL_TRY(const std::string* hash, json.string_at("algorithm"));
    BOLTSEAL_TRY(const HashAlgorithm algorithm, parse_sigstore_hash(*hash));
    BOLTSEAL_TRY(const Buffer digest, bytes_at(json, "digest"));
    return BlobDigest::from(algorithm, digest);
}

Result<Json> print_entry_signature(const EntrySignature& signature) {
    BOLTSEAL_TRY(std::string details, key_details(signature.key, signature.algorithm));
    const bool bare = signature.certificate.empty();
    const Bytes holder = bare ? signature.key.spki() : Bytes(signature.certificate);
    Json verifier = Json::object({{"keyDetails", std::move(details)}});
    verifier.set(bare ? "publicKey" : "x509Certificate",
                 Json::object({{"rawBytes", to_base64(holder)}}));
    return Json::object(
        {{"content", to_base64(signature.signature)}, {"verifier", std::move(verifier)}});
}

Result<EntrySignature> parse_entry_signature(const Json& json) {
    BOLTSEAL_TRY(Buffer content, bytes_at(json, "content"));
    BOLTSEAL_TRY(const Json* verifier, json.object_at("verifier"));
    BOLTSEAL_TRY(Verifier by, parse_verifier(*verifier));
    BOLTSEAL_TRY(const std::string* details, verifier->string_at("keyDetails"));
    BOLTSEAL_TRY(const SignatureAlgorithm scheme, parse_key_details(*details, by.key));
    return EntrySignature{std::move(content), std::move(by.key), scheme, std::move(by.certificate)};
}

}  // namespace boltseal
