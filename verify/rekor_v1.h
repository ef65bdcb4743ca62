// Entries of Rekor v1: the log's promise, its own form of checkpoint, and bodies that are compared
// with what was signed. github.com/sigstore/rekor, pkg/types; specs/profile-rekor.md#rekor-v1
#pragma once

#include "verify/log_entry.h"
#include "verify/trusted_root.h"

namespace boltseal {

// By kind and version: hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.2.
bool is_rekor_v1(const LogEntry& entry);

// The body is about this signature: its digest, its bytes, and the certificate or key that made it.
// `envelope` is given when it was over an envelope. Untrusted otherwise, malformed bodies included.
Result<void> check_rekor_v1_body(const LogEntry& entry, const HashedRekord& expected,
                                 const Envelope* envelope);

// The log has promised at the returned time to include this very body: the signed entry timestamp
// holds, and the log's key was valid then. Untrusted otherwise.
Result<Timestamp> check_promise(const LogEntry& entry, const TrustedLog& log);

// Proved: the log signed a checkpoint, whose tree has the body at the index. Untrusted otherwise.
Result<VerifiedCheckpoint> check_rekor_v1_proof(const LogEntry& entry, const TrustedLog& log);

}  // namespace boltseal
