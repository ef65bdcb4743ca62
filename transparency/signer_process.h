// Starts the process that has the log's key, and reaches one that was started by others.
#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal {

// Runs `program` with the arguments and "--connection N", its end of a pair of sockets, and returns
// ours. It ends when that is closed: there is nothing to wait for or to kill.
Result<int> start_signer(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments);

// A socket file that only its owner can reach. Config if it cannot be made.
Result<int> listen_as_signer(const std::filesystem::path& socket);
Result<int> connect_to_signer(const std::filesystem::path& socket);
Result<int> accept_server(int listener);  // waits

// No core dumps, no debuggers of the same user, no new privileges.
void harden_signer();

}  // namespace boltseal
