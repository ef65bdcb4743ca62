// Gives entries their places in the log: the one writer. specs/log-storage.md#commit
//
// Entries that arrive together form one batch. A batch goes through two threads: the committer
// gives places and makes the batch durable with one write to the journal, the publisher has the
// newest head signed and published, for all batches that are durable by then, and answers. Tiles
// follow behind (tile_writer.h): until they are durable, the journal has what they will hold.
//
// After any error nothing is accepted or signed any more until a new Sequencer has started from
// what the stores have: writes that failed are not tried again.
#pragma once

#include "transparency/commit_queue.h"
#include "transparency/head_signer.h"
#include "transparency/index.h"
#include "transparency/log_tail.h"
#include "transparency/publication.h"
#include "transparency/tile_writer.h"

#include <optional>
#include <thread>

namespace boltseal {

// All must outlive the sequencer, which alone writes to them.
struct LogParts {
    ObjectStore& objects;
    Journal& journal;
    HeadSigner& signer;
    Publication& publication;
    LeafIndex& index;
};

struct SequencerLimits {
    QueueLimits queue = {};
    TileWriterLimits tiles = {};
};

class Sequencer {
public:
    using OnFailure = std::function<void(const Error&)>;  // called once, from any of its threads

    // Takes up the log as the last process has left it: journal, tiles and index are brought
    // together, and hashed up to the signed head. Missing if the log was never initialised,
    // Integrity if anything that was signed is not there.
    static Result<std::unique_ptr<Sequencer>> start(const LogParts& parts,
                                                    const SequencerLimits& limits = {},
                                                    OnFailure on_failure = {});
    ~Sequencer();  // stops
    Sequencer(const Sequencer&) = delete;
    Sequencer& operator=(const Sequencer&) = delete;

    // Finishes the entries that wait, and takes no more. What it has published can still be read.
    void stop();

    // `done` is told once all entries are in a published checkpoint, the same for all, or that the
    // log has stopped. If this returns an error it is not told: Malformed if an entry is too large,
    // Declined if too many wait already, Io once the log has stopped. Safe from many threads.
    Result<void> submit(std::vector<Buffer> entries, WhenSequenced done);

    // The same with one entry, and waits.
    Result<Sequenced> append(Buffer entry);

    std::shared_ptr<const VerifiedCheckpoint> published() const;
    // Where this leaf stands first, if the published checkpoint covers it. From any thread.
    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) const;
    Result<void> check_ready() const;  // Io, with the reason, once the log has stopped
    std::size_t waiting() const { return queue_.waiting(); }  // entries that have no place yet
    void fail(const Error& error);     // for who finds out that something is wrong
    LogTail& log() { return log_; }    // what is published, and more: see is_covered in tile.h

private:
    struct Batch {
        std::vector<Submission> submissions;
        TreeHead head;  // of the tree with it
    };

    Sequencer(const LogParts& parts, const SequencerLimits& limits, OnFailure on_failure);
    Result<void> recover();
    Result<void> publish(const TreeHead& head);
    void start_threads(std::uint64_t stored);

    void run_committer();
    Result<void> commit(Batch& batch);
    Result<void> place(Submission& submission, std::uint64_t size, Buffer& fresh,
                       std::vector<TreeHash>& leaves);
    Result<void> write(std::uint64_t first, Bytes fresh, const std::vector<TreeHash>& leaves);

    void run_publisher();
    void answer(std::vector<Batch>& batches, const Result<void>& published);

    LogParts parts_;
    const OnFailure on_failure_;
    CommitQueue queue_;
    LogTail log_;
    TileWriter tiles_;

    // Guards everything below; held for no I/O.
    mutable std::mutex mutex_;
    std::condition_variable committed_changed_;
    std::vector<Batch> committed_;
    bool committer_ended_ = false;
    std::optional<Error> failure_;
    std::shared_ptr<const VerifiedCheckpoint> published_;  // shared with answers: sequenced.h

    std::thread committer_;
    std::thread publisher_;
};

}  // namespace boltseal
