#include "transparency/sequencer.h"

#include "transparency/prover.h"

namespace boltseal {

namespace {

Error stopped(const Error& reason) {
    return Error(Fault::Io, "the log has stopped until it is restarted: " + reason.message());
}

}  // namespace

Result<std::unique_ptr<Sequencer>> Sequencer::start(ObjectStore& objects, HeadStore& heads,
                                                    HeadSigner signer,
                                                    const SequencerLimits& limits,
                                                    OnFailure on_failure) {
    BOLTSEAL_TRY(const std::optional<std::string> note, heads.load());
    if (!note) return Error(Fault::Missing, "the log has no signed head");
    auto ours = signer.resume(*note);
    if (!ours) return std::move(ours).error().context("newest head of the log");
    const TreeHead head = ours->head();

    std::unique_ptr<Sequencer> sequencer(new Sequencer(
        objects, heads, std::move(signer), *std::move(ours), limits, std::move(on_failure)));
    BOLTSEAL_TRY(sequencer->builder_, TileBuilder::load(objects, head));
    BOLTSEAL_TRY(sequencer->index_, LeafIndex::rebuild(objects, head));
    sequencer->writer_ = std::thread([raw = sequencer.get()] { raw->run(); });
    return sequencer;
}

Sequencer::Sequencer(ObjectStore& objects, HeadStore& heads, HeadSigner signer,
                     VerifiedCheckpoint head, const SequencerLimits& limits, OnFailure on_failure)
    : objects_(objects),
      heads_(heads),
      limits_(limits),
      on_failure_(std::move(on_failure)),
      signer_(std::move(signer)),
      published_(std::move(head)) {}

Sequencer::~Sequencer() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    if (writer_.joinable()) writer_.join();
}

VerifiedCheckpoint Sequencer::published() const {
    const std::lock_guard guard(mutex_);
    return published_;
}

Result<void> Sequencer::check_ready() const {
    const std::lock_guard guard(mutex_);
    if (failure_) return stopped(*failure_);
    return {};
}

Result<Sequenced> Sequencer::append(Buffer entry) {
    if (entry.size() > kMaxEntrySize) {
        return Error(Fault::Malformed, "entry is larger than 65535 bytes");
    }
    Pending pending;
    pending.leaf = hash_leaf(entry);
    pending.entry = std::move(entry);
    std::future<Result<Sequenced>> answer = pending.answer.get_future();
    {
        const std::lock_guard guard(mutex_);
        if (failure_) return stopped(*failure_);
        const bool full = queue_.size() >= limits_.max_queued ||
                          pending.entry.size() > limits_.max_queued_bytes - queued_bytes_;
        if (full) return Error(Fault::Declined, "too many entries are waiting");
        if (stopping_) return Error(Fault::Declined, "the log is shutting down");
        queued_bytes_ += pending.entry.size();
        queue_.push_back(std::move(pending));
    }
    arrived_.notify_one();
    return answer.get();
}

Sequencer::Batch Sequencer::next_batch() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    Batch batch;
    while (!queue_.empty() && batch.size() < limits_.max_batch) {
        queued_bytes_ -= queue_.front().entry.size();
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return batch;
}

void Sequencer::run() {
    for (Batch batch = next_batch(); !batch.empty(); batch = next_batch()) {
        Result<void> done;
        try {
            done = commit(batch);
        } catch (const std::exception&) {  // out of memory, or a bug: no reason to go on
            done = Error(Fault::Io, "internal error in the sequencer");
        }
        if (done) continue;
        fail(done.error());
        for (Pending& pending : batch) pending.answer.set_value(stopped(done.error()));
        return;
    }
}

// From here on nothing is accepted or signed.
void Sequencer::fail(const Error& error) {
    std::deque<Pending> rest;
    {
        const std::lock_guard guard(mutex_);
        failure_ = error;
        rest.swap(queue_);
        queued_bytes_ = 0;
    }
    for (Pending& pending : rest) pending.answer.set_value(stopped(error));
    if (on_failure_) on_failure_(error);
}

Result<void> Sequencer::commit(Batch& batch) {
    BOLTSEAL_CHECK(place(batch));
    if (builder_.head() != published_.head()) BOLTSEAL_CHECK(publish());
    BOLTSEAL_TRY(std::vector<Sequenced> answers, prove(batch));
    for (const Pending& pending : batch) index_.add(pending.leaf, pending.index);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].answer.set_value(std::move(answers[i]));
    }
    return {};
}

// New entries go to the end of the tree, known ones keep the place they have.
Result<void> Sequencer::place(Batch& batch) {
    std::map<TreeHash, std::uint64_t> fresh;
    for (Pending& pending : batch) {
        if (const auto known = index_.find(pending.leaf)) {
            pending.index = *known;
            continue;
        }
        const auto [at, is_new] = fresh.emplace(pending.leaf, builder_.head().size);
        pending.index = at->second;
        pending.is_new = is_new;
        if (is_new) BOLTSEAL_CHECK(builder_.append(std::move(pending.entry)));
    }
    return {};
}

Result<void> Sequencer::publish() {
    BOLTSEAL_TRY(const std::vector<TileObject> objects, builder_.take_objects());
    for (const TileObject& object : objects) BOLTSEAL_CHECK(store(object));
    for (const TileObject& object : objects) {
        // What is signed is what a reader will get, not what we believe to have written.
        BOLTSEAL_TRY(const Buffer stored, objects_.get(to_path(object.tile)));
        if (!equal(stored, object.bytes)) {
            return Error(Fault::Integrity, "'" + to_path(object.tile) + "' was stored wrong");
        }
    }
    BOLTSEAL_TRY(VerifiedCheckpoint next, signer_.sign(builder_.head()));
    BOLTSEAL_CHECK(heads_.advance(published_.note(), next.note()));
    const std::lock_guard guard(mutex_);
    published_ = std::move(next);
    return {};
}

Result<void> Sequencer::store(const TileObject& object) {
    if (is_covered(object.tile, published_.head().size)) {
        return Error(Fault::Integrity,
                     "'" + to_path(object.tile) + "' is signed and cannot change");
    }
    auto put = objects_.put(to_path(object.tile), object.bytes);
    if (put || put.error().fault() != Fault::Declined) return put;
    return objects_.replace(to_path(object.tile), object.bytes);  // left by a batch never signed
}

Result<std::vector<Sequenced>> Sequencer::prove(const Batch& batch) {
    StoredTiles tiles(objects_);
    Prover prover(tiles, published_.head());
    std::vector<Sequenced> answers;
    for (const Pending& pending : batch) {
        BOLTSEAL_TRY(InclusionProof proof, prover.prove_inclusion(pending.index));
        BOLTSEAL_CHECK(check_inclusion(pending.leaf, proof, published_.head()));
        answers.push_back(Sequenced{pending.is_new, std::move(proof), published_});
    }
    return answers;
}

}  // namespace boltseal
