#include "transparency/witness.h"

#include "core/encoding.h"
#include "sign/cosign.h"

#include <algorithm>

namespace boltseal {

namespace {

// With its lines, by four keys of the log and by us, it still fits into kMaxHeadNote.
constexpr std::size_t kMaxCheckpoint = 1280;

Result<TreeHead> head_of(const std::optional<std::string>& newest) {
    if (!newest) return TreeHead{0, hash_empty()};
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(*newest)));
    BOLTSEAL_TRY(const Checkpoint checkpoint, parse_checkpoint(note.text));
    return checkpoint.head;
}

// The lines of others say nothing to those who ask us.
Note keep(const Note& note, const std::vector<NoteSigner>& signers, NoteSignature ours) {
    Note kept{note.text, {}};
    for (const NoteSignature& line : note.signatures) {
        const auto by = [&](const NoteSigner& signer) {
            return signer.key.name == line.name && signer.key.id() == line.key_id;
        };
        const auto same = [&](const NoteSignature& other) {
            return other.name == line.name && other.key_id == line.key_id;
        };
        if (!std::ranges::any_of(signers, by)) continue;
        if (std::ranges::none_of(kept.signatures, same)) kept.signatures.push_back(line);
    }
    kept.signatures.push_back(std::move(ours));
    return kept;
}

ApiResponse refusal(int status, const std::string& why) {
    return text_response(status, why + '\n');
}

ApiResponse conflict(std::uint64_t last_size) {
    ApiResponse response = text_response(409, print_tree_size(last_size));
    response.content_type = kTreeSizeType;
    return response;
}

// After an error of the store nobody knows what the disk has: until a restart nothing is signed.
ApiResponse cannot_keep() {
    return refusal(500, "the witness cannot keep what it signs");
}

}  // namespace

struct WitnessService::Log {
    std::vector<NoteKey> keys;
    std::string hash;  // of the origin, in hex
    std::mutex mutex;  // guards the store: held from the comparison until the new head is durable
    std::unique_ptr<HeadStore> newest;
};

WitnessService::WitnessService(Signer& signer, NoteKey key, Clock clock)
    : signer_(signer), key_(std::move(key)), clock_(std::move(clock)) {}

WitnessService::~WitnessService() = default;

Result<void> WitnessService::watch(const std::string& origin, std::vector<NoteKey> keys,
                                   std::unique_ptr<HeadStore> newest) {
    BOLTSEAL_TRY(const std::optional<std::string> last, newest->load());
    if (last) {
        const auto note = parse_note(as_bytes(*last));
        const auto checkpoint =
            note ? parse_checkpoint(note->text) : Result<Checkpoint>(note.error());
        if (!checkpoint || checkpoint->origin != origin || !check_note(*note, {key_})) {
            return Error(Fault::Integrity,
                         "what was cosigned last for '" + origin + "' is not by this witness");
        }
    }
    auto log = std::make_unique<Log>();
    log->keys = std::move(keys);
    log->hash = to_hex(sha256({as_bytes(origin)}));
    log->newest = std::move(newest);
    logs_[origin] = std::move(log);
    return {};
}

ApiResponse WitnessService::handle(const ApiRequest& request) {
    if (request.path == kAddCheckpointPath) {
        if (request.method != "POST") return method_not_allowed("POST");
        return add_checkpoint(request.body);
    }
    ApiResponse response = read(request.path);
    const bool reads = request.method == "GET" || request.method == "HEAD";
    return reads || response.status == 404 ? response : method_not_allowed("GET, HEAD");
}

struct WitnessService::Asked {
    AddCheckpoint request;
    Note note;
    Checkpoint checkpoint;
};

Result<WitnessService::Asked> WitnessService::parse(Bytes body) {
    Asked asked;
    BOLTSEAL_TRY(asked.request, parse_add_checkpoint(body));
    BOLTSEAL_TRY(asked.note, parse_note(as_bytes(asked.request.note)));
    BOLTSEAL_TRY(asked.checkpoint, parse_checkpoint(asked.note.text));
    if (asked.note.text.size() <= kMaxCheckpoint) return asked;
    return Error(Fault::Malformed, "checkpoint is larger than 1280 bytes");
}

// In the order of c2sp.org/tlog-witness#add-checkpoint.
ApiResponse WitnessService::add_checkpoint(Bytes body) {
    const auto asked = parse(body);
    if (!asked) return refusal(400, asked.error().message());
    const Checkpoint& checkpoint = asked->checkpoint;
    const auto log = logs_.find(checkpoint.origin);
    if (log == logs_.end()) {
        return refusal(404, "log " + printable(checkpoint.origin) + " is not watched");
    }
    const auto signers = check_note(asked->note, log->second->keys);
    if (!signers) return refusal(403, signers.error().message());
    if (asked->request.old_size > checkpoint.head.size) {
        return refusal(400, "old size is larger than the checkpoint's");
    }
    return advance(*log->second, *asked, *signers);
}

// One step for everybody else: what is compared is what is replaced, and it is durable before
// anybody has our word.
ApiResponse WitnessService::advance(Log& log, const Asked& asked,
                                    const std::vector<NoteSigner>& signers) {
    const std::lock_guard guard(log.mutex);
    const auto newest = log.newest->load();
    if (!newest) return cannot_keep();
    const auto last = head_of(*newest);
    if (!last) return cannot_keep();
    if (asked.request.old_size != last->size) return conflict(last->size);
    const auto continues = check_consistency(*last, asked.checkpoint.head, asked.request.proof);
    if (!continues) return refusal(422, continues.error().message());
    const auto line = sign(asked.note.text);
    if (!line) return refusal(500, line.error().message());
    const std::string kept = to_string(keep(asked.note, signers, *line));
    if (!log.newest->advance(*newest, kept)) return cannot_keep();
    return text_response(200, to_string(*line));
}

Result<NoteSignature> WitnessService::sign(const std::string& text) {
    const std::lock_guard guard(signing_);
    return cosign(signer_, key_, text, clock_());
}

ApiResponse WitnessService::read(std::string_view path) {
    if (path == "/healthz") return text_response(200, "ok\n");
    for (const auto& [origin, log] : logs_) {
        if (path != "/" + log->hash + "/checkpoint") continue;
        const std::lock_guard guard(log->mutex);
        const auto newest = log->newest->load();
        if (!newest) return cannot_keep();
        if (!*newest) return refusal(404, "nothing was cosigned yet");
        ApiResponse response = text_response(200, **newest);
        response.cache_control = "no-cache";
        return response;
    }
    return refusal(404, "not found");
}

}  // namespace boltseal
