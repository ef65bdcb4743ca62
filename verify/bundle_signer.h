// Who signed a bundle, once it is known when: the certificate, who vouches for it and whom it
// speaks for, or the key and its window. A step of verify_bundle.h; included by verify/ only.
#pragma once

#include "verify/verify_bundle.h"

namespace boltseal {

// True if a name, the issuer and all extensions are as the policy wants them.
bool is_identity(const CertificateIdentity& identity, const TrustedIdentity& wanted);

// The certificate was valid at every time that `verified` has, of which there must be one, it is in
// as many certificate transparency logs as the policy asks for, and speaks for an identity of the
// policy, which is added to `verified`.
Result<void> check_certificate_signer(const Certificate& leaf, const Policy& policy,
                                      Verified& verified, Trace& trace);

// The key's window, if it has one, contains every time that `verified` has, of which there must be
// one then.
Result<void> check_key_signer(const TrustedKey& key, const Verified& verified, Trace& trace);

}  // namespace boltseal
