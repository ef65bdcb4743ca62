// When a bundle's signature was made, and which logs have it: its log entries and time stamps, each
// bound to the signature. A step of verify_bundle.h; included by verify/ only.
#pragma once

#include "verify/verify_bundle.h"

namespace boltseal {

// `by` is the signature that was verified. Every entry of a log that the policy knows and every
// time stamp of an authority that it knows must hold, within the time of its key, and there must be
// as many as the policy asks for. Adds checkpoints, indexes and times to `verified`.
Result<void> check_bundle_proofs(const SigstoreBundle& bundle, const HashedRekord& by,
                                 const Policy& policy, Timestamp now, Verified& verified,
                                 Trace& trace);

}  // namespace boltseal
