// How containerd is told of mirrors: a folder with one folder for each registry,
// `<host>/hosts.toml` (containerd v2, docs/hosts.md).
//
// `skip_verify` is refused: TLS is never without a look at the certificate. `dial_timeout` is read
// and not followed.
//
// Limits: those of core/toml.h, 64 hosts, 64 headers for each.
#pragma once

#include "core/bytes.h"
#include "registry-client/reference.h"
#include "registry-client/registry_place.h"

#include <filesystem>
#include <optional>

namespace boltseal {

// The folder of `host_port_`, `host:port`, or `host`, whichever is there first, and `_default` for
// all that have none. Nothing if none is there. In a folder without a hosts.toml there are only
// certificates, as in certs_folder.h. Config for what cannot be read.
Result<std::optional<ImagePlaces>> load_hosts(const std::filesystem::path& folders,
                                              const Reference& image);

// The text of such a file. Names of files in it are relative to `folder`, and read.
Result<ImagePlaces> parse_hosts_toml(Bytes text, const std::filesystem::path& folder,
                                     const Reference& image);

}  // namespace boltseal
