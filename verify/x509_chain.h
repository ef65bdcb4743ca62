// Who vouches for a certificate, and when: RFC 5280 section 6, with a trusted authority as anchor
// and a proved time as "now". The wall clock plays no part.
#pragma once

#include "verify/certificate.h"

namespace boltseal {

// Of Fulcio, of a private CA, or of a time-stamping authority, as a trusted root names them.
struct CertificateAuthority {
    std::string uri;
    std::string operator_name;       // whose it is; may be empty
    std::vector<Certificate> chain;  // certificates that sign or are signed, the anchor last
    TimeRange valid_for;
};

enum class CertificateUse { CodeSigning, TimeStamping };

// The proved path, leaf first and anchor last. The anchor need not be self-signed. Untrusted unless
// every certificate of the path is valid at each of `times` (closed intervals), which must not be
// empty, the authority is valid then too, and the leaf is for `use`.
Result<std::vector<Certificate>> check_chain(const Certificate& leaf,
                                             const CertificateAuthority& authority,
                                             const std::vector<Timestamp>& times,
                                             CertificateUse use);

}  // namespace boltseal
