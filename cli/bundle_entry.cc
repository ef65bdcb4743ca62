#include "cli/bundle_entry.h"

#include "verify/dsse_entry.h"

#include <algorithm>

namespace boltseal {

namespace {

const Buffer& signature_of(const SigstoreBundle& bundle) {
    const auto* const envelope = std::get_if<Envelope>(&bundle.content);
    return envelope ? envelope->signature : std::get<MessageSignature>(bundle.content).signature;
}

// A plain Ed25519 signature is over no digest, and no log has it.
SignatureAlgorithm for_log(SignatureAlgorithm algorithm) {
    return algorithm == SignatureAlgorithm::Ed25519 ? SignatureAlgorithm::Ed25519ph : algorithm;
}

// What is signed, as this algorithm hashes it, if the bundle tells.
std::optional<BlobDigest> digest_in(const SigstoreBundle& bundle, SignatureAlgorithm algorithm) {
    if (const auto* const envelope = std::get_if<Envelope>(&bundle.content)) {
        return digest_of(pre_authentication_encoding(envelope->payload_type, envelope->payload),
                         hash_of(algorithm));
    }
    const auto& claimed = std::get<MessageSignature>(bundle.content).claimed_digest;
    if (claimed && claimed->algorithm() == hash_of(algorithm)) return claimed;
    return std::nullopt;
}

Result<HashedRekord> try_key(const SigstoreBundle& bundle, const PublicKey& key) {
    for (const SignatureAlgorithm plain : accepted_algorithms(key)) {
        const SignatureAlgorithm algorithm = for_log(plain);
        const auto digest = digest_in(bundle, algorithm);
        if (!digest) continue;
        HashedRekord entry{*digest, signature_of(bundle), key, algorithm, {}};
        if (bundle.certificate) entry.certificate = to_buffer(bundle.certificate->der());
        if (check_entry(entry)) return entry;
    }
    return Error(Fault::Untrusted, "the signature is by none of the keys that are named");
}

}  // namespace

Result<HashedRekord> entry_of(const SigstoreBundle& bundle, const std::vector<PublicKey>& keys) {
    for (const LogEntry& logged : bundle.log_entries) {
        const auto entry = parse_entry(logged.body);
        if (entry && entry->signature == signature_of(bundle) && check_entry(*entry)) return entry;
    }
    if (bundle.certificate) return try_key(bundle, bundle.certificate->key());
    for (const PublicKey& key : keys) {
        auto entry = try_key(bundle, key);
        if (entry) return entry;
    }
    if (!keys.empty()) {
        return Error(Fault::Untrusted, "the signature is by none of the keys that are named");
    }
    return Error(Fault::Config, "the bundle does not carry the key that signed it")
        .with_hint("name the public key with --key");
}

Result<const LogEntry*> find_log_entry(const SigstoreBundle& bundle, const LogId& log) {
    const auto found = std::ranges::find(bundle.log_entries, log, &LogEntry::log_id);
    const LogEntry* none = nullptr;
    if (found == bundle.log_entries.end() || !found->has_proof) return none;
    const auto hashed = parse_entry(found->body);
    const auto dsse = parse_dsse_entry(found->body);
    const bool is_same =
        (hashed && hashed->signature == signature_of(bundle)) ||
        (dsse && std::ranges::any_of(dsse->signatures, [&](const EntrySignature& one) {
             return one.signature == signature_of(bundle);
         }));
    if (is_same) return &*found;
    return Error(Fault::Untrusted, "the bundle's log entry is about another signature");
}

}  // namespace boltseal
