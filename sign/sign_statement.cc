#include "sign/sign_statement.h"

namespace boltseal {

namespace {

SignatureAlgorithm choose_algorithm(const PublicKey& key, ForLog log) {
    if (key.type() == KeyType::Ed25519 && log == ForLog::Yes) return SignatureAlgorithm::Ed25519ph;
    return default_algorithm(key);
}

struct Signature {
    SignatureAlgorithm algorithm;
    Buffer bytes;
    std::optional<HashedRekord> entry;
};

// Verified at once: a token with a loose contact, or a key whose halves do not fit, shows here and
// not on somebody's cluster.
Result<Signature> sign_checked(Bytes message, Signer& signer, ForLog log) {
    const PublicKey& key = signer.public_key();
    Signature signature{choose_algorithm(key, log), {}, std::nullopt};
    BOLTSEAL_TRY(signature.bytes, signer.sign(message, signature.algorithm));
    auto holds = check_signature(key, signature.algorithm, message, signature.bytes);
    if (!holds) return std::move(holds).error().context("the signer's own signature");
    if (log == ForLog::Yes) {
        signature.entry = HashedRekord{digest_of(message, hash_of(signature.algorithm)),
                                       signature.bytes,
                                       key,
                                       signature.algorithm,
                                       {}};
        BOLTSEAL_CHECK(check_entry(*signature.entry));
    }
    return signature;
}

HashAlgorithm claimed_hash(SignatureAlgorithm algorithm) {
    // Plain Ed25519 hashes for itself: the digest is then only a name for the file.
    if (algorithm == SignatureAlgorithm::Ed25519) return HashAlgorithm::Sha256;
    return hash_of(algorithm);
}

// What a verifier must be told to expect for this content to pass, and no more than that.
Result<Policy> policy_for(const SignedContent& content, std::size_t entries,
                          const std::vector<NoteKey>& logs, const Stamps& stamps) {
    Policy policy;
    policy.keys = {content.key};
    policy.root.logs.assign(logs.begin(), logs.end());
    policy.log_threshold = entries;  // each by another log, and none by a log we do not know
    policy.root.timestamp_authorities = stamps.authorities;
    policy.timestamp_threshold = stamps.responses.size();
    if (const auto* envelope = std::get_if<Envelope>(&content.content)) {
        BOLTSEAL_TRY(const Statement statement, parse_statement(envelope->payload));
        policy.predicate_type = statement.predicate_type;
    }
    return policy;
}

}  // namespace

Result<SignedContent> sign_statement(const Statement& statement, Signer& signer, ForLog log) {
    Envelope envelope;
    envelope.payload = encode_statement(statement);
    envelope.payload_type = kInTotoPayloadType;
    BOLTSEAL_TRY(const Statement readable, parse_statement(envelope.payload));
    if (readable.predicate_type.empty()) {
        return Error(Fault::Malformed, "statement: no predicate type");
    }
    const Buffer pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
    BOLTSEAL_TRY(Signature signature, sign_checked(pae, signer, log));
    envelope.signature = std::move(signature.bytes);
    // No key id: it proves nothing, and cosign 3 refuses an envelope that names any but its own
    // kind.
    return SignedContent{signer.public_key(), std::move(envelope), std::move(signature.entry)};
}

Result<SignedContent> sign_artifact(Bytes artifact, Signer& signer, ForLog log) {
    BOLTSEAL_TRY(Signature signature, sign_checked(artifact, signer, log));
    MessageSignature message{digest_of(artifact, claimed_hash(signature.algorithm)),
                             std::move(signature.bytes)};
    return SignedContent{signer.public_key(), std::move(message), std::move(signature.entry)};
}

Bytes signature_of(const SignedContent& content) {
    const auto* envelope = std::get_if<Envelope>(&content.content);
    return envelope ? envelope->signature : std::get<MessageSignature>(content.content).signature;
}

Result<std::string> make_bundle(const SignedContent& content, std::vector<LogEntry> entries,
                                const Artifact& artifact, const std::vector<NoteKey>& logs,
                                Timestamp now, const Stamps& stamps) {
    BOLTSEAL_TRY(const Policy policy, policy_for(content, entries.size(), logs, stamps));
    const SigstoreBundle bundle{key_hint(content.key), std::move(entries), content.content,
                                std::nullopt, stamps.responses};
    std::string text = to_string(bundle);
    auto verified = verify_bundle(as_bytes(text), artifact, policy, now);
    if (!verified) return std::move(verified).error().context("the bundle just made");
    return text;
}

}  // namespace boltseal
