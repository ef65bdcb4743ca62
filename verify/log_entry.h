// What stands in the log: Rekor v2 hashedrekord 0.0.2 entries, and the proof that an entry is in.
// github.com/sigstore/rekor-tiles, api/proto/rekor/v2; specs/profile-rekor.md
#pragma once

#include "core/json.h"
#include "verify/checkpoint.h"
#include "verify/signature.h"

namespace boltseal {

// A hash, a signature over it, and the key that made it. For a DSSE envelope the hash is that of
// its pre-authentication encoding.
struct HashedRekord {
    BlobDigest digest;
    Buffer signature;
    PublicKey key;
    SignatureAlgorithm algorithm;
    Buffer certificate;  // DER; empty when the entry names the bare key
};

// The leaf of the log, RFC 8785: recomputed from what was signed, never taken from a bundle.
Result<Buffer> encode_entry(const HashedRekord& entry);
// Accepts only what encode_entry prints. The signature is not checked.
Result<HashedRekord> parse_entry(Bytes body);
// Untrusted unless the entry's own signature is by its key over its digest.
Result<void> check_entry(const HashedRekord& entry);

// One entry's place in a log, as Rekor v2 answers and a Sigstore bundle carries it
// (TransparencyLogEntry). Parsed, not checked.
struct LogEntry {
    std::uint64_t index = 0;
    LogId log_id;
    std::string kind;     // "hashedrekord"
    std::string version;  // "0.0.2"
    InclusionProof proof;
    TreeHead head;           // the proof leads to this
    std::string checkpoint;  // the signed note that says so
    Buffer body;
};

// Malformed for Rekor v1 entries (integratedTime, inclusionPromise), which are not read yet.
Result<LogEntry> parse_log_entry(const Json& json);
Json to_json(const LogEntry& entry);

// Proved: the log signed a checkpoint with this head, the body is in it at this index, and the body
// is exactly `expected`. Untrusted otherwise.
Result<VerifiedCheckpoint> check_log_entry(const LogEntry& entry, Bytes expected,
                                           const NoteKey& log);

}  // namespace boltseal
