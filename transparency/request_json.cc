#include "transparency/request_json.h"

#include "core/encoding.h"
#include "verify/certificate.h"

namespace boltseal {

namespace {

constexpr Name kPublicKey{"publicKey", "public_key"};
constexpr Name kCertificate{"x509Certificate", "x509_certificate"};
constexpr Name kRawBytes{"rawBytes", "raw_bytes"};
constexpr Name kKeyDetails{"keyDetails", "key_details"};

Error bad_request_json(const std::string& why) {
    return Error(Fault::Malformed, why);
}

}  // namespace

Result<const Json*> find_either(const Json& json, const Name& name) {
    const Json* const camel = json.find(name.camel);
    const Json* const snake = name.snake == name.camel ? nullptr : json.find(name.snake);
    if (camel && snake) return bad_request_json("'" + std::string(name.camel) + "' is there twice");
    return camel ? camel : snake;
}

Result<const Json*> object_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const Json* const member, find_either(json, name));
    if (!member) return bad_request_json("'" + std::string(name.camel) + "' is missing");
    if (!member->is_object()) {
        return bad_request_json("'" + std::string(name.camel) + "' is not an object");
    }
    return member;
}

Result<const Json::Array*> array_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const Json* const member, find_either(json, name));
    if (!member) return bad_request_json("'" + std::string(name.camel) + "' is missing");
    if (!member->is_array()) {
        return bad_request_json("'" + std::string(name.camel) + "' is not an array");
    }
    return member->as_array();
}

Result<const std::string*> string_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const Json* const member, find_either(json, name));
    if (!member) return bad_request_json("'" + std::string(name.camel) + "' is missing");
    if (!member->is_string()) {
        return bad_request_json("'" + std::string(name.camel) + "' is not a string");
    }
    return member->as_string();
}

Result<Buffer> bytes_at(const Json& json, const Name& name) {
    BOLTSEAL_TRY(const std::string* const text, string_at(json, name));
    auto bytes = parse_base64_any(*text);
    if (!bytes) {
        return bad_request_json("'" + std::string(name.camel) + "': " + bytes.error().message());
    }
    return bytes;
}

namespace {

Result<Buffer> raw_bytes_of(const Json& json) {
    BOLTSEAL_CHECK(json.only({kRawBytes.camel, kRawBytes.snake}));
    return bytes_at(json, kRawBytes);
}

Result<PublicKey> parse_key(const Json& json, Buffer& certificate) {
    BOLTSEAL_TRY(const Json* const bare, find_either(json, kPublicKey));
    BOLTSEAL_TRY(const Json* const certified, find_either(json, kCertificate));
    if (bare && certified) {
        return bad_request_json("'verifier' has both a public key and a certificate");
    }
    if (certified) {
        BOLTSEAL_TRY(const Json* const holder, object_at(json, kCertificate));
        BOLTSEAL_TRY(Buffer bytes, raw_bytes_of(*holder));
        const auto parsed = parse_certificate(bytes);
        if (!parsed) {
            auto key = parse_public_key_der(bytes);
            return key ? key : parsed.error();
        }
        certificate = std::move(bytes);
        return parsed->key();
    }
    BOLTSEAL_TRY(const Json* const holder, object_at(json, kPublicKey));
    BOLTSEAL_TRY(const Buffer spki, raw_bytes_of(*holder));
    return parse_public_key_der(spki);
}

}  // namespace

Result<Verifier> parse_verifier(const Json& json) {
    BOLTSEAL_CHECK(json.only({kPublicKey.camel, kPublicKey.snake, kCertificate.camel,
                              kCertificate.snake, kKeyDetails.camel, kKeyDetails.snake}));
    Buffer certificate;
    BOLTSEAL_TRY(PublicKey key, parse_key(json, certificate));
    BOLTSEAL_TRY(const std::string* const details, string_at(json, kKeyDetails));
    BOLTSEAL_TRY(const SignatureAlgorithm algorithm, parse_key_details(*details, key));
    if (algorithm == SignatureAlgorithm::Ed25519) {
        return bad_request_json("a plain Ed25519 signature cannot be logged, PKIX_ED25519_PH can");
    }
    return Verifier{std::move(key), algorithm, std::move(certificate)};
}

Json print_verifier(const PublicKey& key, Bytes certificate, std::string details) {
    const bool bare = certificate.empty();
    Json verifier = Json::object({{"keyDetails", std::move(details)}});
    verifier.set(std::string(bare ? kPublicKey.camel : kCertificate.camel),
                 Json::object({{"rawBytes", to_base64(bare ? key.spki() : certificate)}}));
    return verifier;
}

}  // namespace boltseal
