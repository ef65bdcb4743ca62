// Something that can sign: a key in a file now, a token or an external program later.
#pragma once

#include "verify/certificate.h"
#include "verify/signature.h"

namespace boltseal {

class Signer {
public:
    virtual ~Signer() = default;

    virtual const PublicKey& public_key() const = 0;

    // Who vouches for the key, if somebody does: then it is the certificate that verifiers believe.
    virtual const Certificate* certificate() const { return nullptr; }

    // The signature over `message`; for SignatureAlgorithm::Ed25519ph too, where the signer hashes.
    // There is no signing of a bare digest: the message is what one can be asked to approve. Config
    // for an algorithm that this key does not sign with.
    virtual Result<Buffer> sign(Bytes message, SignatureAlgorithm algorithm) = 0;

    // The same with default_algorithm(public_key()).
    Result<Buffer> sign(Bytes message) { return sign(message, default_algorithm(public_key())); }
};

}  // namespace boltseal
