// Signed notes: a text and lines of signatures under it. c2sp.org/signed-note@v1.0.0
#pragma once

#include "core/time.h"
#include "verify/public_key.h"

#include <array>
#include <optional>

namespace boltseal {

inline constexpr std::size_t kMaxNote = std::size_t{1} << 20;  // no larger one is read

// What a signature line says it is made with; the names are ours, the values the specification's.
// Others, such as ML-DSA-44 cosignatures (0x06), are no keys here: lines by them are ignored.
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

// A key that signed, and for a cosignature (type 04) the time that was signed with the text.
struct NoteSigner {
    NoteKey key;
    std::optional<Timestamp> time;
    bool operator==(const NoteSigner&) const = default;
};

// The keys of `known` that signed the note, in the order of its lines. Untrusted if a line with a
// known name and key id does not verify. Lines by others are ignored. Each public key counts once,
// under whatever names, and of its cosignatures the latest. A cosignature verifies over the text
// with its own time in front of it.
Result<std::vector<NoteSigner>> find_signers(const Note& note, const std::vector<NoteKey>& known);

// The same, and Untrusted if there are none.
Result<std::vector<NoteSigner>> check_note(const Note& note, const std::vector<NoteKey>& known);

// The time that a line gives if it is a cosignature. Its form says so (72 bytes, or 2428 for
// ML-DSA-44), which proves nothing: for showing only.
std::optional<Timestamp> claimed_time(const NoteSignature& line);

}  // namespace boltseal
