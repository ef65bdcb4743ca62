// Ed25519 keys, RFC 8032. libsodium makes the signatures, over the message itself (Ed25519) or over
// its SHA-512 with an empty context (Ed25519ph). No other context is supported.
#pragma once

#include "sign/private_key.h"

namespace boltseal {

Result<std::unique_ptr<PrivateKey>> generate_ed25519_key();

// From the 32 bytes that RFC 8032 section 5.1.5 calls the private key. Malformed for other sizes.
Result<std::unique_ptr<PrivateKey>> ed25519_key_from_seed(Bytes seed);

// RFC 8410 section 7, version 0: exactly what to_pkcs8 writes, 48 bytes. The form with a public key
// in it (version 1) is refused: nobody in this field writes it.
Result<std::unique_ptr<PrivateKey>> parse_ed25519_pkcs8(Bytes der);

}  // namespace boltseal
