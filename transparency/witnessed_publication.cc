#include "transparency/witnessed_publication.h"

namespace boltseal {

namespace {

// Zero for what is no checkpoint: whoever takes it up looks closer.
std::uint64_t claimed_size(const std::string& text) {
    const auto note = parse_note(as_bytes(text));
    if (!note) return 0;
    const auto checkpoint = parse_checkpoint(note->text);
    return checkpoint ? checkpoint->head.size : 0;
}

}  // namespace

Result<std::optional<std::string>> WitnessedPublication::last() {
    BOLTSEAL_TRY(std::optional<std::string> here, shown_->load());
    BOLTSEAL_TRY(std::optional<std::string> there, next_.last());
    if (!here) return there;
    if (there && claimed_size(*there) > claimed_size(*here)) return there;
    return here;
}

Result<VerifiedCheckpoint> WitnessedPublication::publish(const VerifiedCheckpoint& signed_head) {
    const std::lock_guard guard(asking_);
    BOLTSEAL_TRY(const VerifiedCheckpoint cosigned, client_.cosign(signed_head, prove_));
    BOLTSEAL_TRY(const std::optional<std::string> before, shown_->load());
    if (auto kept = shown_->advance(before, cosigned.note()); !kept) {
        return std::move(kept).error().as(Fault::Io);  // never to be tried again
    }
    return next_.publish(cosigned);
}

Result<void> WitnessedPublication::settle() {
    if (const std::unique_lock guard(asking_, std::try_to_lock); guard) client_.poll();
    return next_.settle();
}

}  // namespace boltseal
