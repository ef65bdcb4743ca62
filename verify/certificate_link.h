// The signature of one certificate by the key of another.
#pragma once

#include "verify/certificate.h"

namespace boltseal {

// RFC 5280 section 4.1.1.3: whether the issuer's key has signed the certificate, whose two names of
// the algorithm are the same. Any algorithm that OpenSSL offers will do: which are allowed is for
// x509_chain.h to say.
bool has_signed(const Certificate& issuer, const Certificate& certificate);

}  // namespace boltseal
