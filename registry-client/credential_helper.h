// Programs that keep credentials: `docker-credential-<name>` and the protocol of the
// docker-credential-helpers project, of which only "get" is spoken.
//
// The program is looked for in the folders of PATH that are absolute, and started by itself, with
// no shell. What it writes to standard error is thrown away, as nobody can say that it has no
// secret in it, and what it answers is never part of a message.
//
// Limits: 64 KiB of answer, and a time after which the program and what it has started is ended.
#pragma once

#include "registry-client/credentials.h"

#include <chrono>

namespace boltseal {

inline constexpr std::chrono::milliseconds kHelperTime{30'000};

// Where the program is. Missing if it is not in PATH, Config if the name is none of a program.
Result<std::filesystem::path> find_helper(const std::string& name);

// What it has for a server, which is nothing if it says so. Config if it fails or takes too long.
Result<std::optional<Credential>> ask_helper(const std::filesystem::path& program,
                                             const std::string& server,
                                             std::chrono::milliseconds most = kHelperTime);

}  // namespace boltseal
