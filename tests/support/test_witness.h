// Witnesses for tests, with real keys: they cosign whatever they are asked to.
#pragma once

#include "tests/support/test_keys.h"
#include "verify/note.h"

namespace boltseal::test {

class TestWitness {
public:
    explicit TestWitness(std::string name)
        : signer_(new_signer(KeyType::Ed25519)),
          key_{std::move(name), NoteSignatureType::Ed25519Cosignature, signer_->public_key()} {}

    const NoteKey& key() const { return key_; }

    // c2sp.org/tlog-cosignature: the time in front of what is signed and of the signature.
    NoteSignature sign(const std::string& text, std::uint64_t time) const {
        const std::string message = "cosignature/v1\ntime " + std::to_string(time) + "\n" + text;
        Writer bytes;
        bytes.u64(time).put(signer_->sign(as_bytes(message)).value());
        return {key_.name, key_.id(), std::move(bytes).take()};
    }

    // The note with one more line.
    std::string cosign(const std::string& note, std::uint64_t time = 1'750'000'000) const {
        return note + to_string(sign(parse_note(as_bytes(note)).value().text, time));
    }

private:
    std::unique_ptr<Signer> signer_;
    NoteKey key_;
};

}  // namespace boltseal::test
