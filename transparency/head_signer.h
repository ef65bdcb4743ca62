// Holds a log's key and signs its heads, one after the other. It checks for itself that the log
// only grows: whatever goes wrong around it, two heads of one size are never signed.
//
// It does not see proofs yet, so a head of another history that is larger would be signed; the
// sequencer re-reads what is on disk before it asks.
#pragma once

#include "sign/signer.h"
#include "verify/checkpoint.h"

#include <optional>

namespace boltseal {

// The vkey of a log: its origin and its Ed25519 key. Config for other keys or a bad origin.
Result<NoteKey> log_note_key(const std::string& origin, const PublicKey& key);

// Not for use from two threads at once.
class HeadSigner {
public:
    // REQUIRES: key.key is the public half of `signer`, which must outlive this
    HeadSigner(Signer& signer, NoteKey key) : signer_(signer), key_(std::move(key)) {}

    const NoteKey& key() const { return key_; }

    // What was signed last, by an earlier process. Untrusted unless it is our own signature.
    Result<VerifiedCheckpoint> resume(const std::string& note);

    // A checkpoint with our signature, checked again. Untrusted if it would contradict what was
    // signed last.
    Result<VerifiedCheckpoint> sign(const TreeHead& head);

private:
    Signer& signer_;
    NoteKey key_;
    std::optional<TreeHead> last_;
};

}  // namespace boltseal
