// Gives entries their places in the log: the one writer. Entries that arrive together form one
// batch; the next batch starts when the last one is durable and published.
//
// The order of one batch: entry bundles and tiles, read back, sign, advance the head, answer.
// Whatever dies in between can be repeated. After any error nothing is accepted or signed any more
// until a new Sequencer has started from what the stores have: fsync errors are not retried.
#pragma once

#include "transparency/head_signer.h"
#include "transparency/index.h"
#include "transparency/storage.h"
#include "transparency/tile_builder.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace boltseal {

struct SequencerLimits {
    std::size_t max_queued = 4096;  // entries that wait for their batch
    std::size_t max_queued_bytes = std::size_t{64} << 20;
    std::size_t max_batch = 1024;
};

// An entry that is durable, in the tree of this checkpoint, and proved to be.
struct Sequenced {
    bool is_new = false;  // false: the same bytes were in the log before
    InclusionProof proof;
    VerifiedCheckpoint checkpoint;
};

class Sequencer {
public:
    using OnFailure = std::function<void(const Error&)>;  // called once, from the writer's thread

    // Verifies the head that the store has, that it is ours, and that all stored entries and the
    // tiles of the right edge hash to it. Missing if the log was never initialised. The stores
    // must outlive the sequencer.
    static Result<std::unique_ptr<Sequencer>> start(ObjectStore& objects, HeadStore& heads,
                                                    HeadSigner signer,
                                                    const SequencerLimits& limits = {},
                                                    OnFailure on_failure = {});
    ~Sequencer();  // finishes the entries that wait
    Sequencer(const Sequencer&) = delete;
    Sequencer& operator=(const Sequencer&) = delete;

    // Waits until the entry is in a published checkpoint. Malformed if it is too large, Declined
    // if too many wait already, Io once the log has stopped. Safe from many threads.
    Result<Sequenced> append(Buffer entry);

    VerifiedCheckpoint published() const;
    Result<void> check_ready() const;  // Io, with the reason, once the log has stopped

private:
    struct Pending {
        Buffer entry;
        TreeHash leaf;
        std::uint64_t index = 0;
        bool is_new = false;
        std::promise<Result<Sequenced>> answer;
    };
    using Batch = std::vector<Pending>;

    Sequencer(ObjectStore& objects, HeadStore& heads, HeadSigner signer, VerifiedCheckpoint head,
              const SequencerLimits& limits, OnFailure on_failure);
    void run();
    Batch next_batch();  // empty when it is time to stop
    Result<void> commit(Batch& batch);
    Result<void> place(Batch& batch);
    Result<void> store(const TileObject& object);
    Result<void> publish();
    Result<std::vector<Sequenced>> prove(const Batch& batch);
    void fail(const Error& error);

    ObjectStore& objects_;
    HeadStore& heads_;
    const SequencerLimits limits_;
    const OnFailure on_failure_;

    // The writer's own, touched by no other thread once it runs.
    HeadSigner signer_;
    TileBuilder builder_;
    LeafIndex index_;

    // Guards everything below; held for no I/O.
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Pending> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;
    std::optional<Error> failure_;
    VerifiedCheckpoint published_;

    std::thread writer_;
};

}  // namespace boltseal
