// The older image signature of cosign: a small JSON payload and a signature in an annotation.
// github.com/sigstore/cosign, specs/SIGNATURE_SPEC.md. Read, never written.
//
// What stands beside it in other annotations (certificate, chain, log promise) is not read: such a
// signature proves that a key has signed, and nothing about a log.
#pragma once

#include "verify/verify_bundle.h"

namespace boltseal {

inline constexpr std::string_view kSimpleSigningMediaType =
    "application/vnd.dev.cosign.simplesigning.v1+json";

// Untrusted unless `signature` is over exactly these payload bytes by a key of the policy, and the
// payload names the artifact's digest. Always Untrusted when the policy asks for a log.
Result<Verified> verify_simple_signing(Bytes payload, Bytes signature, const BlobDigest& artifact,
                                       const Policy& policy, Timestamp now, Trace* trace = nullptr);

}  // namespace boltseal
