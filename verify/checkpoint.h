// Checkpoints: a tree head as the text of a signed note. c2sp.org/tlog-checkpoint@v1.0.0
#pragma once

#include "verify/merkle.h"
#include "verify/note.h"

namespace boltseal {

struct Checkpoint {
    std::string origin;
    TreeHead head;
    std::vector<std::string> extensions;  // lines; no meaning to us
    bool operator==(const Checkpoint&) const = default;
};

Result<Checkpoint> parse_checkpoint(std::string_view text);  // one spelling: "007" is refused
std::string to_string(const Checkpoint& checkpoint);         // with final newline

// A checkpoint that the log's key has signed. Only check_checkpoint makes one.
class VerifiedCheckpoint {
public:
    const Checkpoint& checkpoint() const { return checkpoint_; }
    const TreeHead& head() const { return checkpoint_.head; }
    const std::string& origin() const { return checkpoint_.origin; }
    const std::string& note() const { return note_; }  // the exact signed note

private:
    friend Result<VerifiedCheckpoint> check_checkpoint(Bytes note, const NoteKey& log);
    friend Result<VerifiedCheckpoint> check_rekor_v1_checkpoint(Bytes note, const PublicKey& log);
    VerifiedCheckpoint(Checkpoint checkpoint, std::string note)
        : checkpoint_(std::move(checkpoint)), note_(std::move(note)) {}
    Checkpoint checkpoint_;
    std::string note_;
};

// Untrusted unless the note is by `log`, and its origin is the key's name: a key speaks for one
// log. Malformed if it is no checkpoint.
Result<VerifiedCheckpoint> check_checkpoint(Bytes note, const NoteKey& log);

// The same for Rekor v1, whose key has no name of its own: key ids are cut from the SHA-256 of the
// SubjectPublicKeyInfo, and the origin is the name on the signature line, " - ", and a tree id.
Result<VerifiedCheckpoint> check_rekor_v1_checkpoint(Bytes note, const PublicKey& log);

}  // namespace boltseal
