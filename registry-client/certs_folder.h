// Certificates where Docker, podman and skopeo look for them: a folder for each registry, named
// `host` or `host:port`, with `*.crt` of CAs, and `*.cert` and `*.key` of the client
// (containers-certs.d(5)).
//
// A host with CAs of its own is trusted by those alone, where other tools also take the system's.
#pragma once

#include "core/result.h"
#include "net/transport.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace boltseal {

// Where to look, the user's folder first.
std::vector<std::filesystem::path> certs_folders_from_environment();

// What the first of `folders` that has a folder for the host says; nullptr if none has. Config if
// it cannot be read, or if there is more than one certificate for the client, or one without key.
Result<std::shared_ptr<const TlsFiles>> find_certs(
    const std::vector<std::filesystem::path>& folders, const std::string& authority);

// The same of one folder, which is there.
Result<TlsFiles> read_certs(const std::filesystem::path& folder);

// The files one after the other, as one text. Config if one cannot be read.
Result<std::string> read_ca_files(const std::vector<std::filesystem::path>& files);

}  // namespace boltseal
