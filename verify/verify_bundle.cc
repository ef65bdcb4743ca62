#include "verify/verify_bundle.h"

#include <algorithm>

namespace boltseal {

namespace {

Error refused(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

std::string short_name(const PublicKey& key) {
    return std::string(to_string(key.type())) + " key " + key_hint(key);
}

// What was signed, seen from the log: the digest, and how it was signed.
struct Signed {
    PublicKey key;
    SignatureAlgorithm algorithm;
    BlobDigest digest;
    Bytes signature;
};

bool has_digest(SignatureAlgorithm algorithm) {
    return algorithm != SignatureAlgorithm::Ed25519;
}

// An Ed25519 key signs the message itself, unless a log is to have the signature: a log sees only
// digests, so the entry, and with it the signature, is Ed25519ph.
std::vector<SignatureAlgorithm> algorithms_for(const PublicKey& key, bool logged) {
    if (key.type() == KeyType::Ed25519 && logged) return {SignatureAlgorithm::Ed25519ph};
    return accepted_algorithms(key);
}

// The artifact's digest of this kind, if it is known or can be computed.
std::optional<BlobDigest> digest_for(const Artifact& artifact, HashAlgorithm algorithm) {
    if (artifact.digest.algorithm() == algorithm) return artifact.digest;
    if (artifact.bytes) return digest_of(*artifact.bytes, algorithm);
    return std::nullopt;
}

Result<Signed> check_message(const MessageSignature& message, const Artifact& artifact,
                             const PublicKey& key, SignatureAlgorithm algorithm) {
    if (!has_digest(algorithm)) {
        if (!artifact.bytes) {
            return refused("a plain Ed25519 signature needs the file, its digest is not enough");
        }
        BOLTSEAL_CHECK(check_signature(key, algorithm, *artifact.bytes, message.signature));
        return Signed{key, algorithm, artifact.digest, message.signature};
    }
    const auto digest = digest_for(artifact, hash_of(algorithm));
    if (!digest) {
        return refused("the signature is over the file's " +
                       std::string(to_string(hash_of(algorithm))) + " digest, which is not known");
    }
    BOLTSEAL_CHECK(check_signature_over_digest(key, algorithm, *digest, message.signature));
    return Signed{key, algorithm, *digest, message.signature};
}

Result<Signed> check_dsse(const Envelope& envelope, const PublicKey& key,
                          SignatureAlgorithm algorithm) {
    BOLTSEAL_CHECK(check_envelope(envelope, key, algorithm));
    const Buffer pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
    const HashAlgorithm hash = has_digest(algorithm) ? hash_of(algorithm) : HashAlgorithm::Sha256;
    return Signed{key, algorithm, digest_of(pae, hash), envelope.signature};
}

// One verification: the parts of the input, and what has been proved of them so far.
class Verification {
public:
    Verification(const SigstoreBundle& bundle, const Artifact& artifact, const Policy& policy)
        : bundle_(bundle), artifact_(artifact), policy_(policy) {}

    Result<Verified> run() {
        BOLTSEAL_TRY(const Signed by, find_signer());
        Verified verified{by.key, artifact_.digest, std::nullopt, {}, {}, {}};
        verified.checks.push_back({"signature", "made by " + short_name(by.key)});
        if (const auto* envelope = std::get_if<Envelope>(&bundle_.content)) {
            BOLTSEAL_CHECK(check_statement(*envelope, verified));
        } else {
            BOLTSEAL_CHECK(check_direct(std::get<MessageSignature>(bundle_.content), verified));
        }
        BOLTSEAL_CHECK(check_logs(by, verified));
        return verified;
    }

private:
    // The key that signed. Where the bundle's hint names one of ours, only that one is asked; a
    // hint proves nothing, so otherwise every key is.
    Result<Signed> find_signer() {
        const auto named =
            std::ranges::find(policy_.keys, bundle_.key_hint,
                              [](const TrustedKey& key) { return key_hint(key.key); });
        std::optional<Error> first;  // of the algorithm that clients use, where there are two
        for (const auto& [key, valid_for] : policy_.keys) {
            if (named != policy_.keys.end() && key != named->key) continue;
            for (const SignatureAlgorithm algorithm :
                 algorithms_for(key, !bundle_.log_entries.empty())) {
                auto found = check_content(key, algorithm);
                if (found) return found;
                if (!first) first.emplace(std::move(found).error());
            }
        }
        if (named != policy_.keys.end()) {
            return std::move(*first).context("signature by " + short_name(named->key));
        }
        if (policy_.keys.size() > 1) {
            return refused("signature is by none of the " + std::to_string(policy_.keys.size()) +
                           " keys");
        }
        return std::move(*first).context("signature by " + short_name(policy_.keys.front().key));
    }

    Result<Signed> check_content(const PublicKey& key, SignatureAlgorithm algorithm) {
        if (const auto* envelope = std::get_if<Envelope>(&bundle_.content)) {
            return check_dsse(*envelope, key, algorithm);
        }
        return check_message(std::get<MessageSignature>(bundle_.content), artifact_, key,
                             algorithm);
    }

    Result<void> check_statement(const Envelope& envelope, Verified& verified) {
        if (!envelope.key_id.empty() && !bundle_.key_hint.empty() &&
            envelope.key_id != bundle_.key_hint) {
            return refused("envelope and bundle name different keys");
        }
        if (envelope.payload_type != kInTotoPayloadType) {
            return refused("payload type is " + printable(envelope.payload_type) + ", expected '" +
                           std::string(kInTotoPayloadType) + "'");
        }
        auto statement = parse_statement(envelope.payload);
        if (!statement) return refused(statement.error().message());
        if (policy_.predicate_type.empty()) {
            return refused("this is an attestation of type " +
                           printable(statement->predicate_type) +
                           ", expected a signature over the artifact itself");
        }
        if (statement->predicate_type != policy_.predicate_type) {
            return refused("predicate type is " + printable(statement->predicate_type) +
                           ", expected " + printable(policy_.predicate_type));
        }
        if (!find_subject(*statement, artifact_.digest)) {
            return refused("statement is not about " + to_string(artifact_.digest));
        }
        verified.checks.push_back({"predicate-type", "is " + statement->predicate_type});
        verified.checks.push_back({"subject", "statement names " + to_string(artifact_.digest)});
        verified.statement = *std::move(statement);
        return {};
    }

    Result<void> check_direct(const MessageSignature& message, Verified& verified) {
        if (!policy_.predicate_type.empty()) {
            return refused("this is a signature over a file, expected a statement of type " +
                           printable(policy_.predicate_type));
        }
        if (message.claimed_digest) {
            const auto digest = digest_for(artifact_, message.claimed_digest->algorithm());
            if (!digest) return refused("the bundle's digest is of a kind that cannot be compared");
            if (*digest != *message.claimed_digest) {
                return refused("the bundle is about " + to_string(*message.claimed_digest) +
                               ", expected " + to_string(*digest));
            }
        }
        verified.checks.push_back({"subject", "signature is over " + to_string(artifact_.digest)});
        return {};
    }

    const NoteKey* find_log(const LogId& id) const {
        const auto log = std::ranges::find(policy_.root.logs, id, &TrustedLog::id);
        return log == policy_.root.logs.end() ? nullptr : &log->key;
    }

    // Every entry of a log we know must hold; each log counts once.
    Result<void> check_logs(const Signed& by, Verified& verified) {
        std::vector<LogId> counted;
        for (const LogEntry& entry : bundle_.log_entries) {
            const NoteKey* log = find_log(entry.log_id);
            if (!log) continue;
            BOLTSEAL_TRY(VerifiedCheckpoint checkpoint, check_entry_of(by, entry, *log));
            if (std::ranges::find(counted, entry.log_id) != counted.end()) {
                return refused("two entries of log '" + log->name + "'");
            }
            counted.push_back(entry.log_id);
            verified.checks.push_back(
                {"log-entry", "entry " + std::to_string(entry.index) + " of log '" + log->name +
                                  "' is this signature, in a tree of " +
                                  std::to_string(entry.head.size) + " that the log has signed"});
            BOLTSEAL_CHECK(check_cosigned(checkpoint, verified));
            verified.checkpoints.push_back(std::move(checkpoint));
            verified.log_indexes.push_back(entry.index);
        }
        if (counted.size() >= policy_.log_threshold) return {};
        return refused("the bundle has entries of " + std::to_string(counted.size()) +
                       " known log(s), expected " + std::to_string(policy_.log_threshold));
    }

    Result<void> check_cosigned(const VerifiedCheckpoint& checkpoint, Verified& verified) {
        BOLTSEAL_TRY(const auto cosigned, check_witnesses(checkpoint, policy_.witnesses));
        if (policy_.witnesses.asks_for_none()) return {};
        verified.checks.push_back({"witnesses", "that tree of log '" + checkpoint.origin() +
                                                    "' is " + to_string(cosigned)});
        return {};
    }

    Result<VerifiedCheckpoint> check_entry_of(const Signed& by, const LogEntry& entry,
                                              const NoteKey& log) {
        auto expected =
            encode_entry({by.digest, to_buffer(by.signature), by.key, by.algorithm, {}});
        if (!expected) return std::move(expected).error().as(Fault::Untrusted);
        return check_log_entry(entry, *expected, log);
    }

    const SigstoreBundle& bundle_;
    const Artifact& artifact_;
    const Policy& policy_;
};

}  // namespace

Result<Verified> verify_bundle(Bytes bundle, const Artifact& artifact, const Policy& policy,
                               Timestamp now) {
    BOLTSEAL_CHECK(check_policy(policy, now));
    if (artifact.bytes &&
        digest_of(*artifact.bytes, artifact.digest.algorithm()) != artifact.digest) {
        return Error(Fault::Integrity, "artifact does not have the digest it is called by");
    }
    auto parsed = parse_bundle(bundle);
    if (!parsed) return std::move(parsed).error().as(Fault::Untrusted);
    return Verification(*parsed, artifact, policy).run();
}

}  // namespace boltseal
