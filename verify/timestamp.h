// RFC 3161 time-stamp tokens: when a signature existed, as an authority says it.
#pragma once

#include "verify/x509_chain.h"

namespace boltseal {

struct ProvedTime {
    Timestamp time;
    std::string source;  // for people: "timestamp.sigstore.dev", or the log's name
    std::string who;     // what counts once towards a threshold: operator, or the authority
};

// A TimeStampResp (DER) over `message`: for bundles, the raw bytes of the signature. Missing if no
// authority of the list has signed it; Untrusted if one has and anything about it does not hold;
// Malformed if it is no granted response.
Result<ProvedTime> check_timestamp(Bytes response, Bytes message,
                                   const std::vector<CertificateAuthority>& authorities);

}  // namespace boltseal
