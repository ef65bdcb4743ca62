#include "verify/envelope.h"

#include "core/encoding.h"

namespace boltseal {

Buffer pre_authentication_encoding(std::string_view payload_type, Bytes payload) {
    Writer out;
    out.put("DSSEv1 ").put(std::to_string(payload_type.size())).put(" ").put(payload_type);
    out.put(" ").put(std::to_string(payload.size())).put(" ").put(payload);
    return std::move(out).take();
}

Result<Envelope> parse_envelope(const Json& json) {
    BOLTSEAL_CHECK(json.only({"payload", "payloadType", "signatures"}));
    BOLTSEAL_TRY(const std::string* payload, json.string_at("payload"));
    BOLTSEAL_TRY(const std::string* type, json.string_at("payloadType"));
    BOLTSEAL_TRY(const Json::Array* signatures, json.array_at("signatures"));
    if (signatures->size() != 1) {
        return Error(Fault::Malformed, "envelope has " + std::to_string(signatures->size()) +
                                           " signatures instead of one");
    }
    const Json& signature = signatures->front();
    BOLTSEAL_CHECK(signature.only({"sig", "keyid"}));
    BOLTSEAL_TRY(const std::string* sig, signature.string_at("sig"));
    Envelope envelope;
    envelope.payload_type = *type;
    BOLTSEAL_TRY(envelope.payload, parse_base64_any(*payload));
    BOLTSEAL_TRY(envelope.signature, parse_base64_any(*sig));
    if (signature.find("keyid")) {
        BOLTSEAL_TRY(const std::string* key_id, signature.string_at("keyid"));
        envelope.key_id = *key_id;
    }
    return envelope;
}

Json to_json(const Envelope& envelope) {
    Json signature = Json::object({{"sig", to_base64(envelope.signature)}});
    if (!envelope.key_id.empty()) signature.set("keyid", envelope.key_id);
    return Json::object({{"payload", to_base64(envelope.payload)},
                         {"payloadType", envelope.payload_type},
                         {"signatures", Json::array({std::move(signature)})}});
}

Result<void> check_envelope(const Envelope& envelope, const PublicKey& key,
                            SignatureAlgorithm algorithm) {
    return check_signature(key, algorithm,
                           pre_authentication_encoding(envelope.payload_type, envelope.payload),
                           envelope.signature);
}

}  // namespace boltseal
