#include "transparency/log_checker.h"

namespace boltseal {

namespace {

// A prover keeps the tiles it has read.
constexpr std::uint64_t kTilesAtOnce = 256;

}  // namespace

Result<std::vector<Buffer>> read_bundle(TileSource& log, Prover& prover, std::uint64_t n,
                                        const TreeHead& head) {
    const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, n, head.size);
    BOLTSEAL_TRY(const std::vector<TreeHash> leaves, prover.leaves(n));
    BOLTSEAL_TRY(const Buffer bytes, log.get(tile));
    auto entries = parse_entry_bundle(bytes, tile.width);
    const Error differs(Fault::Integrity, "'" + to_path(tile) + "' is not what was signed");
    if (!entries || entries->size() != leaves.size()) return differs;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (hash_leaf((*entries)[i]) != leaves[i]) return differs;
    }
    return entries;
}

Result<void> check_stored_log(LogTail& log, const TreeHead& head,
                              const std::function<void(std::uint64_t)>& progress) {
    std::uint64_t n = 0;
    while (n * kTileWidth < head.size) {
        Prover prover(log, head);
        for (std::uint64_t i = 0; i < kTilesAtOnce && n * kTileWidth < head.size; ++i) {
            BOLTSEAL_CHECK(read_bundle(log, prover, n++, head));
        }
        if (progress) progress(std::min(n * kTileWidth, head.size));
    }
    return {};
}

Scrubber::Scrubber(LogTail& log, Head head, OnFailure on_failure, const ScrubLimits& limits)
    : log_(log), head_(std::move(head)), on_failure_(std::move(on_failure)), limits_(limits) {
    thread_ = std::thread([this] { run(); });
}

Scrubber::~Scrubber() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

std::uint64_t Scrubber::rounds() const {
    const std::lock_guard guard(mutex_);
    return rounds_;
}

bool Scrubber::wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Scrubber::run() {
    do {
        const TreeHead head = head_();
        for (std::uint64_t n = 0; (n + 1) * kTileWidth <= head.size;) {
            Prover prover(log_, head);
            for (std::uint64_t i = 0; i < kTilesAtOnce && (n + 1) * kTileWidth <= head.size; ++i) {
                if (const auto same = read_bundle(log_, prover, n++, head); !same) {
                    return on_failure_(same.error());
                }
                if (!wait(limits_.pause)) return;
            }
        }
        const std::lock_guard guard(mutex_);
        ++rounds_;
    } while (wait(limits_.rest));
}

}  // namespace boltseal
