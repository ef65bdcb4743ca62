#include "transparency/restore.h"

#include "core/encoding.h"
#include "transparency/log_checker.h"

namespace boltseal {

namespace {

std::string describe(const TreeHead& head) {
    return std::to_string(head.size) + " entries with root " + to_base64(head.root.bytes());
}

// All in one batch. Places that were taken, or others than expected, mean that this is not the log.
Result<void> append(Sequencer& log, std::vector<Buffer> entries, std::uint64_t first) {
    BOLTSEAL_TRY(const Sequenced done, log.append(std::move(entries)));
    for (const Place& place : done.places) {
        if (place.is_new && place.index == first++) continue;
        return Error(Fault::Integrity,
                     "entry " + std::to_string(first - 1) + " of the mirror did not get its place");
    }
    return {};
}

}  // namespace

Result<void> check_same_history(LogTail& copy, TileSource& mirror, const TreeHead& shown) {
    const TreeHead ours = copy.head();
    const bool is_ahead = ours.size >= shown.size;
    Prover longer = is_ahead ? Prover(copy, ours) : Prover(mirror, shown);
    const TreeHead& shorter = is_ahead ? shown : ours;
    BOLTSEAL_TRY(const TreeHead expected, longer.head_at(shorter.size));
    if (expected == shorter) return {};
    return Error(Fault::Untrusted, "the copy and the mirror have different histories: " +
                                       describe(is_ahead ? expected : shorter) +
                                       " here, and there " +
                                       describe(is_ahead ? shorter : expected))
        .with_hint("the log has forked: nothing may be signed with its key any more");
}

Result<std::uint64_t> append_missing(Sequencer& log, TileSource& mirror, const TreeHead& shown) {
    const std::uint64_t begin = log.published()->head().size;
    if (begin >= shown.size) return std::uint64_t{0};
    std::uint64_t next = begin;
    const auto take = [&](std::uint64_t, std::vector<Buffer> entries, Prover&) {
        const auto known = static_cast<std::ptrdiff_t>(next % kTileWidth);  // of the first bundle
        entries.erase(entries.begin(), entries.begin() + known);
        const std::uint64_t first = next;
        next += entries.size();
        return append(log, std::move(entries), first);
    };
    BOLTSEAL_CHECK(read_bundles(mirror, shown, begin / kTileWidth, take));
    return next - begin;
}

}  // namespace boltseal
