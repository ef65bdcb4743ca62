// Certificates, authorities and logs of the real Sigstore, read in place from sigstore-bundles.
// Tests that use them are skipped where they are not: see vectors.h.
#pragma once

#include "verify/trusted_root.h"

#include <string>

namespace boltseal::test {

Certificate bundle_certificate(const std::string& bundle);  // of "happy-path-v0.3"

// What the trusted root of that name below sigstore-bundles says. Its own parser is not used.
std::vector<CertificateAuthority> code_signing_authorities(const std::string& root);
std::vector<CertificateAuthority> time_stamping_authorities(const std::string& root);
std::vector<CtLog> certificate_logs(const std::string& root);  // those of P-256

inline const std::string kPublicGoodRoot = "trusted_root.public-good.json";
inline const std::string kStagingRoot = "rekor2-happy-path/trusted_root.json";

}  // namespace boltseal::test
