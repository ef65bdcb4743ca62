#include "transparency/log_checker.h"

namespace boltseal {

namespace {

// A prover keeps the tiles it has read.
constexpr std::uint64_t kTilesChecked = 256;

// Bundles that are fetched together with their hashes; each is 16 MiB at most.
constexpr std::uint64_t kExpected = 16;

// A prover begins with the unfinished tiles of all levels, and has them from then on.
void expect_bundles(TileSource& log, std::uint64_t first, const TreeHead& head, bool begins) {
    std::vector<Tile> tiles;
    for (unsigned level = 0; begins && level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t edge = hashes_at(level, head.size) / kTileWidth;
        const Tile tile = tile_of_tree(Tile::Kind::Hashes, level, edge, head.size);
        if (tile.width != 0) tiles.push_back(tile);
    }
    for (std::uint64_t n = first; n < first + kExpected && n * kTileWidth < head.size; ++n) {
        tiles.push_back(tile_of_tree(Tile::Kind::Entries, 0, n, head.size));
        const Tile hashes = tile_of_tree(Tile::Kind::Hashes, 0, n, head.size);
        if (hashes.is_full()) tiles.push_back(hashes);
    }
    log.expect(tiles);
}

// What does not even parse is not what was signed either.
Error not_signed(Error error) {
    if (error.fault() != Fault::Malformed) return error;
    return std::move(error).as(Fault::Integrity);
}

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

Result<void> read_bundles(TileSource& log, const TreeHead& head, std::uint64_t first,
                          const VisitBundle& visit) {
    if (head.size == 0 && head.root != hash_empty()) {
        return Error(Fault::Integrity,
                     "the empty tree has another root than that of the checkpoint");
    }
    std::uint64_t n = first;
    while (n * kTileWidth < head.size) {
        Prover prover(log, head);
        for (std::uint64_t i = 0; i < kTilesChecked && n * kTileWidth < head.size; ++i, ++n) {
            if (i % kExpected == 0) expect_bundles(log, n, head, i == 0);
            auto entries = read_bundle(log, prover, n, head);
            if (!entries) return not_signed(std::move(entries).error());
            BOLTSEAL_CHECK(visit(n, *std::move(entries), prover));
        }
    }
    return {};
}

Result<void> check_stored_log(TileSource& log, const TreeHead& head,
                              const std::function<void(std::uint64_t)>& progress) {
    return read_bundles(log, head, 0, [&](std::uint64_t n, const auto&, Prover&) -> Result<void> {
        const std::uint64_t done = std::min((n + 1) * kTileWidth, head.size);
        if (progress && ((n + 1) % kTilesChecked == 0 || done == head.size)) progress(done);
        return {};
    });
}

Scrubber::Scrubber(LogTail& log, Head head, OnFailure on_failure, const ScrubLimits& limits)
    : log_(log), head_(std::move(head)), on_failure_(std::move(on_failure)), limits_(limits) {
    thread_ = std::thread([this] { run(); });
}

Scrubber::~Scrubber() {
    stop_.stop();
    thread_.join();
}

void Scrubber::run() {
    do {
        const TreeHead head = head_();
        for (std::uint64_t n = 0; (n + 1) * kTileWidth <= head.size;) {
            Prover prover(log_, head);
            for (std::uint64_t i = 0; i < kTilesChecked && (n + 1) * kTileWidth <= head.size; ++i) {
                if (const auto same = read_bundle(log_, prover, n++, head); !same) {
                    return on_failure_(same.error());
                }
                if (!stop_.wait(limits_.pause)) return;
            }
        }
        ++rounds_;
    } while (stop_.wait(limits_.rest));
}

}  // namespace boltseal
