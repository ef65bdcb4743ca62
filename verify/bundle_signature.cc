#include "verify/bundle_signature.h"

#include <algorithm>

namespace boltseal {

namespace {

Error refused_signature(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

bool has_digest(SignatureAlgorithm algorithm) {
    return algorithm != SignatureAlgorithm::Ed25519;
}

// An Ed25519 key signs the message itself, unless a log is to have the signature as a hashedrekord:
// such a log sees only digests, so the entry, and with it the signature, is Ed25519ph.
std::vector<SignatureAlgorithm> algorithms_for(const PublicKey& key, const SigstoreBundle& bundle) {
    const bool hashed = std::ranges::any_of(
        bundle.log_entries, [](const LogEntry& entry) { return entry.kind == "hashedrekord"; });
    if (key.type() == KeyType::Ed25519 && hashed) return {SignatureAlgorithm::Ed25519ph};
    return accepted_algorithms(key);
}

Result<BlobDigest> check_plain_ed25519(const MessageSignature& message, const Artifact& artifact,
                                       const PublicKey& key) {
    if (!artifact.bytes && !artifact.reader) {
        return refused_signature(
                   "a plain Ed25519 signature needs the file, its digest is not enough")
            .with_hint("give the file itself");
    }
    Buffer read;
    if (!artifact.bytes) {
        BOLTSEAL_TRY(read, artifact.reader->bytes());
    }
    BOLTSEAL_CHECK(check_signature(key, SignatureAlgorithm::Ed25519,
                                   artifact.bytes.value_or(Bytes(read)), message.signature));
    return artifact.digest;
}

Result<BlobDigest> check_message(const MessageSignature& message, const Artifact& artifact,
                                 const PublicKey& key, SignatureAlgorithm algorithm) {
    if (!has_digest(algorithm)) return check_plain_ed25519(message, artifact, key);
    BOLTSEAL_TRY(const auto digest, find_digest(artifact, hash_of(algorithm)));
    if (!digest) {
        return refused_signature("the signature is over the file's " +
                                 std::string(to_string(hash_of(algorithm))) +
                                 " digest, which is not known")
            .with_hint("give the file itself");
    }
    BOLTSEAL_CHECK(check_signature_over_digest(key, algorithm, *digest, message.signature));
    return *digest;
}

Result<BlobDigest> check_dsse(const Envelope& envelope, const PublicKey& key,
                              SignatureAlgorithm algorithm) {
    const Buffer pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
    if (!has_digest(algorithm)) {
        BOLTSEAL_CHECK(check_signature(key, algorithm, pae, envelope.signature));
        return digest_of(pae);
    }
    BlobDigest digest = digest_of(pae, hash_of(algorithm));
    BOLTSEAL_CHECK(check_signature_over_digest(key, algorithm, digest, envelope.signature));
    return digest;
}

}  // namespace

Result<HashedRekord> check_bundle_signature(const SigstoreBundle& bundle, const Artifact& artifact,
                                            const PublicKey& key) {
    const auto* envelope = std::get_if<Envelope>(&bundle.content);
    const auto* message = std::get_if<MessageSignature>(&bundle.content);
    const Buffer& signature = envelope ? envelope->signature : message->signature;
    const Buffer certificate = bundle.certificate ? to_buffer(bundle.certificate->der()) : Buffer();
    std::optional<Error> first;  // of the algorithm that clients use, where there are two
    for (const SignatureAlgorithm algorithm : algorithms_for(key, bundle)) {
        auto digest = envelope ? check_dsse(*envelope, key, algorithm)
                               : check_message(*message, artifact, key, algorithm);
        if (digest) return HashedRekord{*std::move(digest), signature, key, algorithm, certificate};
        if (digest.error().fault() != Fault::Untrusted) return std::move(digest).error();
        if (!first) first.emplace(std::move(digest).error());
    }
    return *std::move(first);
}

Result<void> check_claimed_digest(const MessageSignature& message, const Artifact& artifact) {
    if (!message.claimed_digest) return {};
    BOLTSEAL_TRY(const auto digest, find_digest(artifact, message.claimed_digest->algorithm()));
    if (!digest) {
        return refused_signature("the bundle's digest is of a kind that cannot be compared")
            .with_hint("give the file itself");
    }
    if (*digest == *message.claimed_digest) return {};
    return refused_signature("the bundle is about " + to_string(*message.claimed_digest) +
                             ", expected " + to_string(*digest))
        .comparing(to_string(*digest), to_string(*message.claimed_digest))
        .with_hint(
            "this is not the file that was signed: fetch file and bundle again from whoever "
            "publishes them, and do not use what you have");
}

}  // namespace boltseal
