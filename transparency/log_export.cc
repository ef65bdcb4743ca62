#include "transparency/log_export.h"

#include "core/file.h"
#include "transparency/log_checker.h"
#include "transparency/object_folder.h"
#include "transparency/seen_heads.h"

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesAtOnce = std::size_t{16} << 20;  // are made durable together,
constexpr std::size_t kTilesExported = 512;                  // or so many files

// What was exported before is a prefix of what comes now.
Result<void> check_continues(TileSource& log, const VerifiedCheckpoint& before,
                             const VerifiedCheckpoint& checkpoint, const fs::path& folder) {
    const TreeHead& then = before.head();
    const TreeHead& now = checkpoint.head();
    if (now.size < then.size) {
        return Error(Fault::Untrusted, "'" + folder.string() + "' has " +
                                           std::to_string(then.size) + " entries of log '" +
                                           before.origin() + "' already, and it shows " +
                                           std::to_string(now.size) + " only");
    }
    BOLTSEAL_TRY(const TreeHead had, Prover(log, now).head_at(then.size));
    if (had == then) return {};
    return two_histories(before.origin(), then.size, had.root, then.root);
}

// Makes durable what has come together, a few files at a time.
class Batch {
public:
    explicit Batch(ObjectFolder& folder) : folder_(folder) {}

    Result<void> add(const Tile& tile, Buffer bytes) {
        bytes_ += bytes.size();
        objects_.push_back({to_path(tile), std::move(bytes)});
        if (bytes_ < kBytesAtOnce && objects_.size() < kTilesExported) return {};
        return flush();
    }

    Result<void> flush() {
        BOLTSEAL_CHECK(folder_.put(objects_));
        objects_.clear();
        bytes_ = 0;
        return {};
    }

private:
    ObjectFolder& folder_;
    std::vector<StoredObject> objects_;
    std::size_t bytes_ = 0;
};

// Every tile that a tree of `before` leaves has not, or not as wide.
Result<void> export_tiles(TileSource& log, const TreeHead& head, std::uint64_t before,
                          ObjectFolder& folder,
                          const std::function<void(std::uint64_t)>& progress) {
    Batch batch(folder);
    const auto add_hashes = [&](unsigned level, std::uint64_t index,
                                Prover& prover) -> Result<void> {
        BOLTSEAL_TRY(const std::vector<TreeHash> hashes, prover.hashes(level, index));
        return batch.add({Tile::Kind::Hashes, level, index, hashes.size()},
                         encode_hash_tile(hashes));
    };
    const auto visit = [&](std::uint64_t n, const std::vector<Buffer>& entries,
                           Prover& prover) -> Result<void> {
        BOLTSEAL_TRY(Buffer bundle, encode_entry_bundle(entries));
        BOLTSEAL_CHECK(batch.add({Tile::Kind::Entries, 0, n, entries.size()}, std::move(bundle)));
        BOLTSEAL_CHECK(add_hashes(0, n, prover));
        if (progress && (n + 1) % kTileWidth == 0) progress((n + 1) * kTileWidth);
        return {};
    };
    BOLTSEAL_CHECK(read_bundles(log, head, before / kTileWidth, visit));
    Prover prover(log, head);
    for (unsigned level = 1; level <= kMaxTreeTileLevel; ++level) {
        const std::uint64_t count = hashes_at(level, head.size);
        for (std::uint64_t n = hashes_at(level, before) / kTileWidth; n * kTileWidth < count; ++n) {
            BOLTSEAL_CHECK(add_hashes(level, n, prover));
        }
    }
    return batch.flush();
}

}  // namespace

Result<Exported> export_log(TileSource& log, const VerifiedCheckpoint& checkpoint,
                            const NoteKey& key, const fs::path& folder,
                            const std::function<void(std::uint64_t)>& progress) {
    BOLTSEAL_TRY(const auto objects, ObjectFolder::create(folder));
    BOLTSEAL_CHECK(objects->lock());
    const fs::path place = objects->place_of("checkpoint");
    const auto note = read_file(place, kMaxNote);
    if (!note && note.error().fault() != Fault::Missing) return note.error();
    std::uint64_t before = 0;
    if (note) {
        const auto had = check_checkpoint(*note, key);
        if (!had) return Error(had.error()).context("'" + place.string() + "'");
        BOLTSEAL_CHECK(check_continues(log, *had, checkpoint, folder));
        before = had->head().size;
    }
    BOLTSEAL_CHECK(export_tiles(log, checkpoint.head(), before, *objects, progress));
    if (!note || as_text(*note) != checkpoint.note()) {
        BOLTSEAL_CHECK(write_file(place, as_bytes(checkpoint.note())));
    }
    return Exported{before, checkpoint.head().size};
}

}  // namespace boltseal
