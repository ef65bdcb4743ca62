#include "transparency/sequencer.h"

#include <future>

namespace boltseal {

namespace {

// Between two attempts to show a head; each waits for the witnesses itself.
constexpr std::chrono::milliseconds kBreath{100};

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
      tiles_(log_, parts.objects, parts.journal, parts.publication, limits.tiles) {
    parts_.publication.proofs_from([this](std::uint64_t size, const TreeHead& head) {
        return log_.prove_consistency(size, head);
    });
}

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

Result<void> Sequencer::check_taking() const {
    BOLTSEAL_CHECK(check_ready());
    const std::lock_guard guard(mutex_);
    if (delay_) return *delay_;
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
    BOLTSEAL_CHECK(check_taking());
    return queue_.push(std::move(submission));
}

Result<Sequenced> Sequencer::append(Buffer entry) {
    std::vector<Buffer> entries;
    entries.push_back(std::move(entry));
    return append(std::move(entries));
}

Result<Sequenced> Sequencer::append(std::vector<Buffer> entries) {
    std::promise<Result<Sequenced>> promise;
    BOLTSEAL_CHECK(submit(std::move(entries),
                          [&](Result<Sequenced> answer) { promise.set_value(std::move(answer)); }));
    return promise.get_future().get();
}

void Sequencer::run_committer() {
    for (;;) {
        Batch batch{queue_.take()};
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

// Once something has failed, what still waits is only handed on to be told; the same while nothing
// can be published, or the log would grow without bounds behind its readers.
Result<void> Sequencer::commit(Batch& batch) {
    BOLTSEAL_CHECK(check_ready());
    tiles_.make_room();
    batch.head = log_.head();
    if (auto taking = check_taking(); !taking) {
        batch.refusal = std::move(taking).error();
        return {};
    }
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

// What has become durable since the last time: nothing at the end, and an empty list when it is
// time to try again what was put off.
std::optional<std::vector<Sequencer::Batch>> Sequencer::take_committed() {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return committer_ended_ || !committed_.empty(); };
    if (delay_) {
        committed_changed_.wait_for(lock, kBreath, has_work);
    } else {
        committed_changed_.wait(lock, has_work);
    }
    if (committed_.empty() && committer_ended_) return std::nullopt;
    return std::exchange(committed_, {});
}

// Who comes while a head is put off is told at once, and does not wait for the next attempt.
void Sequencer::run_publisher() {
    while (auto batches = take_committed()) {
        if (!batches->empty()) due_ = batches->back().head;
        const bool was_put_off = check_ready() && !check_taking();
        if (was_put_off) answer(*batches);
        if (check_ready()) {
            const Result<void> done = guarded([this] { return publish(due_); });
            if (!done) fail(done.error());
        }
        if (!was_put_off) answer(*batches);
    }
}

Result<void> Sequencer::publish(const TreeHead& head) {
    if (published()->head() == head && check_taking()) return {};
    if (signed_->head() != head) {
        BOLTSEAL_TRY(const ConsistencyProof proof,
                     log_.prove_consistency(signed_->head().size, head));
        BOLTSEAL_TRY(signed_, parts_.signer.sign(head, proof));
    }
    auto shown = parts_.publication.publish(*signed_);
    if (!shown && shown.error().fault() == Fault::Declined) {
        put_off(shown.error());
        return {};
    }
    if (!shown) return std::move(shown).error();
    show(*std::move(shown));
    return {};
}

void Sequencer::show(VerifiedCheckpoint checkpoint) {
    const std::uint64_t size = checkpoint.head().size;
    auto next = std::make_shared<const VerifiedCheckpoint>(std::move(checkpoint));
    {
        const std::lock_guard guard(mutex_);
        published_ = std::move(next);
        delay_.reset();
    }
    tiles_.covered(size);
}

// Until something is shown, nobody waits for what only that can bring.
void Sequencer::put_off(const Error& reason) {
    {
        const std::lock_guard guard(mutex_);
        delay_ = reason;
    }
    tiles_.stalled();
}

void Sequencer::answer(std::vector<Batch>& batches) {
    const Result<void> outcome = check_taking();
    const auto checkpoint = published();
    for (Batch& batch : batches) {
        queue_.answered(batch.submissions.size());
        for (Submission& submission : batch.submissions) {
            if (!outcome) {
                submission.done(outcome.error());
            } else if (batch.refusal) {
                submission.done(*batch.refusal);
            } else {
                submission.done(Sequenced{std::move(submission.places), checkpoint});
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
