#include "transparency/dsse_request.h"

#include "transparency/request_json.h"
#include "verify/dsse_entry.h"
#include "verify/envelope.h"
#include "verify/statement.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr Name kEnvelope{"envelope", "envelope"};
constexpr Name kVerifiers{"verifiers", "verifiers"};
constexpr Name kPayload{"payload", "payload"};
constexpr Name kPayloadType{"payloadType", "payload_type"};
constexpr Name kSignatures{"signatures", "signatures"};
constexpr Name kSignature{"sig", "sig"};

Error bad_dsse_request(const std::string& why) {
    return Error(Fault::Malformed, why);
}

struct SignedPayload {
    std::string type;
    Buffer payload;
    std::vector<Buffer> signatures;
};

Result<SignedPayload> parse_payload(const Json& json) {
    BOLTSEAL_CHECK(
        json.only({kPayload.camel, kPayloadType.camel, kPayloadType.snake, kSignatures.camel}));
    SignedPayload envelope;
    BOLTSEAL_TRY(const std::string* const type, string_at(json, kPayloadType));
    envelope.type = *type;
    BOLTSEAL_TRY(envelope.payload, bytes_at(json, kPayload));
    BOLTSEAL_TRY(const Json::Array* const signatures, array_at(json, kSignatures));
    if (signatures->empty()) return bad_dsse_request("envelope without signature");
    if (signatures->size() > kMaxEnvelopeSignatures) return bad_dsse_request("too many signatures");
    for (const Json& one : *signatures) {
        BOLTSEAL_CHECK(one.only({kSignature.camel, "keyid"}));
        BOLTSEAL_TRY(Buffer signature, bytes_at(one, kSignature));
        envelope.signatures.push_back(std::move(signature));
    }
    return envelope;
}

Result<std::vector<Verifier>> parse_verifiers(const Json& json) {
    BOLTSEAL_TRY(const Json::Array* const array, array_at(json, kVerifiers));
    if (array->empty()) return bad_dsse_request("envelope without verifier");
    if (array->size() > kMaxEnvelopeSignatures) return bad_dsse_request("too many verifiers");
    std::vector<Verifier> verifiers;
    for (const Json& one : *array) {
        BOLTSEAL_TRY(Verifier verifier, parse_verifier(one));
        verifiers.push_back(std::move(verifier));
    }
    return verifiers;
}

// Each signature with the verifier that made it.
Result<std::vector<EntrySignature>> check_signatures(const SignedPayload& envelope,
                                                     const std::vector<Verifier>& verifiers) {
    const Buffer message = pre_authentication_encoding(envelope.type, envelope.payload);
    std::vector<EntrySignature> proved;
    std::vector<bool> used(verifiers.size());
    for (const Buffer& signature : envelope.signatures) {
        const auto made = [&](const Verifier& by) {
            return check_signature(by.key, by.algorithm, message, signature).has_value();
        };
        const auto by = std::ranges::find_if(verifiers, made);
        if (by == verifiers.end()) {
            return Error(Fault::Untrusted, "signature " + std::to_string(proved.size()) +
                                               " of the envelope is by none of the verifiers");
        }
        used[static_cast<std::size_t>(by - verifiers.begin())] = true;
        proved.push_back({signature, by->key, by->algorithm, by->certificate});
    }
    const auto idle = std::ranges::find(used, false);
    if (idle == used.end()) return proved;
    return Error(Fault::Untrusted, "verifier " + std::to_string(idle - used.begin()) +
                                       " has not signed the envelope");
}

}  // namespace

Result<Admitted> admit_envelope(const Json& request, WriteWatch* watch) {
    BOLTSEAL_CHECK(request.only({kEnvelope.camel, kVerifiers.camel}));
    BOLTSEAL_TRY(const Json* const json, object_at(request, kEnvelope));
    BOLTSEAL_TRY(SignedPayload envelope, parse_payload(*json));
    BOLTSEAL_TRY(const std::vector<Verifier> verifiers, parse_verifiers(request));
    DsseEntry entry{digest_of(envelope.payload), {}};
    BOLTSEAL_TRY(entry.signatures, check_signatures(envelope, verifiers));
    for (const EntrySignature& one : entry.signatures) {
        if (watch) BOLTSEAL_CHECK(watch->on_signer(one.key, one.certificate));
    }
    std::ranges::sort(entry.signatures, {}, &EntrySignature::signature);
    BOLTSEAL_TRY(Buffer body, encode_dsse_entry(entry));
    BOLTSEAL_CHECK(parse_dsse_entry(body));
    Admitted admitted{std::move(body), kDsseKind, {}};
    const bool is_kept = envelope.type == kInTotoPayloadType &&
                         envelope.payload.size() <= kMaxKeptStatement &&
                         parse_statement(envelope.payload);
    if (is_kept) admitted.statement = std::move(envelope.payload);
    return admitted;
}

}  // namespace boltseal
