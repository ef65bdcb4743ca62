#include "sign/sign_statement.h"

#include "verify/identity.h"

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
        const Certificate* const certificate = signer.certificate();
        signature.entry = HashedRekord{digest_of(message, hash_of(signature.algorithm)),
                                       signature.bytes, key, signature.algorithm,
                                       certificate ? to_buffer(certificate->der()) : Buffer()};
        BOLTSEAL_CHECK(check_entry(*signature.entry));
    }
    return signature;
}

HashAlgorithm claimed_hash(SignatureAlgorithm algorithm) {
    // Plain Ed25519 hashes for itself: the digest is then only a name for the file.
    if (algorithm == SignatureAlgorithm::Ed25519) return HashAlgorithm::Sha256;
    return hash_of(algorithm);
}

std::optional<Certificate> certificate_of(const Signer& signer) {
    const Certificate* const certificate = signer.certificate();
    return certificate ? std::optional(*certificate) : std::nullopt;
}

// Exactly whom the certificate names.
Result<TrustedIdentity> identity_in(const Certificate& certificate) {
    BOLTSEAL_TRY(const CertificateIdentity identity, read_identity(certificate));
    if (identity.names.empty()) return Error(Fault::Untrusted, "the certificate names nobody");
    return TrustedIdentity{
        Pattern::exactly(identity.names.front().value), Pattern::exactly(identity.issuer), {}};
}

// What a verifier must be told to expect for this content to pass, and no more than that.
Result<Policy> policy_for(const SignedContent& content, const Evidence& evidence,
                          const TrustedRoot& root) {
    Policy policy;
    policy.root = root;
    policy.log_threshold = evidence.entries.size();  // each by another log, and all by known ones
    policy.timestamp_threshold = evidence.stamps.size();
    policy.sct_threshold = root.ct_logs.empty() ? 0 : 1;
    if (content.certificate) {
        BOLTSEAL_TRY(TrustedIdentity identity, identity_in(*content.certificate));
        policy.identities = {std::move(identity)};
    } else {
        policy.keys = {content.key};
    }
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
    return SignedContent{signer.public_key(), certificate_of(signer), std::move(envelope),
                         std::move(signature.entry)};
}

Result<SignedContent> sign_artifact(Bytes artifact, Signer& signer, ForLog log) {
    BOLTSEAL_TRY(Signature signature, sign_checked(artifact, signer, log));
    MessageSignature message{digest_of(artifact, claimed_hash(signature.algorithm)),
                             std::move(signature.bytes)};
    return SignedContent{signer.public_key(), certificate_of(signer), std::move(message),
                         std::move(signature.entry)};
}

Bytes signature_of(const SignedContent& content) {
    const auto* envelope = std::get_if<Envelope>(&content.content);
    return envelope ? envelope->signature : std::get<MessageSignature>(content.content).signature;
}

Result<std::string> make_bundle(const SignedContent& content, Evidence evidence,
                                const Artifact& artifact, const TrustedRoot& root, Timestamp now) {
    BOLTSEAL_TRY(const Policy policy, policy_for(content, evidence, root));
    const SigstoreBundle bundle{content.certificate ? std::string() : key_hint(content.key),
                                std::move(evidence.entries), content.content, content.certificate,
                                std::move(evidence.stamps)};
    std::string text = to_string(bundle);
    auto verified = verify_bundle(as_bytes(text), artifact, policy, now);
    if (!verified) return std::move(verified).error().context("the bundle just made");
    return text;
}

}  // namespace boltseal
