#include "transparency/log_request.h"

#include "core/encoding.h"
#include "verify/certificate.h"

namespace boltseal {

namespace {

// A member under its JSON name or its proto name.
struct Name {
    std::string_view camel;
    std::string_view snake;
};

constexpr Name kRequest{"hashedRekordRequestV002", "hashed_rekord_request_v002"};
constexpr Name kDsseRequest{"dsseRequestV002", "dsse_request_v002"};
constexpr Name kPublicKey{"publicKey", "public_key"};
constexpr Name kCertificate{"x509Certificate", "x509_certificate"};
constexpr Name kRawBytes{"rawBytes", "raw_bytes"};
constexpr Name kKeyDetails{"keyDetails", "key_details"};

Error bad(const std::string& why) {
    return Error(Fault::Malformed, why);
}

Result<const Json*> find_either(const Json& json, const Name& name) {
    const Json* const camel = json.find(name.camel);
    const Json* const snake = name.snake == name.camel ? nullptr : json.find(name.snake);
    if (camel && snake) return bad("'" + std::string(name.camel) + "' is there twice");
    return camel ? camel : snake;
}

Result<const Json*> object_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const Json* const member, find_either(json, name));
    if (!member) return bad("'" + std::string(name.camel) + "' is missing");
    if (!member->is_object()) return bad("'" + std::string(name.camel) + "' is not an object");
    return member;
}

Result<const std::string*> string_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const Json* const member, find_either(json, name));
    if (!member) return bad("'" + std::string(name.camel) + "' is missing");
    if (!member->is_string()) return bad("'" + std::string(name.camel) + "' is not a string");
    return member->as_string();
}

Result<Buffer> bytes_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const std::string* const text, string_at(json, name));
    auto bytes = parse_base64_any(*text);
    if (!bytes) return bad("'" + std::string(name.camel) + "': " + bytes.error().message());
    return bytes;
}

Result<Buffer> raw_bytes_of(const Json& json) {
    BOLTSEAL_CHECK(json.only({kRawBytes.camel, kRawBytes.snake}));
    return bytes_at(json, kRawBytes);
}

struct Verifier {
    PublicKey key;
    SignatureAlgorithm algorithm;
    Buffer certificate;
};

Result<PublicKey> parse_key(const Json& json, Buffer& certificate) {
    BOLTSEAL_TRY(const Json* const bare, find_either(json, kPublicKey));
    BOLTSEAL_TRY(const Json* const certified, find_either(json, kCertificate));
    if (bare && certified) return bad("'verifier' has both a public key and a certificate");
    if (certified) {
        BOLTSEAL_TRY(const Json* const holder, object_at(json, kCertificate));
        BOLTSEAL_TRY(certificate, raw_bytes_of(*holder));
        BOLTSEAL_TRY(const Certificate parsed, parse_certificate(certificate));
        return parsed.key();
    }
    BOLTSEAL_TRY(const Json* const holder, object_at(json, kPublicKey));
    BOLTSEAL_TRY(const Buffer spki, raw_bytes_of(*holder));
    return parse_public_key_der(spki);
}

Result<Verifier> parse_verifier(const Json& json) {
    BOLTSEAL_CHECK(json.only({kPublicKey.camel, kPublicKey.snake, kCertificate.camel,
                              kCertificate.snake, kKeyDetails.camel, kKeyDetails.snake}));
    Buffer certificate;
    BOLTSEAL_TRY(PublicKey key, parse_key(json, certificate));
    BOLTSEAL_TRY(const std::string* const details, string_at(json, kKeyDetails));
    BOLTSEAL_TRY(const SignatureAlgorithm algorithm, parse_key_details(*details, key));
    if (algorithm == SignatureAlgorithm::Ed25519) {
        return bad("a plain Ed25519 signature cannot be logged, PKIX_ED25519_PH can");
    }
    return Verifier{std::move(key), algorithm, std::move(certificate)};
}

Result<HashedRekord> parse_request(const Json& json) {
    BOLTSEAL_TRY(const Json* const dsse, find_either(json, kDsseRequest));
    if (dsse) {
        return bad(
            "'dsseRequestV002' is not accepted: send the SHA-256 of the envelope's "
            "pre-authentication encoding as 'hashedRekordRequestV002'");
    }
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
    const bool bare = entry.certificate.empty();
    const Bytes holder = bare ? entry.key.spki() : Bytes(entry.certificate);
    Json verifier = Json::object({{"keyDetails", std::move(details)}});
    verifier.set(std::string(bare ? kPublicKey.camel : kCertificate.camel),
                 Json::object({{"rawBytes", to_base64(holder)}}));
    const Json signature =
        Json::object({{"content", to_base64(entry.signature)}, {"verifier", std::move(verifier)}});
    const Json request =
        Json::object({{"digest", to_base64(entry.digest.bytes())}, {"signature", signature}});
    return Json::object({{std::string(kRequest.camel), request}});
}

Result<Buffer> admit_entry(const HashedRekord& entry, WriteWatch* watch) {
    BOLTSEAL_CHECK(check_entry(entry));
    if (watch) BOLTSEAL_CHECK(watch->on_signer(entry.key, entry.certificate));
    BOLTSEAL_TRY(Buffer body, encode_entry(entry));
    BOLTSEAL_CHECK(parse_entry(body));
    return body;
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

Result<Buffer> admit(Bytes submission, WriteWatch* watch) {
    BOLTSEAL_TRY(const HashedRekord entry, parse_submission(submission));
    return admit_entry(entry, watch);
}

Result<std::vector<Buffer>> admit_batch(Bytes body, WriteWatch* watch) {
    BOLTSEAL_TRY(const Json json, parse_json(body, JsonLimits{kMaxBatchBytes, 8}));
    BOLTSEAL_CHECK(json.only({"entries"}));
    BOLTSEAL_TRY(const Json::Array* const requests, json.array_at("entries"));
    if (requests->empty()) return bad("batch without entries");
    if (requests->size() > kMaxBatchEntries) return bad("too many entries in a batch");
    std::vector<Buffer> entries;
    for (const Json& request : *requests) {
        auto entry = parse_request(request);
        auto admitted = entry ? admit_entry(*entry, watch) : Result<Buffer>(entry.error());
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
    if (body.size() > kMaxBatchBytes) return bad("batch is too large");
    if (body.empty()) return bad("batch without entries");
    Reader reader(body);
    std::vector<Buffer> entries;
    while (!reader.empty()) {
        if (entries.size() == kMaxBatchEntries) return bad("too many entries in a batch");
        BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
        entries.push_back(to_buffer(entry));
    }
    return entries;
}

}  // namespace boltseal
