// Signed certificate timestamps in a certificate: that certificate transparency logs have seen it.
// RFC 6962 section 3
#pragma once

#include "verify/trusted_root.h"

namespace boltseal {

// The logs of the list that have promised to log this certificate, each once; they are counted by
// operator where it is known. `issuer` is its issuer in the proved chain. SCTs of other logs are
// skipped. Untrusted if an SCT by a known log does not verify or is outside the log's time;
// Malformed if the extension is not well formed. Empty if there is no extension.
Result<std::vector<const CtLog*>> check_scts(const Certificate& certificate,
                                             const Certificate& issuer,
                                             const std::vector<CtLog>& logs);

}  // namespace boltseal
