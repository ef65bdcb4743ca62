#include "cli/trust_options.h"

#include "core/file.h"

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
void add_identity_options(Command command, TrustOptions& options) {
    const Option identity =
        command
            .add_option("--certificate-identity", options.identity,
                        "Who must have signed: email, URI or name in the certificate")
            .type_name("NAME");
    command
        .add_option("--certificate-identity-regexp", options.identity_regexp,
                    "The same as a regular expression, which must match all of it")
        .excludes(identity)
        .type_name("REGEXP");
    const Option issuer = command
                              .add_option("--certificate-oidc-issuer", options.issuer,
                                          "Who must vouch for that identity: the OIDC issuer")
                              .type_name("URL");
    command
        .add_option("--certificate-oidc-issuer-regexp", options.issuer_regexp,
                    "The same as a regular expression, which must match all of it")
        .excludes(issuer)
        .type_name("REGEXP");
}

std::string is_given(const std::string& value) {
    return value.empty() ? "needs a file" : "";
}

}  // namespace

void add_log_key_option(Command command, std::vector<std::filesystem::path>& log_keys) {
    command
        .add_option("--log-key", log_keys,
                    "Key (vkey line) of a log that must prove the entry; may be repeated")
        .envname("BOLTSEAL_LOG_KEY")
        .allow_extra_args(false)
        .type_name("FILE");
}

void add_witness_policy_option(Command command, std::filesystem::path& witness_policy) {
    command
        .add_option("--witness-policy", witness_policy,
                    "Witnesses that must have cosigned the log's checkpoint (C2SP tlog-policy)")
        .check(is_given)  // an empty variable of a script must not waive the witnesses
        .type_name("FILE");
}

void add_trust_options(Command command, TrustOptions& options, AcceptsType accepts) {
    command
        .add_option("--key", options.keys, "Public key (PEM) that may have signed; may be repeated")
        .envname("BOLTSEAL_PUBLIC_KEY")
        .allow_extra_args(false)
        .type_name("FILE");
    add_log_key_option(command, options.log_keys);
    add_witness_policy_option(command, options.witness_policy);
    command
        .add_option("--trusted-root", options.trusted_root,
                    "Sigstore trusted_root.json: logs, certificate and time-stamping authorities")
        .envname("BOLTSEAL_TRUSTED_ROOT")
        .type_name("FILE");
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
            .type_name("TYPE");
    }
}

Result<PublicKey> load_public_key(const std::filesystem::path& path) {
    auto pem = read_file(path, kMaxKeyFile);
    if (!pem) return unusable(path, std::move(pem).error());
    auto key = parse_public_key_pem(*pem);
    if (!key) return unusable(path, std::move(key).error());
    return key;
}

Result<std::vector<PublicKey>> load_public_keys(const std::vector<std::filesystem::path>& paths) {
    std::vector<PublicKey> keys;
    for (const auto& path : paths) {
        BOLTSEAL_TRY(PublicKey key, load_public_key(path));
        keys.push_back(std::move(key));
    }
    return keys;
}

namespace {

Result<TrustFile> read_trust_file(const std::filesystem::path& path, const char* what,
                                  std::size_t limit) {
    auto bytes = read_file(path, limit);
    if (bytes) return TrustFile{path.string(), std::string(as_text(*bytes))};
    return std::move(bytes)
        .error()
        .context(std::string(what) + " '" + path.string() + "'")
        .as(Fault::Config);
}

Result<std::optional<TrustFile>> read_optional(const std::filesystem::path& path, const char* what,
                                               std::size_t limit) {
    if (path.empty()) return std::optional<TrustFile>();
    BOLTSEAL_TRY(TrustFile file, read_trust_file(path, what, limit));
    return std::optional(std::move(file));
}

// What can be said of the command line before a file is read.
Result<void> check_options(const TrustOptions& options) {
    BOLTSEAL_CHECK(check_flags(options));
    if (options.keys.empty() && options.identity.empty() && options.identity_regexp.empty()) {
        return nobody_named();
    }
    if (options.no_log || !options.log_keys.empty() || !options.trusted_root.empty() ||
        !options.witness_policy.empty()) {
        return {};
    }
    return no_log_named();
}

}  // namespace

Result<NoteKey> load_note_key(const std::filesystem::path& path) {
    BOLTSEAL_TRY(const TrustFile file, read_trust_file(path, "key", kMaxKeyFile));
    return parse_note_key(file);
}

Result<WitnessPolicy> load_witness_policy(const std::filesystem::path& path) {
    if (path.empty()) return WitnessPolicy();
    BOLTSEAL_TRY(const TrustFile file, read_trust_file(path, "witness policy", kMaxPolicyFile));
    return parse_witnesses(file);
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

Result<TrustMaterial> read_trust(const TrustOptions& options) {
    BOLTSEAL_CHECK(check_options(options));
    TrustMaterial material{options, {}, {}, {}, {}};
    for (const auto& path : options.keys) {
        BOLTSEAL_TRY(TrustFile file, read_trust_file(path, "key", kMaxKeyFile));
        material.keys.push_back(std::move(file));
    }
    for (const auto& path : options.log_keys) {
        BOLTSEAL_TRY(TrustFile file, read_trust_file(path, "key", kMaxKeyFile));
        material.log_keys.push_back(std::move(file));
    }
    BOLTSEAL_TRY(material.trusted_root,
                 read_optional(options.trusted_root, "trusted root", kMaxTrustedRoot));
    BOLTSEAL_TRY(material.witness_policy,
                 read_optional(options.witness_policy, "witness policy", kMaxPolicyFile));
    return material;
}

}  // namespace boltseal
