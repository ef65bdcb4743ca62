// The signature of a bundle over its content. A step of verify_bundle.h; included by verify/ only.
#pragma once

#include "verify/verify_bundle.h"

namespace boltseal {

// What the log must have: the signature by `key`, over the artifact or over the envelope. Untrusted
// if the signature does not hold. Whether the envelope is about the artifact is not checked here.
Result<HashedRekord> check_bundle_signature(const SigstoreBundle& bundle, const Artifact& artifact,
                                            const PublicKey& key);

// The artifact's digest of this kind, if it is known or can be computed.
std::optional<BlobDigest> digest_for(const Artifact& artifact, HashAlgorithm algorithm);

// The digest that stands beside a signature proves nothing, but must be the artifact's.
Result<void> check_claimed_digest(const MessageSignature& message, const Artifact& artifact);

}  // namespace boltseal
