#include "verify/note.h"

#include "core/encoding.h"
#include "verify/cosignature.h"
#include "verify/signature.h"

#include <algorithm>
#include <limits>

namespace boltseal {

namespace {

constexpr std::size_t kMaxNoteSignatures = 100;
constexpr std::size_t kMaxSignature = std::size_t{8} << 10;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kCosignature = 8 + 64;
constexpr std::size_t kMlDsaCosignature = 8 + 2420;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space

Error bad_note(const char* why) {
    return Error(Fault::Malformed, why);
}

// The code points with the property White_Space (Unicode 15) beyond ASCII, in UTF-8.
constexpr std::string_view kSpaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool has_space(std::string_view text) {
    if (std::ranges::any_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); })) {
        return true;
    }
    return std::ranges::any_of(kSpaces, [&](std::string_view space) {
        return text.find(space) != std::string_view::npos;
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

// What the key id is a hash of, c2sp.org/signed-note#signatures: for ECDSA the key alone.
std::array<std::uint8_t, 32> id_hash(const NoteKey& key) {
    if (key.type == NoteSignatureType::Ecdsa) return sha256({key.key.spki()});
    const std::uint8_t separator_and_type[] = {'\n', static_cast<std::uint8_t>(key.type)};
    return sha256({as_bytes(key.name), separator_and_type, key.key.ed25519()});
}

Result<PublicKey> parse_note_key(std::uint8_t type, Bytes bytes) {
    switch (static_cast<NoteSignatureType>(type)) {
        case NoteSignatureType::Ed25519:
        case NoteSignatureType::Ed25519Cosignature:
            return ed25519_public_key(bytes);
        case NoteSignatureType::Ecdsa: {
            BOLTSEAL_TRY(PublicKey key, parse_public_key_der(bytes));
            if (key.type() == KeyType::Ed25519 || key.type() == KeyType::Rsa) {
                return bad_note("vkey: not an ECDSA key");
            }
            return key;
        }
    }
    return bad_note("vkey: unknown signature type");
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(kDash)) {
        return bad_note("note: signature line does not start with a dash");
    }
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return bad_note("note: signature line without signature");
    NoteSignature signature;
    signature.name = line.substr(0, space);
    BOLTSEAL_CHECK(check_note_name(signature.name));
    BOLTSEAL_TRY(const Buffer bytes, parse_base64(line.substr(space + 1)));
    if (bytes.size() <= kIdSize) return bad_note("note: signature is too short");
    if (bytes.size() > kIdSize + kMaxSignature) return bad_note("note: signature is too long");
    std::copy_n(bytes.begin(), kIdSize, signature.key_id.begin());
    signature.signature.assign(bytes.begin() + kIdSize, bytes.end());
    return signature;
}

// c2sp.org/tlog-cosignature#format: POSIX seconds in 63 bits.
Result<Timestamp> take_time(Reader& reader) {
    BOLTSEAL_TRY(const std::uint64_t seconds, reader.u64());
    if (seconds > std::numeric_limits<std::int64_t>::max()) {
        return bad_note("note: time is too large");
    }
    return Timestamp{static_cast<std::int64_t>(seconds)};
}

// The time stands in front of the signature, and of what it is over.
Result<NoteSigner> check_cosignature(const Note& note, const NoteKey& key, Bytes signature) {
    Reader reader(signature);
    BOLTSEAL_TRY(const Timestamp time, take_time(reader));
    const std::string message = cosignature_message(note.text, time);
    BOLTSEAL_CHECK(
        check_signature(key.key, SignatureAlgorithm::Ed25519, as_bytes(message), reader.rest()));
    return NoteSigner{key, time};
}

Result<NoteSigner> check_line(const Note& note, const NoteKey& key, const NoteSignature& line) {
    if (key.type == NoteSignatureType::Ed25519Cosignature) {
        return check_cosignature(note, key, line.signature);
    }
    BOLTSEAL_CHECK(
        check_signature(key.key, default_algorithm(key.key), as_bytes(note.text), line.signature));
    return NoteSigner{key, std::nullopt};
}

std::string short_id(const NoteKeyId& id) {
    return " (key id " + to_hex(id) + ")";
}

std::string names_of(const std::vector<NoteKey>& keys) {
    std::string text;
    for (const NoteKey& key : keys) {
        text += (text.empty() ? "signed by " : " or ") + printable(key.name) + short_id(key.id());
    }
    return text;
}

// Those that a person will read.
std::string names_of(const std::vector<NoteSignature>& lines) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (const NoteSignature& line : lines) {
        if (&line - lines.data() == kMost) return text + ", ...";
        text += (text.empty() ? "signed by " : ", ") + printable(line.name) + short_id(line.key_id);
    }
    return text;
}

void count_once(std::vector<NoteSigner>& signers, NoteSigner signer) {
    const auto same = std::ranges::find_if(
        signers, [&](const NoteSigner& other) { return other.key.key == signer.key.key; });
    if (same == signers.end()) {
        signers.push_back(std::move(signer));
    } else if (signer.time > same->time) {
        *same = std::move(signer);
    }
}

}  // namespace

NoteKeyId NoteKey::id() const {
    NoteKeyId id;
    std::copy_n(id_hash(*this).begin(), kIdSize, id.begin());
    return id;
}

LogId NoteKey::log_id() const {
    return LogId(id_hash(*this));
}

Result<void> check_note_name(std::string_view name) {
    if (name.empty()) return bad_note("note: name is empty");
    if (name.size() > kMaxName) return bad_note("note: name is longer than 255 bytes");
    if (!is_utf8(as_bytes(name)) || has_control(name) || has_space(name) ||
        name.find('+') != std::string_view::npos) {
        return bad_note("note: name has a space, a '+' or a control character");
    }
    return {};
}

Result<NoteKey> parse_vkey(std::string_view vkey) {
    if (vkey.size() > kMaxSignature) return bad_note("vkey: too long");
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos) return bad_note("vkey: not of the form name+hash+key");
    const std::string_view name = vkey.substr(0, first);
    BOLTSEAL_CHECK(check_note_name(name));
    BOLTSEAL_TRY(const Buffer claimed_id, parse_hex(vkey.substr(first + 1, second - first - 1)));
    BOLTSEAL_TRY(const Buffer bytes, parse_base64(vkey.substr(second + 1)));
    if (bytes.empty()) return bad_note("vkey: no key");
    BOLTSEAL_TRY(PublicKey public_key, parse_note_key(bytes[0], Bytes(bytes).subspan(1)));
    NoteKey key{std::string(name), static_cast<NoteSignatureType>(bytes[0]), std::move(public_key)};
    if (!equal(key.id(), claimed_id)) return bad_note("vkey: hash does not fit name and key");
    return key;
}

std::string to_vkey(const NoteKey& key) {
    Writer bytes;
    bytes.u8(static_cast<std::uint8_t>(key.type));
    bytes.put(key.type == NoteSignatureType::Ecdsa ? key.key.spki() : key.key.ed25519());
    return key.name + '+' + to_hex(key.id()) + '+' + to_base64(bytes.bytes());
}

Result<Note> parse_note(Bytes bytes) {
    if (bytes.size() > kMaxNote) return bad_note("note: larger than 1 MiB");
    const std::string_view all = as_text(bytes);
    if (!is_utf8(bytes) || has_control(all)) return bad_note("note: not plain UTF-8 text");
    const std::size_t split = all.rfind("\n\n");
    if (split == std::string_view::npos) {
        return bad_note("note: no empty line before the signatures");
    }
    Note note;
    note.text = all.substr(0, split + 1);
    std::string_view lines = all.substr(split + 2);
    if (lines.empty()) return bad_note("note: no signatures");
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        if (end == std::string_view::npos) return bad_note("note: last line has no end");
        if (note.signatures.size() == kMaxNoteSignatures) {
            return bad_note("note: more than 100 signatures");
        }
        BOLTSEAL_TRY(NoteSignature signature, parse_signature_line(lines.substr(0, end)));
        note.signatures.push_back(std::move(signature));
        lines.remove_prefix(end + 1);
    }
    return note;
}

std::string to_string(const NoteSignature& signature) {
    Writer bytes;
    bytes.put(Bytes(signature.key_id)).put(signature.signature);
    return std::string(kDash) + signature.name + ' ' + to_base64(bytes.bytes()) + '\n';
}

std::string to_string(const Note& note) {
    std::string text = note.text + '\n';
    for (const NoteSignature& signature : note.signatures) text += to_string(signature);
    return text;
}

Result<std::vector<NoteSigner>> find_signers(const Note& note, const std::vector<NoteKey>& known) {
    std::vector<NoteSigner> signers;
    for (const NoteSignature& line : note.signatures) {
        for (const NoteKey& key : known) {
            if (key.name != line.name || key.id() != line.key_id) continue;
            auto signer = check_line(note, key, line);
            if (!signer) {
                return Error(Fault::Untrusted,
                             "note: signature by '" + key.name + "' does not verify");
            }
            count_once(signers, *std::move(signer));
        }
    }
    return signers;
}

Result<std::vector<NoteSigner>> check_note(const Note& note, const std::vector<NoteKey>& known) {
    BOLTSEAL_TRY(auto signers, find_signers(note, known));
    if (!signers.empty()) return signers;
    return Error(Fault::Untrusted, "note: not signed by any known key")
        .comparing(names_of(known), names_of(note.signatures));
}

std::optional<Timestamp> claimed_time(const NoteSignature& line) {
    if (line.signature.size() != kCosignature && line.signature.size() != kMlDsaCosignature) {
        return std::nullopt;
    }
    if (line.signature[0] != 0) return std::nullopt;  // ECDSA, which begins with 0x30
    Reader reader(line.signature);
    const auto time = take_time(reader);
    if (!time || time->seconds == 0) return std::nullopt;
    return *time;
}

}  // namespace boltseal
