// The flags that say whom to believe, the same on every command that verifies.
#pragma once

#include "cli/command.h"
#include "cli/trust_material.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal {

struct TrustOptions : TrustFlags {
    std::vector<std::filesystem::path> keys;      // --key, PEM public keys
    std::vector<std::filesystem::path> log_keys;  // --log-key, files with one vkey line each
    std::filesystem::path witness_policy;         // --witness-policy
    std::filesystem::path trusted_root;           // --trusted-root
    bool operator==(const TrustOptions&) const = default;
};

enum class AcceptsType { No, Yes };
void add_trust_options(Command command, TrustOptions& options, AcceptsType accepts);

// The two options that say which logs to believe, and with which witnesses.
void add_log_key_option(Command command, std::vector<std::filesystem::path>& log_keys);
void add_witness_policy_option(Command command, std::filesystem::path& witness_policy);

// The files that the options name. Config if one cannot be read, or if the options cannot make a
// policy, which is said before anything is read.
Result<TrustMaterial> read_trust(const TrustOptions& options);

Result<PublicKey> load_public_key(const std::filesystem::path& path);
Result<std::vector<PublicKey>> load_public_keys(const std::vector<std::filesystem::path>& paths);
Result<NoteKey> load_note_key(const std::filesystem::path& path);
// Asks for none if there is no path.
Result<WitnessPolicy> load_witness_policy(const std::filesystem::path& path);

// The keys in these files, and then those that the policy names and that are not among them.
Result<std::vector<NoteKey>> load_logs(const std::vector<std::filesystem::path>& log_keys,
                                       const WitnessPolicy& witnesses);

}  // namespace boltseal
