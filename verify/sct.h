// Signed certificate timestamps in a certificate: that certificate transparency logs have seen it.
// RFC 6962 section 3
#pragma once

#include "verify/trusted_root.h"

namespace boltseal {

struct Sct {
    LogId log;
    std::uint64_t milliseconds = 0;  // since 1970, of at most the year 9999
    Bytes extensions;
    std::uint8_t hash = 0;  // RFC 5246 section 7.4.1.4.1
    std::uint8_t signature_type = 0;
    Bytes signature;

    Timestamp time() const { return {static_cast<std::int64_t>(milliseconds / 1000)}; }
};

// What the extension 1.3.6.1.4.1.11129.2.4.2 holds: 1 to 32 SCTs of version 1. They borrow from it.
Result<std::vector<Sct>> parse_sct_list(Bytes extension);

// The logs of the list that have promised to log this certificate, each once; they are counted by
// operator where it is known. `issuer` is its issuer in the proved chain. SCTs of other logs are
// skipped. Untrusted if an SCT by a known log does not verify or is outside the log's time;
// Malformed if the extension is not well formed. Empty if there is no extension.
Result<std::vector<const CtLog*>> check_scts(const Certificate& certificate,
                                             const Certificate& issuer,
                                             const std::vector<CtLog>& logs);

}  // namespace boltseal
