#include "transparency/lookup_checker.h"

#include "transparency/index.h"
#include "transparency/lookup.h"
#include "transparency/run_checker.h"

namespace boltseal {

namespace {

// What the entries of the range name.
Result<PlaceSum> places_of(const LeafRange& range, LogTail& log, const TreeHead& head) {
    BOLTSEAL_TRY(const bool fits, is_prefix(range.end, log, head));
    if (!fits) return Error(Fault::Integrity, "is of another log");
    PlaceSum places;
    for (std::uint64_t n = range.begin / kTileWidth; n * kTileWidth < range.end.size; ++n) {
        const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, n, head.size);
        BOLTSEAL_TRY(const Buffer bundle, log.get(tile));
        Reader reader(bundle);
        for (std::uint64_t i = n * kTileWidth; i < n * kTileWidth + tile.width; ++i) {
            BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
            if (i < range.begin || i >= range.end.size) continue;
            for (const LookupKey& key : keys_of_entry(entry)) places.add(key.bytes(), i);
        }
    }
    return places;
}

}  // namespace

Result<void> check_lookups(const std::filesystem::path& folder, LogTail& log,
                           const TreeHead& head) {
    auto same =
        check_runs(folder, [&](const LeafRange& range) { return places_of(range, log, head); });
    if (same || same.error().fault() != Fault::Integrity) return same;
    return std::move(same).error().with_hint("remove '" + folder.string() +
                                             "': it is made again from the log");
}

}  // namespace boltseal
