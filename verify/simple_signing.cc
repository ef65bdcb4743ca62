#include "verify/simple_signing.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kType = "cosign container image signature";

constexpr const char* kSignAgain =
    "have it signed again in the form that cosign has written since version 3, and that boltseal "
    "writes";
constexpr const char* kOtherSigner =
    "somebody else signed it: if that is the signer you mean, get their public key from them, not "
    "from where the image is, and name it with --key";

Error refused_payload(const std::string& why) {
    return Error(Fault::Untrusted, "simple signing: " + why);
}

Result<BlobDigest> parse_payload(Bytes payload) {
    BOLTSEAL_TRY(const Json json, parse_json(payload));
    BOLTSEAL_TRY(const Json* critical, json.object_at("critical"));
    BOLTSEAL_TRY(const std::string* type, critical->string_at("type"));
    if (*type != kType) {
        return Error(Fault::Malformed, "unknown type " + printable(*type));
    }
    BOLTSEAL_TRY(const Json* image, critical->object_at("image"));
    BOLTSEAL_TRY(const std::string* digest, image->string_at("docker-manifest-digest"));
    return parse_digest(*digest);
}

const PublicKey* find_signer(const Policy& policy, Bytes payload, Bytes signature) {
    for (const auto& [key, valid_for] : policy.keys) {
        for (const SignatureAlgorithm algorithm : accepted_algorithms(key)) {
            if (check_signature(key, algorithm, payload, signature)) return &key;
        }
    }
    return nullptr;
}

}  // namespace

Result<Verified> verify_simple_signing(Bytes payload, Bytes signature, const BlobDigest& artifact,
                                       const Policy& policy, Timestamp now, Trace* trace) {
    Trace unused;
    Trace& told = trace ? *trace : unused;
    told = {{}, "policy"};
    BOLTSEAL_CHECK(check_policy(policy, now));
    told.failed = "time";
    const bool windows = std::ranges::any_of(
        policy.keys, [](const TrustedKey& key) { return key.valid_for != TimeRange{}; });
    if (windows || policy.timestamp_threshold > 0) {
        return refused_payload(
                   "the policy asks when it was signed, and this old format proves no time")
            .with_hint(kSignAgain);
    }
    told.failed = "log-entry";
    if (policy.log_threshold > 0) {
        return refused_payload("the policy asks for a log entry, and this old format proves none")
            .with_hint(kSignAgain);
    }
    told.failed = "signature";
    const PublicKey* key = find_signer(policy, payload, signature);
    if (!key) {
        return refused_payload("signature is by no key of the policy").with_hint(kOtherSigner);
    }
    told.prove("signature", "simple signing payload is signed by key " + key_hint(*key));
    told.failed = "subject";
    const auto claimed = parse_payload(payload);
    if (!claimed) return refused_payload(claimed.error().message());
    if (*claimed != artifact) {
        return refused_payload("signature is about " + to_string(*claimed) + ", expected " +
                               to_string(artifact))
            .comparing(to_string(artifact), to_string(*claimed))
            .with_hint(
                "it is true of another image: verify that, or get the signature made of this one");
    }
    told.prove("subject", "payload names " + to_string(artifact));
    told.failed.clear();
    Verified verified{*key, artifact};
    verified.checks = told.checks;
    return verified;
}

}  // namespace boltseal
