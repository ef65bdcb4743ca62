#include "cli/trust_options.h"

#include "core/file.h"
#include "verify/predicate_types.h"
#include "verify/statement.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxTrustedRoot = std::size_t{4} << 20;
constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr std::size_t kMaxPolicyFile = std::size_t{64} << 10;

// A key that cannot be read is the user's to mend, whatever the reason.
Error unusable(const std::filesystem::path& path, Error error) {
    return std::move(error).context("key '" + path.string() + "'").as(Fault::Config);
}

// cosign's names for the same things.
void add_identity_options(CLI::App& command, TrustOptions& options) {
    auto* identity = command
                         .add_option("--certificate-identity", options.identity,
                                     "Who must have signed: email, URI or name in the certificate")
                         ->type_name("NAME");
    command
        .add_option("--certificate-identity-regexp", options.identity_regexp,
                    "The same as a regular expression, which must match all of it")
        ->excludes(identity)
        ->type_name("REGEXP");
    auto* issuer = command
                       .add_option("--certificate-oidc-issuer", options.issuer,
                                   "Who must vouch for that identity: the OIDC issuer")
                       ->type_name("URL");
    command
        .add_option("--certificate-oidc-issuer-regexp", options.issuer_regexp,
                    "The same as a regular expression, which must match all of it")
        ->excludes(issuer)
        ->type_name("REGEXP");
}

// Nothing, if neither is given.
Result<std::optional<Pattern>> load_pattern(const std::string& exact, const std::string& regexp) {
    if (!exact.empty()) return std::optional(Pattern::exactly(exact));
    if (regexp.empty()) return std::optional<Pattern>();
    BOLTSEAL_TRY(Pattern pattern, Pattern::regex(regexp));
    return std::optional(std::move(pattern));
}

std::string is_given(const std::string& value) {
    return value.empty() ? "needs a file" : "";
}

}  // namespace

void add_log_key_option(CLI::App& command, std::vector<std::filesystem::path>& log_keys) {
    command
        .add_option("--log-key", log_keys,
                    "Key (vkey line) of a log that must prove the entry; may be repeated")
        ->envname("BOLTSEAL_LOG_KEY")
        ->allow_extra_args(false)
        ->type_name("FILE");
}

void add_witness_policy_option(CLI::App& command, std::filesystem::path& witness_policy) {
    command
        .add_option("--witness-policy", witness_policy,
                    "Witnesses that must have cosigned the log's checkpoint (C2SP tlog-policy)")
        ->check(is_given)  // an empty variable of a script must not waive the witnesses
        ->type_name("FILE");
}

void add_trust_options(CLI::App& command, TrustOptions& options, AcceptsType accepts) {
    command
        .add_option("--key", options.keys, "Public key (PEM) that may have signed; may be repeated")
        ->envname("BOLTSEAL_PUBLIC_KEY")
        ->allow_extra_args(false)
        ->type_name("FILE");
    add_log_key_option(command, options.log_keys);
    add_witness_policy_option(command, options.witness_policy);
    command
        .add_option("--trusted-root", options.trusted_root,
                    "Sigstore trusted_root.json: logs, certificate and time-stamping authorities")
        ->envname("BOLTSEAL_TRUSTED_ROOT")
        ->type_name("FILE");
    add_identity_options(command, options);
    command.add_flag("--strict", options.strict,
                     "Refuse what the formats tolerate and signers do not write");
    command.add_flag("--insecure-no-log", options.no_log,
                     "Accept signatures that no transparency log has seen");
    command.add_flag("--insecure-ignore-sct", options.no_certificate_log,
                     "Accept certificates that no certificate transparency log has seen");
    command.add_flag("--insecure-accept-promise", options.promise_alone,
                     "Accept a log's promise without its proof, as in bundles of version 0.1");
    if (accepts == AcceptsType::Yes) {
        command
            .add_option(
                "--type", options.type,
                "Verify an attestation of this predicate type instead of a signature "
                "(cyclonedx, spdxjson, slsaprovenance1, openvex, vuln, custom, a URI, or any)")
            ->type_name("TYPE");
    }
}

Result<PublicKey> load_public_key(const std::filesystem::path& path) {
    auto pem = read_file(path, kMaxKeyFile);
    if (!pem) return unusable(path, std::move(pem).error());
    auto key = parse_public_key_pem(*pem);
    if (!key) return unusable(path, std::move(key).error());
    return key;
}

Result<NoteKey> load_note_key(const std::filesystem::path& path) {
    auto bytes = read_file(path, kMaxKeyFile);
    if (!bytes) return unusable(path, std::move(bytes).error());
    std::string_view line = as_text(*bytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    auto key = parse_vkey(line);
    if (!key) return unusable(path, std::move(key).error());
    return key;
}

Result<WitnessPolicy> load_witness_policy(const std::filesystem::path& path) {
    if (path.empty()) return WitnessPolicy();
    auto bytes = read_file(path, kMaxPolicyFile);
    auto policy = bytes ? parse_witness_policy(*bytes) : std::move(bytes).error();
    if (!policy) {
        return std::move(policy)
            .error()
            .context("witness policy '" + path.string() + "'")
            .as(Fault::Config);
    }
    return policy;
}

Result<std::vector<NoteKey>> load_logs(const std::vector<std::filesystem::path>& log_keys,
                                       const WitnessPolicy& witnesses) {
    std::vector<NoteKey> logs;
    for (const auto& path : log_keys) {
        BOLTSEAL_TRY(NoteKey key, load_note_key(path));
        logs.push_back(std::move(key));
    }
    for (const NoteKey& log : witnesses.logs()) {
        if (std::ranges::find(logs, log) == logs.end()) logs.push_back(log);
    }
    return logs;
}

namespace {

Result<TrustedRoot> load_trusted_root(const std::filesystem::path& path) {
    auto bytes = read_file(path, kMaxTrustedRoot);
    auto root = bytes ? parse_trusted_root(*bytes) : Result<TrustedRoot>(std::move(bytes).error());
    if (root) return root;
    return std::move(root)
        .error()
        .context("trusted root '" + path.string() + "'")
        .as(Fault::Config);
}

Result<void> load_signers(const TrustOptions& options, Policy& policy) {
    for (const auto& path : options.keys) {
        BOLTSEAL_TRY(PublicKey key, load_public_key(path));
        policy.keys.emplace_back(std::move(key));
    }
    BOLTSEAL_TRY(auto name, load_pattern(options.identity, options.identity_regexp));
    BOLTSEAL_TRY(auto issuer, load_pattern(options.issuer, options.issuer_regexp));
    if (name.has_value() != issuer.has_value()) {
        return Error(Fault::Config, "an identity means nothing without its issuer, nor the reverse")
            .with_hint("give --certificate-identity and --certificate-oidc-issuer together");
    }
    if (name) policy.identities.push_back({*std::move(name), *std::move(issuer), {}});
    if (!policy.keys.empty() || !policy.identities.empty()) return {};
    return Error(Fault::Config, "no key or identity to verify with")
        .with_hint(
            "name the signer's public key with --key or BOLTSEAL_PUBLIC_KEY, or the "
            "certificate's identity with --certificate-identity and "
            "--certificate-oidc-issuer");
}

Result<void> load_trust(const TrustOptions& options, Policy& policy) {
    if (!options.trusted_root.empty()) {
        BOLTSEAL_TRY(policy.root, load_trusted_root(options.trusted_root));
    }
    BOLTSEAL_TRY(policy.witnesses, load_witness_policy(options.witness_policy));
    if (options.no_log && !options.witness_policy.empty()) {
        return Error(Fault::Config, "--witness-policy and --insecure-no-log exclude one another");
    }
    BOLTSEAL_TRY(const auto logs, load_logs(options.log_keys, policy.witnesses));
    for (const NoteKey& log : logs) policy.root.logs.emplace_back(log);
    policy.log_threshold = options.no_log ? 0 : 1;
    policy.sct_threshold = options.no_certificate_log ? 0 : 1;
    if (!policy.root.logs.empty() || options.no_log) return {};
    return Error(Fault::Config, "no transparency log to verify with")
        .with_hint(
            "name the log's key with --log-key or BOLTSEAL_LOG_KEY, or a trusted root with "
            "--trusted-root, or waive the log with --insecure-no-log");
}

Result<Policy> load_policy(const TrustOptions& options, std::string_view default_type) {
    Policy policy;
    BOLTSEAL_CHECK(load_signers(options, policy));
    BOLTSEAL_CHECK(load_trust(options, policy));
    policy.accept_promise_alone = options.promise_alone;
    policy.strict = options.strict;
    policy.predicate_type = default_type;
    policy.any_predicate_type = options.type == "any";
    if (!options.type.empty() && !policy.any_predicate_type) {
        BOLTSEAL_TRY(policy.predicate_type, parse_predicate_type(options.type));
    }
    return policy;
}

}  // namespace

Result<Policy> load_image_policy(const TrustOptions& options) {
    return load_policy(options, kSignPredicateType);
}

Result<Policy> load_file_policy(const TrustOptions& options) {
    return load_policy(options, "");
}

}  // namespace boltseal
