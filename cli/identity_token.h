// Where the token comes from that says who signs, if no key does.
#pragma once

#include "net/transport.h"

#include <filesystem>
#include <string>

namespace boltseal {

// In this order: the file, if it is named; SIGSTORE_ID_TOKEN; and in a job of GitHub Actions that
// may have one ("id-token: write"), one for Sigstore that is asked for there. Config if there is
// none of them.
Result<std::string> read_identity_token(const std::filesystem::path& file, Transport& transport);

}  // namespace boltseal
