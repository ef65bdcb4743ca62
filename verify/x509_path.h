// A certificate path built and verified by OpenSSL. For x509_chain.cc, which asks for more.
#pragma once

#include "verify/chain_memo.h"

namespace boltseal {

// RFC 5280 section 6.1, strictly, but for time, which OpenSSL takes as half-open, and policies.
// The anchor is the last of `known`, and may be no root; nothing else is trusted, and no other
// certificate is used. Untrusted if there is no such path.
Result<CertificatePath> build_path(const Certificate& leaf, const CertificatePath& known);

}  // namespace boltseal
