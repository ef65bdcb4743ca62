// Gives entries their places in the log: the one writer. specs/log-storage.md#commit
//
// Entries that arrive together form one batch. A batch goes through two threads: the committer
// gives places and makes the batch durable with one write to the journal, the publisher has the
// newest head signed and published, for all batches that are durable by then, and answers. Tiles
// follow behind (tile_writer.h): until they are durable, the journal has what they will hold.
//
// A publication may decline to show a head yet, because witnesses lack. Then everybody who waits is
// told so, nothing more is accepted, and the head is tried again until it is shown.
//
// After any other error nothing is accepted or signed any more until a new Sequencer has started
// from what the stores have: writes that failed are not tried again.
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
    // Declined if too many wait already or nothing can be published, Io once the log has stopped.
    // Safe from many threads.
    Result<void> submit(std::vector<Buffer> entries, WhenSequenced done);

    // The same, and waits.
    Result<Sequenced> append(std::vector<Buffer> entries);
    Result<Sequenced> append(Buffer entry);

    std::shared_ptr<const VerifiedCheckpoint> published() const;
    // Where this leaf stands first, if the published checkpoint covers it. From any thread.
    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) const;
    Result<void> check_ready() const;  // Io, with the reason, once the log has stopped
    // The same, and Declined, with the reason, while nothing can be published.
    Result<void> check_taking() const;
    std::size_t waiting() const { return queue_.waiting(); }  // entries that have no place yet
    void fail(const Error& error);   // for who finds out that something is wrong
    LogTail& log() { return log_; }  // what is published, and more: see is_covered in tile.h

private:
    struct Batch {
        std::vector<Submission> submissions;
        TreeHead head = {};                 // of the tree with it
        std::optional<Error> refusal = {};  // why its entries got no places
    };

    Sequencer(const LogParts& parts, const SequencerLimits& limits, OnFailure on_failure);
    Result<void> recover();
    Result<void> show_newest();
    Result<void> publish(const TreeHead& head);
    void show(VerifiedCheckpoint checkpoint);
    void put_off(const Error& reason);
    void start_threads(std::uint64_t stored);

    void run_committer();
    Result<void> commit(Batch& batch);
    Result<void> place(Submission& submission, std::uint64_t size, Buffer& fresh,
                       std::vector<TreeHash>& leaves);
    Result<void> write(std::uint64_t first, Bytes fresh, const std::vector<TreeHash>& leaves);

    void run_publisher();
    std::optional<std::vector<Batch>> take_committed();
    void answer(std::vector<Batch>& batches);

    LogParts parts_;
    const OnFailure on_failure_;
    CommitQueue queue_;
    LogTail log_;
    TileWriter tiles_;
    std::optional<VerifiedCheckpoint> signed_;  // the publisher's; may be newer than what is shown
    TreeHead due_;                              // the publisher's: what is to be shown next

    // Guards everything below; held for no I/O.
    mutable std::mutex mutex_;
    std::condition_variable committed_changed_;
    std::vector<Batch> committed_;
    bool committer_ended_ = false;
    std::optional<Error> failure_;
    std::optional<Error> delay_;                           // why the newest head is not shown yet
    std::shared_ptr<const VerifiedCheckpoint> published_;  // shared with answers: sequenced.h

    std::thread committer_;
    std::thread publisher_;
};

}  // namespace boltseal
