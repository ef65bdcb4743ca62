// The transparency log a command talks to, and what is remembered of the logs it has seen.
#pragma once

#include "cli/command.h"
#include "net/transport.h"
#include "verify/policy.h"
#include "verify/verify_bundle.h"

#include <filesystem>
#include <optional>
#include <string>

namespace boltseal {

struct LogOptions {
    std::string url;              // --log
    std::filesystem::path state;  // --state
};

enum class LogUse { Submit, Follow };  // for the help text: to write to it, or to check on it
void add_log_options(Command command, LogOptions& options, LogUse use);

void add_state_option(Command command, std::filesystem::path& state);

// The folder that is named, or the default one; none where that cannot be told.
std::optional<std::filesystem::path> state_folder(const std::filesystem::path& named);

// Untrusted if a log shows another history than it did before, with the evidence kept in the state
// folder. With a URL the log is asked to prove that its heads are of one history. State that cannot
// be kept is said on `err` and decides nothing.
Result<void> observe_logs(const std::vector<VerifiedCheckpoint>& checkpoints,
                          const TrustedRoot& root, const LogOptions& options, Transport& transport,
                          std::ostream& err);

}  // namespace boltseal
