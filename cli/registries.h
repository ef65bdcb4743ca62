// The registries that a command speaks to: its flags, what the settings files of other tools say
// of mirrors, and what the credential files have for each.
#pragma once

#include "cli/command.h"
#include "net/http_client.h"
#include "registry-client/client.h"
#include "registry-client/registry_place.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace boltseal {

// Whoever writes, writes to the registry that was named: mirrors and other locations are for
// reading.
enum class RegistryUse { Read, Write };

struct RegistryFlags {
    std::vector<std::string> insecure;      // --insecure-registry
    bool mirror_tags = false;               // --mirror-tags
    std::filesystem::path hosts_dir;        // --hosts-dir; empty: registries.conf
    std::vector<std::string> ca_files;      // --ca-file, "[HOST=]FILE"
    std::vector<std::string> client_certs;  // --client-cert, "HOST=FILE"
    std::vector<std::string> client_keys;   // --client-key, "HOST=FILE"
    RegistryUse use = RegistryUse::Read;
};
void add_registry_flags(Command command, RegistryFlags& flags, RegistryUse use = RegistryUse::Read);

// The certificates of hosts, of the flags and of the folders where other tools look.
HttpOptions http_options(const RegistryFlags& flags);

struct OpenMirror {
    std::unique_ptr<RegistryClient> client;
    bool digests = true;
    bool tags = false;  // and the user allows it
};

struct OpenRegistry {
    std::unique_ptr<RegistryClient> client;
    std::vector<OpenMirror> mirrors;
};

// A repository, with what the credential files have for it.
Result<std::unique_ptr<RegistryClient>> open_registry(const RegistryPlace& place,
                                                      const RegistryFlags& flags,
                                                      Transport& transport);

// The registry of an image, and the mirrors that --hosts-dir or else registries.conf has for it.
// Config if it is blocked there, or if the file cannot be read.
Result<OpenRegistry> open_with_mirrors(const Reference& image, const RegistryFlags& flags,
                                       Transport& transport);

}  // namespace boltseal
