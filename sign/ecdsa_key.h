// ECDSA keys, FIPS 186-5 section 6: P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512.
// OpenSSL makes the signatures; they are ASN.1 DER (RFC 3279 section 2.2.3).
#pragma once

#include "sign/private_key.h"

namespace boltseal {

Result<std::unique_ptr<PrivateKey>> generate_ecdsa_key(KeyType curve);  // Config for no ECDSA type
Result<std::unique_ptr<PrivateKey>> parse_ecdsa_pkcs8(Bytes der);       // RFC 5915, in RFC 5958

}  // namespace boltseal
