#include "tests/support/submissions.h"

#include "core/encoding.h"
#include "verify/envelope.h"
#include "verify/statement.h"

#include <map>
#include <mutex>

namespace boltseal::test {

HashedRekord signed_entry(const std::string& text, KeyType type) {
    static std::mutex mutex;  // guards the keys: they are not for two threads at once
    static std::map<KeyType, std::unique_ptr<PrivateKey>> keys;
    const std::lock_guard guard(mutex);
    auto& key = keys[type];
    if (!key) key = generate_key(type).value();
    SignatureAlgorithm algorithm = default_algorithm(key->public_key());
    if (algorithm == SignatureAlgorithm::Ed25519) algorithm = SignatureAlgorithm::Ed25519ph;
    return HashedRekord{digest_of(as_bytes(text), hash_of(algorithm)),
                        key->sign(as_bytes(text), algorithm).value(),
                        key->public_key(),
                        algorithm,
                        {}};
}

std::string statement_about(const std::string& image) {
    Statement statement;
    statement.subjects = {{"image", {digest_of(as_bytes(image))}}};
    statement.predicate_type = kSignPredicateType;
    return std::string(as_text(encode_statement(statement)));
}

Json envelope_request(const std::string& payload, std::size_t signers) {
    const Buffer message = pre_authentication_encoding(kInTotoPayloadType, as_bytes(payload));
    Json::Array signatures;
    Json::Array verifiers;
    for (std::size_t i = 0; i < signers; ++i) {
        const auto key = generate_key(KeyType::EcdsaP256).value();
        const auto algorithm = default_algorithm(key->public_key());
        signatures.push_back(
            Json::object({{"sig", to_base64(key->sign(message, algorithm).value())}}));
        verifiers.push_back(Json::object(
            {{"x509Certificate", Json::object({{"rawBytes", to_base64(key->public_key().spki())}})},
             {"keyDetails", "PKIX_ECDSA_P256_SHA_256"}}));
    }
    const Json envelope = Json::object({{"payload", to_base64(as_bytes(payload))},
                                        {"payloadType", kInTotoPayloadType},
                                        {"signatures", std::move(signatures)}});
    return Json::object({{"dsseRequestV002", Json::object({{"envelope", envelope},
                                                           {"verifiers", std::move(verifiers)}})}});
}

}  // namespace boltseal::test
