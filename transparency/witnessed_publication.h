// Shows readers only what the witnesses have cosigned: a Publication in front of another.
// specs/witness.md#the-log
//
// A cosigned checkpoint is durable here before anybody sees it. So a log that comes back while its
// witnesses are away shows what it has shown before, and nothing older.
#pragma once

#include "transparency/publication.h"
#include "transparency/storage.h"
#include "transparency/witness_client.h"

#include <memory>
#include <mutex>

namespace boltseal {

class WitnessedPublication : public Publication {
public:
    // `shown` keeps the newest cosigned checkpoint. `next` must outlive this.
    WitnessedPublication(WitnessClient client, std::unique_ptr<HeadStore> shown, Publication& next)
        : client_(std::move(client)), shown_(std::move(shown)), next_(next) {}

    void proofs_from(ProveConsistency prove) override { prove_ = std::move(prove); }
    // The larger of what was shown here and there.
    Result<std::optional<std::string>> last() override;
    // Declined if the witnesses lack, after their patience (witness_client.h).
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override;
    Result<void> settle() override;

private:
    std::mutex asking_;  // guards the client; held by publish while it waits for the quorum
    WitnessClient client_;
    std::unique_ptr<HeadStore> shown_;
    Publication& next_;
    ProveConsistency prove_;
};

}  // namespace boltseal
