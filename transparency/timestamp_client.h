// Asks a time-stamping authority (RFC 3161 section 3.4) to say when a signature existed.
#pragma once

#include "net/transport.h"
#include "verify/timestamp.h"

namespace boltseal {

struct Timestamped {
    Buffer response;  // a TimeStampResp (DER), as bundles carry it
    ProvedTime proved;
};

// A time stamp over the raw bytes of a signature, by one of `authorities`: Untrusted for an answer
// that does not hold, or is by nobody among them. Declined, with its words, if the authority
// refuses. Sends `token`, if there is one, as a bearer token: Config unless that goes over https or
// stays on this machine.
Result<Timestamped> fetch_timestamp(Transport& transport, const std::string& url, Bytes signature,
                                    const std::vector<CertificateAuthority>& authorities,
                                    const std::string& token = {});

}  // namespace boltseal
