#include "verify/verify_bundle.h"

#include "verify/bundle_proofs.h"
#include "verify/bundle_signature.h"
#include "verify/bundle_signer.h"

#include <algorithm>

namespace boltseal {

namespace {

Error refused_bundle(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

std::string short_name(const PublicKey& key) {
    return std::string(to_string(key.type())) + " key " + key_hint(key);
}

// The digests that a statement is about, as far as a person will read.
std::string subjects_of(const Statement& statement) {
    constexpr std::size_t kMost = 3;
    std::string text;
    std::size_t shown = 0;
    for (const Subject& subject : statement.subjects) {
        for (const BlobDigest& digest : subject.digests) {
            if (++shown > kMost) return text + ", ...";
            text += (text.empty() ? "" : ", ") + to_string(digest);
        }
    }
    return text;
}

constexpr const char* kFetchAgain =
    "the bundle or what it signs was changed since: fetch both again from whoever publishes them, "
    "and do not use what you have";

// One verification: the parts of the input, and what has been proved of them so far.
class Verification {
public:
    Verification(const SigstoreBundle& bundle, const Artifact& artifact, const Policy& policy,
                 Timestamp now, Trace& trace)
        : bundle_(bundle), artifact_(artifact), policy_(policy), now_(now), trace_(trace) {}

    Result<Verified> run() {
        BOLTSEAL_CHECK(check_strictness());
        BOLTSEAL_CHECK(check_claim());
        trace_.failed = "signature";
        BOLTSEAL_TRY(const HashedRekord by, find_signer());
        Verified verified{by.key, artifact_.digest};
        trace_.prove("signature", "made by " +
                                      (bundle_.certificate ? "the certificate's " : std::string()) +
                                      short_name(by.key));
        BOLTSEAL_CHECK(check_content(verified));
        BOLTSEAL_CHECK(check_bundle_proofs(bundle_, by, policy_, now_, verified, trace_));
        BOLTSEAL_CHECK(check_signer(by.key, verified));
        trace_.failed.clear();
        verified.deviations = bundle_.deviations;
        verified.checks = trace_.checks;
        return verified;
    }

private:
    Result<void> check_strictness() {
        trace_.failed = "format";
        if (!policy_.strict || bundle_.deviations.empty()) return {};
        const Deviation& first = bundle_.deviations.front();
        return refused_bundle("bundle: " + printable(first.where) + " " + first.what)
            .with_hint("list what deviates with 'boltseal bundle lint'");
    }

    // Before the signature: where another file was signed, that is what a person has to know.
    Result<void> check_claim() {
        const auto* message = std::get_if<MessageSignature>(&bundle_.content);
        if (!message || !message->claimed_digest) return {};
        BOLTSEAL_TRY(const auto known,
                     find_digest(artifact_, message->claimed_digest->algorithm()));
        if (!known) return {};
        trace_.failed = "subject";
        return check_claimed_digest(*message, artifact_);
    }

    Result<HashedRekord> find_signer() {
        if (!bundle_.certificate) return find_key();
        if (policy_.identities.empty()) {
            return refused_bundle("the bundle is signed with a certificate, expected a key")
                .with_hint(
                    "name who must have signed with --certificate-identity and "
                    "--certificate-oidc-issuer, and their authorities with --trusted-root");
        }
        auto found = check_bundle_signature(bundle_, artifact_, bundle_.certificate->key());
        if (found || !found.error().hint().empty()) return found;
        return std::move(found).error().with_hint(kFetchAgain);
    }

    // The key that signed. Where the bundle's hint names one of ours, only that one is asked; a
    // hint proves nothing, so otherwise every key is.
    Result<HashedRekord> find_key() {
        if (policy_.keys.empty()) {
            return refused_bundle("the bundle is signed with a key, expected a certificate")
                .with_hint("name the key that must have signed with --key");
        }
        const auto named =
            std::ranges::find(policy_.keys, bundle_.key_hint,
                              [](const TrustedKey& key) { return key_hint(key.key); });
        if (named != policy_.keys.end()) return try_key(named->key);
        std::optional<Error> first;
        for (const TrustedKey& trusted : policy_.keys) {
            auto found = try_key(trusted.key);
            if (found || found.error().fault() != Fault::Untrusted) return found;
            if (!first) first.emplace(std::move(found).error());
        }
        if (policy_.keys.size() == 1) return *std::move(first);
        return refused_bundle("signature is by none of the " + std::to_string(policy_.keys.size()) +
                              " keys")
            .comparing("one of the keys given", named_signer())
            .with_hint(kOtherSigner);
    }

    std::string named_signer() const {
        if (bundle_.key_hint.empty()) return "the bundle does not say whose key it was";
        return "the bundle names key " + printable(bundle_.key_hint);
    }

    static constexpr const char* kOtherSigner =
        "somebody else signed it: if that is the signer you mean, get their public key from them, "
        "not from where the bundle is, and name it with --key";

    Result<HashedRekord> try_key(const PublicKey& key) {
        auto found = check_bundle_signature(bundle_, artifact_, key);
        if (found) return found;
        Error error = std::move(found).error().context("signature by " + short_name(key));
        if (!error.hint().empty()) return error;
        if (bundle_.key_hint == key_hint(key)) return std::move(error).with_hint(kFetchAgain);
        return std::move(error)
            .comparing("key '" + key_hint(key) + "'", named_signer())
            .with_hint(kOtherSigner);
    }

    Result<void> check_content(Verified& verified) {
        if (const auto* envelope = std::get_if<Envelope>(&bundle_.content)) {
            return check_statement(*envelope, verified);
        }
        return check_direct(std::get<MessageSignature>(bundle_.content));
    }

    Result<void> check_statement(const Envelope& envelope, Verified& verified) {
        trace_.failed = "statement";
        if (!envelope.key_id.empty() && !bundle_.key_hint.empty() &&
            envelope.key_id != bundle_.key_hint) {
            return refused_bundle("envelope and bundle name different keys");
        }
        if (envelope.payload_type != kInTotoPayloadType) {
            return refused_bundle("payload type is " + printable(envelope.payload_type) +
                                  ", expected '" + std::string(kInTotoPayloadType) + "'")
                .comparing("'" + std::string(kInTotoPayloadType) + "'",
                           printable(envelope.payload_type, kInFull))
                .with_hint("what was signed is no attestation or image signature: ask the signer");
        }
        auto statement = parse_statement(envelope.payload);
        if (!statement) return refused_bundle(statement.error().message());
        BOLTSEAL_CHECK(check_predicate_type(*statement));
        trace_.failed = "subject";
        if (!find_subject(*statement, artifact_.digest)) {
            return refused_bundle("statement is not about " + to_string(artifact_.digest))
                .comparing(to_string(artifact_.digest), subjects_of(*statement))
                .with_hint(
                    "it is true of something else: verify that, by its digest, or get the "
                    "statement that was made about this one");
        }
        trace_.prove("subject", "statement names " + to_string(artifact_.digest));
        verified.statement = *std::move(statement);
        return {};
    }

    Result<void> check_predicate_type(const Statement& statement) {
        trace_.failed = "predicate-type";
        if (policy_.any_predicate_type) {
            trace_.prove("predicate-type", "is " + printable(statement.predicate_type));
            return {};
        }
        if (policy_.predicate_type.empty()) {
            return refused_bundle("this is an attestation of type " +
                                  printable(statement.predicate_type) +
                                  ", expected a signature over the artifact itself")
                .comparing("a signature over the artifact itself",
                           printable(statement.predicate_type, kInFull))
                .with_hint("to verify an attestation, name its type with --type");
        }
        if (statement.predicate_type != policy_.predicate_type) {
            return refused_bundle("predicate type is " + printable(statement.predicate_type) +
                                  ", expected " + printable(policy_.predicate_type))
                .comparing(printable(policy_.predicate_type, kInFull),
                           printable(statement.predicate_type, kInFull))
                .with_hint(
                    "name the type that you mean with --type; an attestation of another type "
                    "says something else");
        }
        trace_.prove("predicate-type", "is " + statement.predicate_type);
        return {};
    }

    Result<void> check_direct(const MessageSignature& message) {
        trace_.failed = "subject";
        if (!policy_.predicate_type.empty() && !policy_.any_predicate_type) {
            return refused_bundle("this is a signature over a file, expected a statement of type " +
                                  printable(policy_.predicate_type))
                .with_hint("without --type, signatures over files are verified");
        }
        BOLTSEAL_CHECK(check_claimed_digest(message, artifact_));
        trace_.prove("subject", "signature is over " + to_string(artifact_.digest));
        return {};
    }

    Result<void> check_signer(const PublicKey& key, Verified& verified) {
        if (bundle_.certificate) {
            return check_certificate_signer(*bundle_.certificate, policy_, verified, trace_);
        }
        return check_windows(key, verified);
    }

    // A key that is listed more than once is valid in each of its windows.
    Result<void> check_windows(const PublicKey& key, const Verified& verified) {
        std::optional<Error> first;
        for (const TrustedKey& trusted : policy_.keys) {
            if (trusted.key != key) continue;
            auto held = check_key_signer(trusted, verified, trace_);
            if (held) return held;
            if (!first) first.emplace(std::move(held).error());
        }
        return *std::move(first);
    }

    const SigstoreBundle& bundle_;
    const Artifact& artifact_;
    const Policy& policy_;
    Timestamp now_;
    Trace& trace_;
};

}  // namespace

Result<std::optional<BlobDigest>> find_digest(const Artifact& artifact, HashAlgorithm algorithm) {
    if (artifact.digest.algorithm() == algorithm) return std::optional(artifact.digest);
    if (artifact.bytes) return std::optional(digest_of(*artifact.bytes, algorithm));
    if (!artifact.reader) return std::optional<BlobDigest>();
    BOLTSEAL_TRY(BlobDigest digest, artifact.reader->digest(algorithm));
    return std::optional(std::move(digest));
}

Result<Verified> verify_bundle(Bytes bundle, const Artifact& artifact, const Policy& policy,
                               Timestamp now, Trace* trace) {
    Trace unused;
    Trace& told = trace ? *trace : unused;
    told = {{}, "policy"};
    BOLTSEAL_CHECK(check_policy(policy, now));
    told.failed = "artifact";
    if (artifact.bytes &&
        digest_of(*artifact.bytes, artifact.digest.algorithm()) != artifact.digest) {
        return Error(Fault::Integrity, "artifact does not have the digest it is called by");
    }
    told.failed = "format";
    auto parsed = parse_bundle(bundle);
    if (!parsed) {
        return std::move(parsed)
            .error()
            .as(Fault::Untrusted)
            .with_hint("the bundle is damaged, or of a form that is not accepted: fetch it again");
    }
    return Verification(*parsed, artifact, policy, now, told).run();
}

}  // namespace boltseal
