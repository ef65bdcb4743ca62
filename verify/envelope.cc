#include "verify/envelope.h"

#include "core/encoding.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxEnvelopeSignatures = 32;  // counted, and then refused

}  // namespace

Buffer pre_authentication_encoding(std::string_view payload_type, Bytes payload) {
    Writer out;
    out.put("DSSEv1 ").put(std::to_string(payload_type.size())).put(" ").put(payload_type);
    out.put(" ").put(std::to_string(payload.size())).put(" ").put(payload);
    return std::move(out).take();
}

Result<Envelope> parse_envelope(const ProtoReader& message) {
    BOLTSEAL_CHECK(message.only({"payload", "payloadType", "signatures"}));
    BOLTSEAL_TRY(const std::string* type, message.string("payloadType"));
    BOLTSEAL_TRY(const auto signatures, message.messages("signatures", kMaxEnvelopeSignatures));
    if (signatures.size() != 1) {
        return message.bad(
            "signatures", "has " + std::to_string(signatures.size()) + " signatures, expected one");
    }
    const ProtoReader& signature = signatures.front();
    BOLTSEAL_CHECK(signature.only({"sig", "keyid"}));
    Envelope envelope;
    envelope.payload_type = *type;
    BOLTSEAL_TRY(envelope.payload, message.bytes("payload"));
    BOLTSEAL_TRY(envelope.signature, signature.bytes("sig"));
    if (signature.has("keyid")) {
        BOLTSEAL_TRY(const std::string* key_id, signature.string("keyid"));
        envelope.key_id = *key_id;
    }
    return envelope;
}

Result<Envelope> parse_envelope(const Json& json) {
    Deviations tolerated;
    return parse_envelope(ProtoReader(json, tolerated));
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
