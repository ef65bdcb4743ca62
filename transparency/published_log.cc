#include "transparency/published_log.h"

#include "core/file.h"
#include "transparency/journal_file.h"
#include "transparency/recovery.h"

namespace boltseal {

namespace {

constexpr int kAttempts = 5;

// The checkpoint first: all that it covers is in the journal or in tiles by then, and stays there.
Result<PublishedLog> try_open(const std::filesystem::path& directory, const NoteKey& key) {
    BOLTSEAL_TRY(auto store, ObjectFolder::open(directory / "public"));
    BOLTSEAL_TRY(const Buffer note, read_file(store->place_of("checkpoint"), kMaxNote));
    BOLTSEAL_TRY(VerifiedCheckpoint checkpoint, check_checkpoint(note, key));
    BOLTSEAL_TRY(const auto journal, FileJournal::open_to_read(directory / "journal"));
    auto tiles = std::make_unique<LogTail>(*store);
    BOLTSEAL_TRY(const TakenUp taken, fill(*journal, *tiles, [](std::uint64_t) {}));
    if (taken.size < checkpoint.head().size) {
        return Error(Fault::Integrity, "entries that were signed are not in the journal");
    }
    return PublishedLog{std::move(store), std::move(tiles), std::move(checkpoint)};
}

}  // namespace

// A segment of the journal may go between the look into its folder and the opening of the file,
// and then the next look sees the one behind it.
Result<PublishedLog> open_published(const std::filesystem::path& directory, const NoteKey& key) {
    auto log = try_open(directory, key);
    for (int i = 1; i < kAttempts && !log && log.error().fault() == Fault::Missing; ++i) {
        log = try_open(directory, key);
    }
    return log;
}

}  // namespace boltseal
