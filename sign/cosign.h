// The line that a witness puts under a checkpoint: c2sp.org/tlog-cosignature@v1.0.1, Ed25519.
// Whether the checkpoint deserves it is not asked here: transparency/witness.h does.
#pragma once

#include "sign/signer.h"
#include "verify/note.h"

namespace boltseal {

// The vkey of a witness: its name and its Ed25519 key, which signs nothing but cosignatures. Config
// for other keys or a bad name.
Result<NoteKey> witness_note_key(const std::string& name, const PublicKey& key);

// Over the text of a note, with this time, which must be after 1970-01-01. Verified again before it
// is returned. REQUIRES: key.key is the public half of `signer`
Result<NoteSignature> cosign(Signer& signer, const NoteKey& key, const std::string& text,
                             Timestamp time);

}  // namespace boltseal
