// Where the passphrase of a key file comes from: a descriptor, the environment, or the terminal.
#pragma once

#include "cli/command.h"
#include "sign/secret.h"

#include <filesystem>

namespace boltseal {

struct PassphraseOptions {
    int descriptor = -1;  // --passphrase-fd
};

void add_passphrase_options(Command command, PassphraseOptions& options);

// In this order: the descriptor up to its first line end, BOLTSEAL_PASSWORD, COSIGN_PASSWORD, a
// prompt on the terminal without echo. Config if there is none of them.
Result<Secret> read_passphrase(const PassphraseOptions& options, const std::filesystem::path& key);

// The same for a key that is being made: a prompt asks twice.
Result<Secret> read_new_passphrase(const PassphraseOptions& options,
                                   const std::filesystem::path& key);

}  // namespace boltseal
