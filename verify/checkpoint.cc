#include "verify/checkpoint.h"

#include "core/encoding.h"
#include "verify/signature.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxOrigin = 255;

Error bad_checkpoint(const char* why) {
    return Error(Fault::Malformed, why);
}

// Cuts the first line off; Malformed if there is no complete one.
Result<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad_checkpoint("checkpoint: ends too early");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

Result<std::uint64_t> parse_size(std::string_view line) {
    std::uint64_t size = 0;
    const auto end = std::from_chars(line.data(), line.data() + line.size(), size);
    if (end.ec != std::errc() || end.ptr != line.data() + line.size() ||
        std::to_string(size) != line) {
        return bad_checkpoint("checkpoint: size is not a decimal number");
    }
    return size;
}

// Rekor v1 hashes with SHA-256 whatever the curve, as other old clients do.
bool is_by(const PublicKey& log, Bytes text, Bytes signature) {
    const auto algorithms = accepted_algorithms(log);
    return std::ranges::any_of(algorithms, [&](SignatureAlgorithm algorithm) {
        return check_signature(log, algorithm, text, signature).has_value();
    });
}

}  // namespace

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    Checkpoint checkpoint;
    BOLTSEAL_TRY(const std::string_view origin, take_line(text));
    if (origin.empty()) return bad_checkpoint("checkpoint: origin is empty");
    if (origin.size() > kMaxOrigin) {
        return bad_checkpoint("checkpoint: origin is longer than 255 bytes");
    }
    checkpoint.origin = origin;
    BOLTSEAL_TRY(const std::string_view size, take_line(text));
    BOLTSEAL_TRY(checkpoint.head.size, parse_size(size));
    BOLTSEAL_TRY(const std::string_view root, take_line(text));
    const auto hash = parse_base64(root);
    if (!hash || hash->size() != TreeHash::kSize) {
        return bad_checkpoint("checkpoint: root is not the base64 of 32 bytes");
    }
    BOLTSEAL_TRY(checkpoint.head.root, TreeHash::from(*hash));
    while (!text.empty()) {
        BOLTSEAL_TRY(const std::string_view line, take_line(text));
        if (line.empty()) return bad_checkpoint("checkpoint: extension line is empty");
        checkpoint.extensions.emplace_back(line);
    }
    return checkpoint;
}

std::string to_string(const Checkpoint& checkpoint) {
    std::string text = checkpoint.origin + '\n' + std::to_string(checkpoint.head.size) + '\n' +
                       to_base64(checkpoint.head.root.bytes()) + '\n';
    for (const std::string& line : checkpoint.extensions) text += line + '\n';
    return text;
}

Result<VerifiedCheckpoint> check_checkpoint(Bytes note, const NoteKey& log) {
    BOLTSEAL_TRY(const Note parsed, parse_note(note));
    BOLTSEAL_TRY(Checkpoint checkpoint, parse_checkpoint(parsed.text));
    if (checkpoint.origin != log.name) {
        return Error(Fault::Untrusted, "checkpoint is of log " + printable(checkpoint.origin) +
                                           ", expected '" + log.name + "'")
            .comparing(printable(log.name, kInFull), printable(checkpoint.origin, kInFull));
    }
    if (log.type == NoteSignatureType::Ed25519Cosignature) {
        return Error(Fault::Untrusted, "a witness key cannot speak for a log");
    }
    BOLTSEAL_TRY(const auto signers, check_note(parsed, {log}));
    return VerifiedCheckpoint(std::move(checkpoint), std::string(as_text(note)));
}

Result<VerifiedCheckpoint> check_rekor_v1_checkpoint(Bytes note, const PublicKey& log) {
    BOLTSEAL_TRY(const Note parsed, parse_note(note));
    BOLTSEAL_TRY(Checkpoint checkpoint, parse_checkpoint(parsed.text));
    const auto id = sha256({log.spki()});
    bool signed_by_log = false;
    for (const NoteSignature& line : parsed.signatures) {
        if (!equal(line.key_id, Bytes(id).first(line.key_id.size()))) continue;
        if (!is_by(log, as_bytes(parsed.text), line.signature)) {
            return Error(Fault::Untrusted,
                         "note: signature by " + printable(line.name) + " does not verify");
        }
        if (!checkpoint.origin.starts_with(line.name + " - ")) {
            return Error(Fault::Untrusted, "checkpoint is of log " + printable(checkpoint.origin) +
                                               ", expected one of " + printable(line.name))
                .comparing("a log of " + printable(line.name, kInFull),
                           printable(checkpoint.origin, kInFull));
        }
        signed_by_log = true;
    }
    if (!signed_by_log) {
        return Error(Fault::Untrusted, "note: not signed by any known key")
            .comparing("signed by the log (key id " + to_hex(Bytes(id).first(4)) + ")",
                       "signed by " + printable(parsed.signatures.front().name) + " (key id " +
                           to_hex(parsed.signatures.front().key_id) + ")");
    }
    return VerifiedCheckpoint(std::move(checkpoint), std::string(as_text(note)));
}

}  // namespace boltseal
