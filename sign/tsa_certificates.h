// The certificates of a new time-stamping authority: RFC 5280, RFC 3161 section 2.3.
#pragma once

#include "verify/certificate.h"

namespace boltseal {

// Two certificates: that of `key`, critically for time stamping and nothing else, and the root that
// has signed it, for the same time. The root's key is made for this one signature and not kept:
// there is nothing to lose, and another authority has another root. Config if the name does not fit
// into a certificate, which is 1 to 64 bytes. REQUIRES: validity has both ends
Result<std::vector<Certificate>> make_tsa_chain(const std::string& name, const PublicKey& key,
                                                const TimeRange& validity);

}  // namespace boltseal
