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
    bool no_log = false;                          // --insecure-no-log
    std::string type;                             // --type
};

enum class AcceptsType { No, Yes };
void add_trust_options(CLI::App& command, TrustOptions& options, AcceptsType accepts);

// Config if a file is missing or is no key, or if no log is named and none was waived. The policy
// asks for one log and for the attestation that was asked for; without --type, for an image's
// signature, or for a file that is signed directly.
Result<Policy> load_image_policy(const TrustOptions& options);
Result<Policy> load_file_policy(const TrustOptions& options);

Result<PublicKey> load_public_key(const std::filesystem::path& path);
Result<NoteKey> load_note_key(const std::filesystem::path& path);

}  // namespace boltseal
