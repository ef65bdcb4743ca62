#include "transparency/sequencer.h"

#include <future>

namespace boltseal {

namespace {

Error stopped(const Error& reason) {
    return Error(Fault::Io, "the log has stopped until it is restarted: " + reason.message());
}

// What goes on without an exception's help: the threads end in order.
template <typename Work>
Result<void> guarded(Work work) {
    try {
        return work();
    } catch (const std::exception&) {  // out of memory, or a bug: no reason to go on
        return Error(Fault::Io, "internal error in the sequencer");
    }
}

}  // namespace

Sequencer::Sequencer(const LogParts& parts, const SequencerLimits& limits, OnFailure on_failure)
    : parts_(parts),
      on_failure_(std::move(on_failure)),
      queue_(limits.queue),
      log_(parts.objects),
      tiles_(log_, parts.objects, parts.journal, parts.publication, limits.tiles) {}

Sequencer::~Sequencer() {
    stop();
}

void Sequencer::stop() {
    queue_.close();
    if (committer_.joinable()) committer_.join();
    if (publisher_.joinable()) publisher_.join();
    tiles_.stop();
}

std::shared_ptr<const VerifiedCheckpoint> Sequencer::published() const {
    const std::lock_guard guard(mutex_);
    return published_;
}

Result<std::optional<std::uint64_t>> Sequencer::find(const TreeHash& leaf) const {
    BOLTSEAL_TRY(std::optional<std::uint64_t> index, parts_.index.look_up(leaf));
    if (index && *index >= published()->head().size) index.reset();
    return index;
}

Result<void> Sequencer::check_ready() const {
    const std::lock_guard guard(mutex_);
    if (failure_) return stopped(*failure_);
    return {};
}

Result<void> Sequencer::submit(std::vector<Buffer> entries, WhenSequenced done) {
    Submission submission{{}, std::move(done)};
    submission.entries.reserve(entries.size());
    for (Buffer& entry : entries) {
        if (entry.size() > kMaxEntrySize) {
            return Error(Fault::Malformed, "entry is larger than 65535 bytes");
        }
        const TreeHash leaf = hash_leaf(entry);
        submission.entries.push_back({std::move(entry), leaf});
    }
    BOLTSEAL_CHECK(check_ready());
    return queue_.push(std::move(submission));
}

Result<Sequenced> Sequencer::append(Buffer entry) {
    std::promise<Result<Sequenced>> promise;
    std::vector<Buffer> entries;
    entries.push_back(std::move(entry));
    BOLTSEAL_CHECK(submit(std::move(entries),
                          [&](Result<Sequenced> answer) { promise.set_value(std::move(answer)); }));
    return promise.get_future().get();
}

void Sequencer::run_committer() {
    for (;;) {
        Batch batch{queue_.take(), {}};
        if (batch.submissions.empty()) break;
        const Result<void> done = guarded([&] { return commit(batch); });
        if (!done) fail(done.error());
        const std::lock_guard guard(mutex_);
        committed_.push_back(std::move(batch));
        committed_changed_.notify_one();
    }
    const std::lock_guard guard(mutex_);
    committer_ended_ = true;
    committed_changed_.notify_one();
}

// Once something has failed, what still waits is only handed on to be told.
Result<void> Sequencer::commit(Batch& batch) {
    BOLTSEAL_CHECK(check_ready());
    tiles_.make_room();
    batch.head = log_.head();
    const std::uint64_t first = batch.head.size;
    Buffer fresh;
    std::vector<TreeHash> leaves;
    for (Submission& submission : batch.submissions) {
        BOLTSEAL_CHECK(place(submission, first, fresh, leaves));
    }
    if (leaves.empty()) return {};
    BOLTSEAL_CHECK(write(first, fresh, leaves));
    batch.head = log_.head();
    return parts_.index.settle(batch.head);
}

// New entries go to the end of the tree, known ones keep the place they have.
Result<void> Sequencer::place(Submission& submission, std::uint64_t size, Buffer& fresh,
                              std::vector<TreeHash>& leaves) {
    submission.places.reserve(submission.entries.size());
    for (const Submission::Entry& entry : submission.entries) {
        BOLTSEAL_TRY(const auto known, parts_.index.find(entry.leaf));
        submission.places.push_back({known.value_or(size + leaves.size()), !known});
        if (known) continue;
        BOLTSEAL_CHECK(parts_.index.add(entry.leaf, size + leaves.size()));
        append_to_bundle(fresh, entry.bytes);
        leaves.push_back(entry.leaf);
    }
    return {};
}

// What is hashed into the tree is what the journal gets, byte for byte: a bit that has flipped in
// memory since the entry was taken in is noticed here, and not signed.
Result<void> Sequencer::write(std::uint64_t first, Bytes fresh,
                              const std::vector<TreeHash>& leaves) {
    BOLTSEAL_CHECK(
        parts_.journal.append({first, static_cast<std::uint32_t>(leaves.size()), fresh}));
    Reader reader(fresh);
    for (const TreeHash& leaf : leaves) {
        BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
        if (hash_leaf(entry) != leaf) {
            return Error(Fault::Integrity, "an entry has changed in memory");
        }
        log_.append(entry, leaf);
    }
    return {};
}

void Sequencer::run_publisher() {
    for (;;) {
        std::vector<Batch> batches;
        {
            std::unique_lock lock(mutex_);
            committed_changed_.wait(lock,
                                    [this] { return committer_ended_ || !committed_.empty(); });
            batches.swap(committed_);
        }
        if (batches.empty()) return;
        Result<void> done = check_ready();
        if (done) {
            done = guarded([&] { return publish(batches.back().head); });
            if (!done) fail(done.error());
        }
        answer(batches, done ? done : check_ready());
    }
}

Result<void> Sequencer::publish(const TreeHead& head) {
    const auto last = published();
    if (last && last->head() == head) return {};
    const std::uint64_t before = last ? last->head().size : 0;
    BOLTSEAL_TRY(const ConsistencyProof proof, log_.prove_consistency(before, head));
    BOLTSEAL_TRY(const VerifiedCheckpoint signed_head, parts_.signer.sign(head, proof));
    BOLTSEAL_TRY(VerifiedCheckpoint shown, parts_.publication.publish(signed_head));
    auto next = std::make_shared<const VerifiedCheckpoint>(std::move(shown));
    {
        const std::lock_guard guard(mutex_);
        published_ = std::move(next);
    }
    tiles_.covered(head.size);
    return {};
}

void Sequencer::answer(std::vector<Batch>& batches, const Result<void>& done) {
    const auto checkpoint = published();
    for (Batch& batch : batches) {
        for (Submission& submission : batch.submissions) {
            if (done) {
                submission.done(Sequenced{std::move(submission.places), checkpoint});
            } else {
                submission.done(done.error());
            }
        }
    }
}

// From here on nothing is accepted or signed.
void Sequencer::fail(const Error& error) {
    {
        const std::lock_guard guard(mutex_);
        if (failure_) return;
        failure_ = error;
    }
    tiles_.abandon();
    if (on_failure_) on_failure_(error);
}

}  // namespace boltseal
