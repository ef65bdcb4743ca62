#include "transparency/head_signer.h"

namespace boltseal {

Result<NoteKey> log_note_key(const std::string& origin, const PublicKey& key) {
    if (key.type() != KeyType::Ed25519) {
        return Error(Fault::Config, "the log's key is not an Ed25519 key");
    }
    if (auto named = check_note_name(origin); !named) {
        return std::move(named).error().as(Fault::Config).context("origin of the log");
    }
    return NoteKey{origin, NoteSignatureType::Ed25519, key};
}

Result<VerifiedCheckpoint> HeadSigner::resume(const std::string& note) {
    BOLTSEAL_TRY(VerifiedCheckpoint ours, check_checkpoint(as_bytes(note), key_));
    last_ = ours.head();
    return ours;
}

Result<VerifiedCheckpoint> HeadSigner::sign(const TreeHead& head) {
    if (last_ && head.size < last_->size) {
        return Error(Fault::Untrusted, "refusing to sign a head smaller than the last one");
    }
    if (last_ && head.size == last_->size && head.root != last_->root) {
        return Error(Fault::Untrusted, "refusing to sign a second root for one size");
    }
    last_ = head;  // before there is a signature: one that got lost still counts
    const std::string text = to_string(Checkpoint{key_.name, head, {}});
    BOLTSEAL_TRY(Buffer signature, signer_.sign(as_bytes(text)));
    const Note note{text, {NoteSignature{key_.name, key_.id(), std::move(signature)}}};
    return check_checkpoint(as_bytes(to_string(note)), key_);
}

}  // namespace boltseal
