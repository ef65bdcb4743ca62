// Signed notes: a text and lines of signatures under it. c2sp.org/signed-note@v1.0.0
#pragma once

#include "verify/public_key.h"

#include <array>

namespace boltseal {

// What a signature line says it is made with; the names are ours, the values the specification's.
enum class NoteSignatureType : std::uint8_t {
    Ed25519 = 0x01,
    Ecdsa = 0x02,
    Ed25519Cosignature = 0x04,
};

using NoteKeyId = std::array<std::uint8_t, 4>;

// A key that may sign notes under a name. Its text form is the vkey, "name+hash+base64".
struct NoteKey {
    std::string name;
    NoteSignatureType type = NoteSignatureType::Ed25519;
    PublicKey key;

    NoteKeyId id() const;
    // The full SHA-256 that id() is cut from; Rekor v2 and Sigstore's trusted root call it the log
    // id.
    LogId log_id() const;
    bool operator==(const NoteKey&) const = default;
};

Result<NoteKey> parse_vkey(std::string_view vkey);  // types 01, 02 and 04; no line end
std::string to_vkey(const NoteKey& key);

// A name may not be empty, hold Unicode spaces or '+', nor be longer than 255 bytes.
Result<void> check_note_name(std::string_view name);

struct NoteSignature {
    std::string name;
    NoteKeyId key_id{};
    Buffer signature;  // without the key id; at most 8 KiB
};

// Parsed, and nothing more: no signature has been checked.
struct Note {
    std::string text;  // with its final newline, without the empty line that ends it
    std::vector<NoteSignature> signatures;
};

// Limits: 1 MiB, 1 to 100 signatures. What parses prints back to the same bytes.
Result<Note> parse_note(Bytes bytes);
std::string to_string(const Note& note);
std::string to_string(const NoteSignature& signature);  // the line, with its newline

// The keys of `known` that signed the note. Untrusted if a line with a known name and key id does
// not verify, or if there is no line by any of them. Lines by others are ignored. Each key counts
// once. A cosignature (type 04) verifies over the text with its own time in front of it.
Result<std::vector<NoteKey>> check_note(const Note& note, const std::vector<NoteKey>& known);

}  // namespace boltseal
