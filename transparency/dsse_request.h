// Whole DSSE envelopes as a request, Rekor v2's DSSERequestV002: what clients sent until 2026-06,
// and
// @sigstore/sign 5 still sends. specs/log-api.md#write
#pragma once

#include "transparency/log_request.h"

namespace boltseal {

inline constexpr std::size_t kMaxEnvelopeSignatures = 10;
inline constexpr std::size_t kMaxKeptStatement = std::size_t{64} << 10;

// Proved: each signature is by one of the verifiers over the envelope's pre-authentication
// encoding, and each verifier has made one. The body is of kind "dsse" 0.0.2, which those clients
// expect back and verify by the payload's digest. A payload that is an in-toto statement, up to
// kMaxKeptStatement bytes, comes with it. The watch is told of every signer. Limits: 10 signatures,
// 10 verifiers.
Result<Admitted> admit_envelope(const Json& request, WriteWatch* watch = nullptr);

}  // namespace boltseal
