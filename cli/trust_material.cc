#include "cli/trust_material.h"

#include "verify/predicate_types.h"

#include <algorithm>

namespace boltseal {

namespace {

// What cannot be read is the user's to mend, whatever the reason.
template <typename T>
Result<T> usable(Result<T> parsed, const char* what, const TrustFile& file) {
    if (parsed) return parsed;
    return std::move(parsed)
        .error()
        .context(std::string(what) + " '" + file.name + "'")
        .as(Fault::Config);
}

// Nothing, if neither is given.
Result<std::optional<Pattern>> make_pattern(const std::string& exact, const std::string& regexp) {
    if (!exact.empty()) return std::optional(Pattern::exactly(exact));
    if (regexp.empty()) return std::optional<Pattern>();
    BOLTSEAL_TRY(Pattern pattern, Pattern::regex(regexp));
    return std::optional(std::move(pattern));
}

Result<void> add_signers(const TrustMaterial& material, Policy& policy) {
    for (const TrustFile& file : material.keys) {
        BOLTSEAL_TRY(PublicKey key, usable(parse_public_key_pem(as_bytes(file.text)), "key", file));
        policy.keys.emplace_back(std::move(key));
    }
    BOLTSEAL_TRY(auto name, make_pattern(material.identity, material.identity_regexp));
    BOLTSEAL_TRY(auto issuer, make_pattern(material.issuer, material.issuer_regexp));
    if (name && issuer) policy.identities.push_back({*std::move(name), *std::move(issuer), {}});
    if (!policy.keys.empty() || !policy.identities.empty()) return {};
    return nobody_named();
}

Result<void> add_logs(const TrustMaterial& material, Policy& policy) {
    std::vector<NoteKey> logs;
    for (const TrustFile& file : material.log_keys) {
        BOLTSEAL_TRY(NoteKey key, parse_note_key(file));
        logs.push_back(std::move(key));
    }
    for (const NoteKey& log : policy.witnesses.logs()) {
        if (std::ranges::find(logs, log) == logs.end()) logs.push_back(log);
    }
    for (const NoteKey& log : logs) policy.root.logs.emplace_back(log);
    if (!policy.root.logs.empty() || material.no_log) return {};
    return no_log_named();
}

}  // namespace

Error nobody_named() {
    return Error(Fault::Config, "no key or identity to verify with")
        .with_hint(
            "name the signer's public key with --key or BOLTSEAL_PUBLIC_KEY, or the "
            "certificate's identity with --certificate-identity and "
            "--certificate-oidc-issuer");
}

Error no_log_named() {
    return Error(Fault::Config, "no transparency log to verify with")
        .with_hint(
            "name the log's key with --log-key or BOLTSEAL_LOG_KEY, or a trusted root with "
            "--trusted-root, or waive the log with --insecure-no-log");
}

Result<void> check_flags(const TrustFlags& flags) {
    const bool has_name = !flags.identity.empty() || !flags.identity_regexp.empty();
    const bool has_issuer = !flags.issuer.empty() || !flags.issuer_regexp.empty();
    if (has_name != has_issuer) {
        return Error(Fault::Config, "an identity means nothing without its issuer, nor the reverse")
            .with_hint("give --certificate-identity and --certificate-oidc-issuer together");
    }
    if (flags.type.empty() || flags.type == "any") return {};
    BOLTSEAL_TRY(const std::string type, parse_predicate_type(flags.type));
    return {};
}

Result<Policy> make_policy(const TrustMaterial& material, std::string_view default_type) {
    BOLTSEAL_CHECK(check_flags(material));
    Policy policy;
    BOLTSEAL_CHECK(add_signers(material, policy));
    if (material.trusted_root) {
        BOLTSEAL_TRY(policy.root, usable(parse_trusted_root(as_bytes(material.trusted_root->text)),
                                         "trusted root", *material.trusted_root));
    }
    if (material.witness_policy) {
        if (material.no_log) {
            return Error(Fault::Config,
                         "--witness-policy and --insecure-no-log exclude one another");
        }
        BOLTSEAL_TRY(policy.witnesses, parse_witnesses(*material.witness_policy));
    }
    BOLTSEAL_CHECK(add_logs(material, policy));
    policy.log_threshold = material.no_log ? 0 : 1;
    policy.sct_threshold = material.no_certificate_log ? 0 : 1;
    policy.accept_promise_alone = material.promise_alone;
    policy.strict = material.strict;
    policy.predicate_type = default_type;
    policy.any_predicate_type = material.type == "any";
    if (!material.type.empty() && !policy.any_predicate_type) {
        BOLTSEAL_TRY(policy.predicate_type, parse_predicate_type(material.type));
    }
    return policy;
}

Result<NoteKey> parse_note_key(const TrustFile& file) {
    std::string_view line = file.text;
    if (line.ends_with('\n')) line.remove_suffix(1);
    return usable(parse_vkey(line), "key", file);
}

Result<WitnessPolicy> parse_witnesses(const TrustFile& file) {
    return usable(parse_witness_policy(as_bytes(file.text)), "witness policy", file);
}

}  // namespace boltseal
