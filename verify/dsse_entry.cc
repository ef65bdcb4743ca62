#include "verify/dsse_entry.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kMember = "dsseV002";
constexpr std::size_t kMaxSignatures = 10;

Error bad_dsse_entry(const std::string& why) {
    return Error(Fault::Malformed, "log entry: " + why);
}

}  // namespace

Result<Buffer> encode_dsse_entry(const DsseEntry& entry) {
    if (entry.payload.algorithm() != HashAlgorithm::Sha256)
        return bad_dsse_entry("payload hash is not SHA-256");
    if (entry.signatures.empty()) return bad_dsse_entry("envelope without signature");
    if (entry.signatures.size() > kMaxSignatures) return bad_dsse_entry("more than 10 signatures");
    const auto not_ascending = [](const EntrySignature& a, const EntrySignature& b) {
        return a.signature >= b.signature;
    };
    if (std::ranges::adjacent_find(entry.signatures, not_ascending) != entry.signatures.end()) {
        return bad_dsse_entry("signatures do not ascend");
    }
    Json::Array signatures;
    for (const EntrySignature& one : entry.signatures) {
        BOLTSEAL_TRY(Json signature, print_entry_signature(one));
        signatures.push_back(std::move(signature));
    }
    return encode_entry_body(kDsseKind, kMember,
                             Json::object({{"payloadHash", print_entry_digest(entry.payload)},
                                           {"signatures", std::move(signatures)}}));
}

Result<DsseEntry> parse_dsse_entry(Bytes body) {
    BOLTSEAL_TRY(const Json spec, parse_entry_body(body, kDsseKind, kMember));
    DsseEntry entry;
    BOLTSEAL_TRY(const Json* payload, spec.object_at("payloadHash"));
    BOLTSEAL_TRY(entry.payload, parse_entry_digest(*payload));
    BOLTSEAL_TRY(const Json::Array* signatures, spec.array_at("signatures"));
    if (signatures->size() > kMaxSignatures) return bad_dsse_entry("more than 10 signatures");
    for (const Json& signature : *signatures) {
        BOLTSEAL_TRY(EntrySignature parsed, parse_entry_signature(signature));
        entry.signatures.push_back(std::move(parsed));
    }
    BOLTSEAL_TRY(const Buffer printed, encode_dsse_entry(entry));
    if (!equal(printed, body)) return bad_dsse_entry("not in its canonical form");
    return entry;
}

}  // namespace boltseal
