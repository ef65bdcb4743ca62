// The files in which other tools keep what people typed into `login`: containers-auth.json(5).
// Programs that keep credentials are asked where a file names them (credential_helper.h); one that
// cannot be is an error, never anonymous.
#pragma once

#include "core/bytes.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace boltseal {

// Nothing here is ever printed.
struct Credential {
    std::string username;
    std::string password;
    std::string identity_token;  // refresh token for the token service
    std::string registry_token;  // bearer token as it is
};

// Where credential files may be, in the order in which they are asked.
struct CredentialFolders {
    std::string auth_file;  // REGISTRY_AUTH_FILE
    std::string runtime;    // XDG_RUNTIME_DIR
    std::string config;     // XDG_CONFIG_HOME
    std::string docker;     // DOCKER_CONFIG
    std::string home;       // HOME
};
CredentialFolders credential_folders_from_environment();
std::vector<std::filesystem::path> credential_files(const CredentialFolders& folders);

// What one file has for an image: the helper of its host, or the entry of the longest path that
// matches, or that of the host, or the helper for all. Config if the file is broken or the helper
// fails.
Result<std::optional<Credential>> find_credential(Bytes file, const std::string& registry,
                                                  const std::string& repository);

// The first file that has an entry decides.
Result<std::optional<Credential>> load_credential(const std::vector<std::filesystem::path>& files,
                                                  const std::string& registry,
                                                  const std::string& repository);

}  // namespace boltseal
