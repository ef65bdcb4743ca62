#include "cli/trust_options.h"

#include "core/file.h"
#include "verify/predicate_types.h"
#include "verify/statement.h"

#include <CLI/CLI.hpp>

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;

// A key that cannot be read is the user's to mend, whatever the reason.
Error unusable(const std::filesystem::path& path, Error error) {
    return std::move(error).context("key '" + path.string() + "'").as(Fault::Config);
}

}  // namespace

void add_trust_options(CLI::App& command, TrustOptions& options, AcceptsType accepts) {
    command
        .add_option("--key", options.keys, "Public key (PEM) that may have signed; may be repeated")
        ->envname("BOLTSEAL_PUBLIC_KEY")
        ->allow_extra_args(false)
        ->type_name("FILE");
    command
        .add_option("--log-key", options.log_keys,
                    "Key (vkey line) of a log that must prove the entry; may be repeated")
        ->envname("BOLTSEAL_LOG_KEY")
        ->allow_extra_args(false)
        ->type_name("FILE");
    command.add_flag("--insecure-no-log", options.no_log,
                     "Accept signatures that no transparency log has seen");
    if (accepts == AcceptsType::Yes) {
        command
            .add_option("--type", options.type,
                        "Verify an attestation of this predicate type instead of a signature "
                        "(cyclonedx, spdxjson, slsaprovenance1, openvex, vuln, custom, or a URI)")
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

namespace {

Result<Policy> load_policy(const TrustOptions& options, std::string_view default_type) {
    if (options.keys.empty()) {
        return Error(Fault::Config, "no key to verify with")
            .with_hint("name the signer's public key with --key or BOLTSEAL_PUBLIC_KEY");
    }
    if (options.log_keys.empty() && !options.no_log) {
        return Error(Fault::Config, "no transparency log to verify with")
            .with_hint(
                "name the log's key with --log-key or BOLTSEAL_LOG_KEY, or waive the log "
                "with --insecure-no-log");
    }
    Policy policy;
    policy.predicate_type = default_type;
    if (!options.type.empty()) {
        BOLTSEAL_TRY(policy.predicate_type, parse_predicate_type(options.type));
    }
    for (const auto& path : options.keys) {
        BOLTSEAL_TRY(PublicKey key, load_public_key(path));
        policy.keys.emplace_back(std::move(key));
    }
    for (const auto& path : options.log_keys) {
        BOLTSEAL_TRY(NoteKey key, load_note_key(path));
        policy.root.logs.emplace_back(std::move(key));
    }
    policy.log_threshold = options.no_log ? 0 : 1;
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
