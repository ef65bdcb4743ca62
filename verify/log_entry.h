// What stands in a transparency log about a signature, and the proof that it is there: the entries
// of Rekor v2, recomputed from what was signed, and those of Rekor v1, compared with it
// (rekor_v1.h). github.com/sigstore/rekor-tiles, api/proto/rekor/v2; specs/profile-rekor.md
#pragma once

#include "core/time.h"
#include "verify/checkpoint.h"
#include "verify/envelope.h"
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

// The leaf of kind "dsse" (dsse_entry.h) for an envelope with one signature.
Result<Buffer> encode_dsse_entry(const HashedRekord& entry, Bytes payload);

// One entry's place in a log, as Rekor answers and a Sigstore bundle carries it
// (TransparencyLogEntry). Parsed, not checked.
struct LogEntry {
    std::uint64_t index = 0;  // Rekor v1 counts over all of its trees here
    LogId log_id;
    std::string kind;     // "hashedrekord"
    std::string version;  // "0.0.2"
    InclusionProof proof;
    TreeHead head;           // the proof leads to this
    std::string checkpoint;  // the signed note that says so; empty if there is none
    Buffer body;
    std::optional<Timestamp> claimed_time = std::nullopt;  // Rekor v1; nothing without the promise
    Buffer promise = {};    // Rekor v1's signed entry timestamp; empty if there is none
    bool has_proof = true;  // only bundles of version 0.1 have none
};

// What the reader tolerates it notes. Bodies of up to 16 MiB: Rekor v1 has whole envelopes in some.
Result<LogEntry> parse_log_entry(const ProtoReader& message);
Result<LogEntry> parse_log_entry(const Json& json);
Json to_json(const LogEntry& entry);

bool is_rekor_v2(const LogEntry& entry);  // by its kind and version

// Proved: the log signed a checkpoint with this head, the body is in it at this index, and the body
// is exactly `expected`. For Rekor v2 entries. Untrusted otherwise.
Result<VerifiedCheckpoint> check_log_entry(const LogEntry& entry, Bytes expected,
                                           const NoteKey& log);

// Proof and checkpoint agree, and the body is in the tree. Untrusted otherwise.
Result<void> check_place(const LogEntry& entry, Bytes body, const VerifiedCheckpoint& checkpoint);

}  // namespace boltseal
