// Where an image is to be had: the registry that says what a tag is, and mirrors of it.
//
// Mirrors are found in the settings that other tools use (registries_conf.h, hosts_toml.h). They
// may say only what can be proved: what has a digest. Which digest a tag has is the registry's to
// say, unless its owner and the user both let a mirror say it.
#pragma once

#include "net/transport.h"

#include <string>
#include <vector>

namespace boltseal {

struct RegistryPlace {
    std::string registry{};    // "host" or "host:port"
    std::string repository{};  // as it is called there
    bool plain = false;        // spoken to without TLS
    bool digests = true;       // of a mirror: what its owner lets it be asked for
    bool tags = false;

    // Where it is not what the name says, as in RegistryOptions.
    std::string api{};
    std::string upstream{};
    std::vector<Header> headers{};
    std::shared_ptr<const TlsFiles> tls{};
};

struct ImagePlaces {
    RegistryPlace registry;
    std::vector<RegistryPlace> mirrors;  // in the order in which they are asked
};

}  // namespace boltseal
