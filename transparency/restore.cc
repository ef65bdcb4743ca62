#include "transparency/restore.h"

#include "core/encoding.h"
#include "core/file.h"
#include "transparency/log_checker.h"

#include <future>

namespace boltseal {

namespace {

constexpr std::uint64_t kBundlesAtOnce = 64;  // of one Prover, which keeps the tiles it has read

std::string describe(const TreeHead& head) {
    return std::to_string(head.size) + " entries with root " + to_base64(head.root.bytes());
}

// All in one batch. Places that were taken, or others than expected, mean that this is not the log.
Result<void> append(Sequencer& log, std::vector<Buffer> entries, std::uint64_t first) {
    std::promise<Result<Sequenced>> promise;
    BOLTSEAL_CHECK(log.submit(std::move(entries), [&](Result<Sequenced> answer) {
        promise.set_value(std::move(answer));
    }));
    BOLTSEAL_TRY(const Sequenced done, promise.get_future().get());
    for (const Place& place : done.places) {
        if (place.is_new && place.index == first++) continue;
        return Error(Fault::Integrity,
                     "entry " + std::to_string(first - 1) + " of the mirror did not get its place");
    }
    return {};
}

}  // namespace

Result<void> MirrorFolder::put(const std::vector<StoredObject>&) {
    return Error(Fault::Declined, "'" + folder_.string() + "' is only read");
}

Result<Buffer> MirrorFolder::get(std::string_view path) {
    return read_file(folder_ / path, kMaxBundleSize);
}

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
    std::uint64_t next = begin;
    while (next < shown.size) {
        Prover prover(mirror, shown);
        for (std::uint64_t i = 0; i < kBundlesAtOnce && next < shown.size; ++i) {
            const std::uint64_t n = next / kTileWidth;
            BOLTSEAL_TRY(std::vector<Buffer> entries, read_bundle(mirror, prover, n, shown));
            entries.erase(entries.begin(),
                          entries.begin() + static_cast<std::ptrdiff_t>(next % kTileWidth));
            const std::uint64_t first = next;
            next += entries.size();
            BOLTSEAL_CHECK(append(log, std::move(entries), first));
        }
    }
    return next - begin;
}

}  // namespace boltseal
