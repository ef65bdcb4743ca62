#include "sign/cosign.h"

#include "verify/cosignature.h"

namespace boltseal {

Result<NoteKey> witness_note_key(const std::string& name, const PublicKey& key) {
    if (key.type() != KeyType::Ed25519) {
        return Error(Fault::Config, "the witness's key is not an Ed25519 key");
    }
    if (auto named = check_note_name(name); !named) {
        return std::move(named).error().as(Fault::Config).context("name of the witness");
    }
    return NoteKey{name, NoteSignatureType::Ed25519Cosignature, key};
}

// Zero stands for "consistent, at no time in particular", which no witness says of a checkpoint.
Result<NoteSignature> cosign(Signer& signer, const NoteKey& key, const std::string& text,
                             Timestamp time) {
    if (time.seconds <= 0) return Error(Fault::Config, "the clock is not set");
    BOLTSEAL_TRY(const Buffer signature, signer.sign(as_bytes(cosignature_message(text, time)),
                                                     SignatureAlgorithm::Ed25519));
    Writer bytes;
    bytes.u64(static_cast<std::uint64_t>(time.seconds)).put(signature);
    NoteSignature line{key.name, key.id(), std::move(bytes).take()};
    BOLTSEAL_CHECK(check_note({text, {line}}, {key}));
    return line;
}

}  // namespace boltseal
