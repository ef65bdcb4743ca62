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

Result<VerifiedCheckpoint> LocalHeadSigner::last() {
    BOLTSEAL_TRY(const std::optional<std::string> note, heads_.load());
    if (!note) return Error(Fault::Missing, "the log has no signed head");
    if (last_ && last_->note() == *note) return *last_;
    auto ours = check_checkpoint(as_bytes(*note), key_);
    if (!ours) return std::move(ours).error().context("newest head of the log");
    last_ = *ours;
    return ours;
}

Result<VerifiedCheckpoint> LocalHeadSigner::make_checkpoint(const TreeHead& head) {
    const std::string text = to_string(Checkpoint{key_.name, head, {}});
    BOLTSEAL_TRY(Buffer signature, signer_.sign(as_bytes(text)));
    const Note note{text, {NoteSignature{key_.name, key_.id(), std::move(signature)}}};
    return check_checkpoint(as_bytes(to_string(note)), key_);
}

Result<VerifiedCheckpoint> LocalHeadSigner::sign(const TreeHead& head,
                                                 const ConsistencyProof& proof) {
    auto last_signed = last();
    if (!last_signed && last_signed.error().fault() != Fault::Missing) return last_signed;
    std::optional<std::string> expected;
    if (last_signed) {
        if (auto consistent = check_consistency(last_signed->head(), head, proof); !consistent) {
            return std::move(consistent).error().context("refusing to sign");
        }
        if (head == last_signed->head()) return last_signed;
        expected = last_signed->note();
    } else if (head != TreeHead{0, hash_empty()}) {
        return Error(Fault::Untrusted, "refusing to sign: a log starts with the empty tree");
    }
    BOLTSEAL_TRY(VerifiedCheckpoint next, make_checkpoint(head));
    BOLTSEAL_CHECK(heads_.advance(expected, next.note()));
    last_ = next;
    return next;
}

}  // namespace boltseal
