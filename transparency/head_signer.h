// Signs the heads of one log, and none that contradicts what it has signed before.
#pragma once

#include "sign/signer.h"
#include "transparency/storage.h"
#include "verify/checkpoint.h"

#include <optional>

namespace boltseal {

// The vkey of a log: its origin and its Ed25519 key. Config for other keys or a bad origin.
Result<NoteKey> log_note_key(const std::string& origin, const PublicKey& key);

// Not for use from two threads at once.
class HeadSigner {
public:
    virtual ~HeadSigner() = default;

    virtual const NoteKey& key() const = 0;

    // What was signed last, perhaps by an earlier process. Missing if nothing was.
    virtual Result<VerifiedCheckpoint> last() = 0;

    // The signer has made the new head durable before its signature is returned. Untrusted unless
    // `proof` shows that it continues the last one; the first is of the empty tree. The last head
    // again is answered as the first time.
    virtual Result<VerifiedCheckpoint> sign(const TreeHead& head,
                                            const ConsistencyProof& proof) = 0;
};

// With the key in this process. What was signed last is what the store has.
class LocalHeadSigner : public HeadSigner {
public:
    // REQUIRES: key.key is the public half of `signer`; both it and the store must outlive this
    LocalHeadSigner(Signer& signer, NoteKey key, HeadStore& heads)
        : signer_(signer), key_(std::move(key)), heads_(heads) {}

    const NoteKey& key() const override { return key_; }
    Result<VerifiedCheckpoint> last() override;
    Result<VerifiedCheckpoint> sign(const TreeHead& head, const ConsistencyProof& proof) override;

private:
    Result<VerifiedCheckpoint> make_checkpoint(const TreeHead& head);

    Signer& signer_;
    NoteKey key_;
    HeadStore& heads_;
    std::optional<VerifiedCheckpoint> last_;  // so that a signature is not verified twice
};

}  // namespace boltseal
