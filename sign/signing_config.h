// Sigstore's signing_config.json: where one signs. It says nothing of who is believed, which is
// trusted_root.h. github.com/sigstore/protobuf-specs, sigstore_trustroot.proto
#pragma once

#include "core/bytes.h"
#include "core/time.h"

#include <string>
#include <vector>

namespace boltseal {

struct SigningService {
    std::string url;
    std::uint64_t version = 0;  // the first number of its API's version
    TimeRange valid_for;
};

struct SigningConfig {
    std::vector<SigningService> authorities;  // Fulcio
    std::vector<SigningService> logs;
    std::vector<SigningService> stampers;  // RFC 3161; the whole URL
};

// Limits: 1 MiB, 64 of each kind. Version 0.2 alone. Malformed for one that asks for more than one
// log or stamp: we write to one.
Result<SigningConfig> parse_signing_config(Bytes bytes);

// The newest of that version whose time is now; null if there is none.
const SigningService* choose_service(const std::vector<SigningService>& services,
                                     std::uint64_t version, Timestamp now);

}  // namespace boltseal
