// How a Sequencer takes up a log: specs/log-storage.md#recovery
#include "transparency/recovery.h"

#include "transparency/sequencer.h"

namespace boltseal {

namespace {

std::uint64_t round_up_to_tile(std::uint64_t size) {
    return (size + kTileWidth - 1) / kTileWidth * kTileWidth;
}

}  // namespace

Result<void> check_not_rolled_back(Publication& publication, const VerifiedCheckpoint& newest,
                                   const NoteKey& key) {
    BOLTSEAL_TRY(const std::optional<std::string> note, publication.last());
    if (!note) return {};
    const auto shown = check_checkpoint(as_bytes(*note), key);
    if (!shown || shown->head().size <= newest.head().size) return {};
    return Error(Fault::Integrity, "the published checkpoint has " +
                                       std::to_string(shown->head().size) +
                                       " entries, and the signer knows of " +
                                       std::to_string(newest.head().size) + " only")
        .with_hint(
            "the signer's state is damaged or was put back to an older one: nothing may be "
            "signed before it has the newest head that anybody was shown");
}

// Full tiles up to where the journal begins, and then what the journal has.
Result<TakenUp> fill(Journal& journal, LogTail& log, const std::function<void(std::uint64_t)>& at) {
    std::optional<std::uint64_t> next;
    std::uint64_t stored = 0;
    const auto visit = [&](const JournalRecord& record) -> Result<void> {
        if (!next) {
            next = record.first;
            stored = round_up_to_tile(record.first);
            BOLTSEAL_CHECK(log.load(stored));
        }
        Reader reader(record.entries);
        for (std::uint32_t i = 0; i < record.count; ++i, ++*next) {
            at(*next);
            BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
            if (*next >= stored) log.append(entry, hash_leaf(entry));
        }
        return reader.end();
    };
    BOLTSEAL_CHECK(journal.replay(visit));
    at(next.value_or(0));
    return TakenUp{next.value_or(0), stored};
}

Result<std::uint64_t> take_up(Journal& journal, LogTail& log, const TreeHead& signed_head) {
    bool was_signed = false;
    const auto at = [&](std::uint64_t size) {
        if (size == signed_head.size) was_signed = log.head() == signed_head;
    };
    BOLTSEAL_TRY(const TakenUp taken, fill(journal, log, at));
    if (taken.size < signed_head.size || taken.size < taken.stored) {
        return Error(Fault::Integrity, "entries that were signed are not in the journal");
    }
    if (was_signed) return taken.stored;
    return Error(Fault::Integrity, "stored entries do not hash to the root of the signed head");
}

Result<std::unique_ptr<Sequencer>> Sequencer::start(const LogParts& parts,
                                                    const SequencerLimits& limits,
                                                    OnFailure on_failure) {
    std::unique_ptr<Sequencer> sequencer(new Sequencer(parts, limits, std::move(on_failure)));
    BOLTSEAL_CHECK(sequencer->recover());
    return sequencer;
}

Result<void> Sequencer::recover() {
    BOLTSEAL_TRY(VerifiedCheckpoint newest, parts_.signer.last());
    BOLTSEAL_CHECK(check_not_rolled_back(parts_.publication, newest, parts_.signer.key()));
    BOLTSEAL_TRY(const std::uint64_t stored, take_up(parts_.journal, log_, newest.head()));
    const TreeHead head = log_.head();
    BOLTSEAL_CHECK(reconcile(parts_.index, log_, head));

    // Batches that were durable and not signed yet are signed now: they have their places.
    signed_ = std::move(newest);
    due_ = head;
    BOLTSEAL_CHECK(show_newest());
    if (check_taking()) BOLTSEAL_CHECK(publish(due_));
    start_threads(stored);
    tiles_.covered(std::max(stored, published()->head().size));
    return {};
}

// What readers have seen before if nothing newer can be shown now; the publisher tries again.
Result<void> Sequencer::show_newest() {
    auto shown = parts_.publication.publish(*signed_);
    if (shown) {
        show(*std::move(shown));
        return {};
    }
    if (shown.error().fault() != Fault::Declined) return std::move(shown).error();
    BOLTSEAL_TRY(const std::optional<std::string> last, parts_.publication.last());
    if (!last) return std::move(shown).error();
    BOLTSEAL_TRY(VerifiedCheckpoint before, check_checkpoint(as_bytes(*last), parts_.signer.key()));
    show(std::move(before));
    put_off(shown.error());
    return {};
}

void Sequencer::start_threads(std::uint64_t stored) {
    tiles_.start(stored, [this](const Error& error) { fail(error); });
    committer_ = std::thread([this] { run_committer(); });
    publisher_ = std::thread([this] { run_publisher(); });
}

}  // namespace boltseal
