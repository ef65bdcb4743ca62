// TSTInfo, what a time-stamping authority signs: RFC 3161 section 2.4.2. Parsed, not trusted: who
// signed it is timestamp.h.
#pragma once

#include "core/time.h"
#include "verify/der.h"

namespace boltseal {

// Every view is into the bytes that were parsed, which must outlive it.
struct TstInfo {
    DerAlgorithm imprint_algorithm;
    Bytes imprint;
    Timestamp time;  // genTime, without its fraction
    Bytes tsa;       // a GeneralName; may be empty
    bool has_critical_extension = false;
};

// Version 1 in DER; the policy, the serial number, the accuracy and the nonce may be any.
Result<TstInfo> parse_tst_info(Bytes der);

// "20260513192333Z", with a fraction of up to nine digits that does not end in 0, which is dropped.
Result<Timestamp> parse_generalized_time(std::string_view text);

}  // namespace boltseal
