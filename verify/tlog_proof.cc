#include "verify/tlog_proof.h"

#include "core/encoding.h"

#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxProof = std::size_t{2} << 20;
constexpr std::size_t kMaxProofLines = 64;  // no tree of 64-bit size is higher
constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

Error bad_tlog_proof(const char* why) {
    return Error(Fault::Malformed, std::string("tlog proof: ") + why);
}

Result<std::string_view> take_proof_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad_tlog_proof("ends too early");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

Result<std::uint64_t> parse_index(std::string_view line) {
    if (!line.starts_with(kIndex)) return bad_tlog_proof("no index line");
    line.remove_prefix(kIndex.size());
    std::uint64_t index = 0;
    const auto end = std::from_chars(line.data(), line.data() + line.size(), index);
    if (end.ec != std::errc() || std::to_string(index) != line) {
        return bad_tlog_proof("index is not a decimal number");
    }
    return index;
}

Result<Buffer> parse_extra(std::string_view line) {
    auto extra = parse_base64(line.substr(kExtra.size()));
    if (!extra || extra->empty()) return bad_tlog_proof("extra is not the base64 of something");
    return extra;
}

// Up to and with the empty line.
Result<std::vector<TreeHash>> take_hashes(std::string_view& text) {
    std::vector<TreeHash> hashes;
    while (true) {
        BOLTSEAL_TRY(const std::string_view line, take_proof_line(text));
        if (line.empty()) return hashes;
        if (hashes.size() == kMaxProofLines) return bad_tlog_proof("more than 64 hashes");
        const auto bytes = parse_base64(line);
        if (!bytes || bytes->size() != TreeHash::kSize) {
            return bad_tlog_proof("hash is not the base64 of 32 bytes");
        }
        BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(*bytes));
        hashes.push_back(hash);
    }
}

}  // namespace

Result<TlogProof> parse_tlog_proof(Bytes bytes) {
    if (bytes.size() > kMaxProof) return bad_tlog_proof("larger than 2 MiB");
    std::string_view text = as_text(bytes);
    BOLTSEAL_TRY(std::string_view line, take_proof_line(text));
    if (line != kFirstLine) return bad_tlog_proof("first line is not 'c2sp.org/tlog-proof@v1'");
    TlogProof proof;
    BOLTSEAL_TRY(line, take_proof_line(text));
    if (line.starts_with(kExtra)) {
        BOLTSEAL_TRY(proof.extra, parse_extra(line));
        BOLTSEAL_TRY(line, take_proof_line(text));
    }
    BOLTSEAL_TRY(proof.inclusion.index, parse_index(line));
    BOLTSEAL_TRY(proof.inclusion.path, take_hashes(text));
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(text)));
    BOLTSEAL_TRY(const Checkpoint checkpoint, parse_checkpoint(note.text));
    proof.checkpoint = text;
    return proof;
}

std::string to_string(const TlogProof& proof) {
    std::string text = std::string(kFirstLine) + '\n';
    if (!proof.extra.empty()) text += std::string(kExtra) + to_base64(proof.extra) + '\n';
    text += std::string(kIndex) + std::to_string(proof.inclusion.index) + '\n';
    for (const TreeHash& hash : proof.inclusion.path) text += to_base64(hash.bytes()) + '\n';
    return text + '\n' + proof.checkpoint;
}

Result<ProvedEntry> check_tlog_proof(const TlogProof& proof, const TreeHash& leaf,
                                     const NoteKey& log, const WitnessPolicy& witnesses) {
    BOLTSEAL_CHECK(check_independence(witnesses, log));
    auto checkpoint = check_checkpoint(as_bytes(proof.checkpoint), log);
    if (!checkpoint) return std::move(checkpoint).error().as(Fault::Untrusted);
    BOLTSEAL_TRY(auto cosigned, check_witnesses(*checkpoint, witnesses));
    BOLTSEAL_CHECK(check_inclusion(leaf, proof.inclusion, checkpoint->head()));
    return ProvedEntry{*std::move(checkpoint), std::move(cosigned)};
}

}  // namespace boltseal
