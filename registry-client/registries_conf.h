// The file in which podman, skopeo, buildah and CRI-O keep mirrors: containers-registries.conf(5),
// version 2. What it says of short names is for whoever guesses registries: nothing here does.
//
// `insecure` means without TLS here, never TLS without a look at the certificate. Version 1 of the
// format is refused.
//
// Limits: those of core/toml.h and settings_file.h, 1024 registries with 64 mirrors each.
#pragma once

#include "core/bytes.h"
#include "registry-client/reference.h"
#include "registry-client/registry_place.h"

#include <filesystem>

namespace boltseal {

struct ConfiguredMirror {
    std::string location;  // "host[:port][/path]", which stands for the prefix
    bool insecure = false;
    bool digests = true;
    bool tags = true;
};

struct ConfiguredRegistry {
    std::string prefix;    // "host[:port][/path]" or "*.domain"
    std::string location;  // empty: as it is called
    bool insecure = false;
    bool blocked = false;
    std::vector<ConfiguredMirror> mirrors;
};

struct RegistriesConf {
    std::vector<ConfiguredRegistry> registries;  // prefixes are unique

    // What is said of a prefix later is all that is said of it.
    void add(RegistriesConf later);
};

// Config, with the line, for what is no such file.
Result<RegistriesConf> parse_registries_conf(Bytes text);

// Of the registry with the longest prefix that fits; without one, the registry of the name and no
// mirrors. Config if it is blocked, or if a location makes no name of a repository.
Result<ImagePlaces> find_places(const RegistriesConf& conf, const Reference& image);

struct SettingsFolders {
    std::string file;    // CONTAINERS_REGISTRIES_CONF: this one and no other
    std::string config;  // XDG_CONFIG_HOME
    std::string home;    // HOME
    std::filesystem::path system = "/etc/containers";
};
SettingsFolders settings_folders_from_environment();

// The user's file and its folder of further ones, `registries.conf.d`; without a file of the user,
// the system's, its folder, then the user's folder. None of them has to be there, but for the one
// that is named in the environment.
Result<RegistriesConf> load_registries_conf(const SettingsFolders& folders);

}  // namespace boltseal
