// Private keys that this process holds itself: made here, or read from PKCS#8 (RFC 5958).
//
// ECDSA on P-256, P-384 and P-521, and Ed25519. RSA is verified but not signed with.
#pragma once

#include "sign/secret.h"
#include "sign/signer.h"

namespace boltseal {

// A signer that can be written to a file. Not for use from two threads at once.
class PrivateKey : public Signer {
public:
    virtual Result<Secret> to_pkcs8() const = 0;  // DER, as parse_pkcs8 reads it
};

// Config for KeyType::Rsa.
Result<std::unique_ptr<PrivateKey>> generate_key(KeyType type);

// Malformed unless all of `der` is one PKCS#8 private key of an algorithm named above, whose public
// half, where the file has one, belongs to it. SEC1 and PKCS#1 keys are refused by name.
Result<std::unique_ptr<PrivateKey>> parse_pkcs8(Bytes der);

}  // namespace boltseal
