// OpenSSL as a program that only verifies needs it.
#pragma once

#include "core/result.h"

namespace boltseal {

// Gives OpenSSL, for the rest of the process, a provider that offers what verification uses, and no
// other: SHA-1 and SHA-2, keys and signatures of ECDSA, RSA and Ed25519, SubjectPublicKeyInfo in
// DER. Random numbers are the system's. No configuration file is read. What is not offered cannot
// be reached by any input, and need not be prepared: that takes longer than a verification.
//
// Call it once, before anything of OpenSSL is used. Io if OpenSSL cannot start.
Result<void> start_openssl_to_verify();

}  // namespace boltseal
