// The flags that say whom to believe, the same on every command that verifies.
#pragma once

#include "core/result.h"
#include "verify/policy.h"

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace boltseal {

struct TrustOptions {
    std::vector<std::filesystem::path> keys;      // --key, PEM public keys
    std::vector<std::filesystem::path> log_keys;  // --log-key, files with one vkey line each
    std::filesystem::path witness_policy;         // --witness-policy
    bool no_log = false;                          // --insecure-no-log
    std::filesystem::path trusted_root;           // --trusted-root
    std::string identity;                         // --certificate-identity
    std::string identity_regexp;                  // --certificate-identity-regexp
    std::string issuer;                           // --certificate-oidc-issuer
    std::string issuer_regexp;                    // --certificate-oidc-issuer-regexp
    bool no_certificate_log = false;              // --insecure-ignore-sct
    bool promise_alone = false;                   // --insecure-accept-promise
    bool strict = false;                          // --strict
    std::string type;                             // --type
    bool operator==(const TrustOptions&) const = default;
};

enum class AcceptsType { No, Yes };
void add_trust_options(CLI::App& command, TrustOptions& options, AcceptsType accepts);

// The two options that say which logs to believe, and with which witnesses.
void add_log_key_option(CLI::App& command, std::vector<std::filesystem::path>& log_keys);
void add_witness_policy_option(CLI::App& command, std::filesystem::path& witness_policy);

// Config if a file is missing or is not what it should be, if nobody is named who may sign, or if
// no log is named and none was waived. The policy asks for one log, and for one certificate log
// where a certificate signed, and for the attestation that was asked for; without --type, for an
// image's signature, or for a file that is signed directly. "any" stands for signatures and
// attestations of every type. Logs that the witness policy names are believed as those of
// --log-key.
Result<Policy> load_image_policy(const TrustOptions& options);
Result<Policy> load_file_policy(const TrustOptions& options);

Result<PublicKey> load_public_key(const std::filesystem::path& path);
Result<NoteKey> load_note_key(const std::filesystem::path& path);
// Asks for none if there is no path.
Result<WitnessPolicy> load_witness_policy(const std::filesystem::path& path);

// The keys in these files, and then those that the policy names and that are not among them.
Result<std::vector<NoteKey>> load_logs(const std::vector<std::filesystem::path>& log_keys,
                                       const WitnessPolicy& witnesses);

}  // namespace boltseal
