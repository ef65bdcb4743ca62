#include "transparency/log_export.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/folder_log.h"
#include "tests/support/temp_folder.h"
#include "transparency/object_folder.h"
#include "transparency/published_log.h"

#include <algorithm>
#include <map>

using namespace boltseal;
using namespace boltseal::test;

namespace {

namespace fs = std::filesystem;

// Remembers what is read of a log, and ends before a tile if it is told to.
class SeenTiles : public TileSource {
public:
    explicit SeenTiles(TileSource& tiles) : tiles_(tiles) {}
    Result<Buffer> get(const Tile& tile) override {
        if (seen.size() == end_after) return Error(Fault::Io, "the source is gone");
        seen.push_back(to_path(tile));
        return tiles_.get(tile);
    }
    bool has_seen(const std::string& path) const {
        return std::ranges::find(seen, path) != seen.end();
    }

    std::vector<std::string> seen;
    std::size_t end_after = std::size_t{1} << 30;

private:
    TileSource& tiles_;
};

struct ExportedLog : TestLog {
    TempFolder folder;
    const fs::path out = folder / "out";

    ExportedLog() { restart(); }
    void grow_to(std::uint64_t entries) const {
        for (std::uint64_t i = size(); i < entries; ++i) REQUIRE_OK(append(std::to_string(i)));
    }
    VerifiedCheckpoint checkpoint() const { return *sequencer->published(); }
    Result<Exported> export_to() const {
        return export_log(sequencer->log(), checkpoint(), key.note_key, out);
    }
    // Of another history, as long as the log or longer.
    VerifiedCheckpoint forged(std::uint64_t entries) const {
        const std::string note = key.sign({entries, hash_leaf(as_bytes("another"))});
        return check_checkpoint(as_bytes(note), key.note_key).value();
    }
};

std::string content(const fs::path& path) {
    const auto bytes = read_file(path, kMaxBundleSize);
    REQUIRE_OK(bytes);
    return std::string(as_text(*bytes));
}

// As a reader of the folder finds it.
std::vector<Buffer> check_folder(const fs::path& folder, const NoteKey& key) {
    const auto objects = ObjectFolder::open(folder);
    REQUIRE_OK(objects);
    StoredTiles tiles(**objects);
    return check_whole_log(tiles, content(folder / "checkpoint"), key);
}

std::map<fs::path, std::string> files_in(const fs::path& folder) {
    std::map<fs::path, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files[entry.path()] = content(entry.path());
    }
    return files;
}

}  // namespace

TEST_CASE("an exported log is whole, whatever its size", "[log_export]") {
    const ExportedLog log;
    const auto entries = GENERATE(0, 1, 255, 256, 257, 700);
    log.grow_to(static_cast<std::uint64_t>(entries));
    const auto exported = log.export_to();
    REQUIRE_OK(exported);
    REQUIRE(exported->size == log.size());
    REQUIRE(check_folder(log.out, log.key.note_key).size() == log.size());
    REQUIRE(content(log.out / "checkpoint") == log.checkpoint().note());
}

TEST_CASE("another export adds what is new, and nothing else", "[log_export]") {
    const ExportedLog log;
    log.grow_to(300);
    REQUIRE_OK(log.export_to());
    const auto before = files_in(log.out);
    SECTION("nothing") {
        REQUIRE(log.export_to()->before == 300);
        REQUIRE(files_in(log.out) == before);
    }
    SECTION("the rest of a tile, and more") {
        log.grow_to(600);
        SeenTiles tiles(log.sequencer->log());
        const auto exported = export_log(tiles, log.checkpoint(), log.key.note_key, log.out);
        REQUIRE_OK(exported);
        REQUIRE(exported->before == 300);
        REQUIRE(tiles.has_seen("tile/entries/001"));
        REQUIRE_FALSE(tiles.has_seen("tile/entries/000"));
        REQUIRE(check_folder(log.out, log.key.note_key).size() == 600);
        auto after = files_in(log.out);
        for (const auto& [path, bytes] : before) {
            if (path.filename() != "checkpoint") REQUIRE(after[path] == bytes);
        }
    }
    SECTION("more cosignatures") {
        const std::string note = log.checkpoint().note() + "\u2014 witness.example AAAAAAAA\n";
        const auto cosigned = check_checkpoint(as_bytes(note), log.key.note_key);
        REQUIRE_OK(cosigned);
        REQUIRE_OK(export_log(log.sequencer->log(), *cosigned, log.key.note_key, log.out));
        REQUIRE(content(log.out / "checkpoint") == note);
    }
}

TEST_CASE("an export never goes back, nor to another history", "[log_export]") {
    const ExportedLog log;
    log.grow_to(300);
    const VerifiedCheckpoint smaller = log.checkpoint();
    log.grow_to(310);
    REQUIRE_OK(log.export_to());
    const auto before = files_in(log.out);
    TileSource& tiles = log.sequencer->log();
    SECTION("a smaller tree") {
        const auto refused = export_log(tiles, smaller, log.key.note_key, log.out);
        REQUIRE_REFUSED(refused, "'" + log.out.string() +
                                     "' has 310 entries of log 'example.com/log/testdata' already, "
                                     "and it shows 300 only");
        REQUIRE_FAULT(refused, Fault::Untrusted);
    }
    SECTION("another tree, which is whole in itself") {
        ExportedLog other;
        for (int i = 0; i < 310; ++i) REQUIRE_OK(other.append("other " + std::to_string(i)));
        const auto refused =
            export_log(other.sequencer->log(), other.checkpoint(), log.key.note_key, log.out);
        REQUIRE(refused.error().message().starts_with(
            "log 'example.com/log/testdata' shows two histories: size 310 has root "));
        REQUIRE_FAULT(refused, Fault::Untrusted);
    }
    SECTION("a larger tree that does not continue it") {
        ExportedLog other;
        for (int i = 0; i < 400; ++i) REQUIRE_OK(other.append("other " + std::to_string(i)));
        const auto refused =
            export_log(other.sequencer->log(), other.checkpoint(), log.key.note_key, log.out);
        REQUIRE(refused.error().message().starts_with(
            "log 'example.com/log/testdata' shows two histories: size 310 has root "));
    }
    SECTION("a log with another key") {
        const TestLogKey other = other_log_key(std::string(kLogOrigin));
        const std::string note = other.sign(log.checkpoint().head());
        const auto refused =
            export_log(tiles, check_checkpoint(as_bytes(note), other.note_key).value(),
                       other.note_key, log.out);
        REQUIRE_REFUSED(refused, "'" + (log.out / "checkpoint").string() +
                                     "': note: not signed by any known key");
    }
    REQUIRE(files_in(log.out) == before);
}

TEST_CASE("nothing is exported that is not what was signed", "[log_export]") {
    const ExportedLog log;
    log.grow_to(300);
    SECTION("an entry") {
        const_cast<ExportedLog&>(log).restart();  // the tile writer has done its last round
        log.store->objects.at("tile/entries/000")[5] ^= 1;
        const auto refused = log.export_to();
        REQUIRE_REFUSED(refused, "'tile/entries/000' is not what was signed");
        REQUIRE_FAULT(refused, Fault::Integrity);
    }
    SECTION("the tree") {
        const auto refused =
            export_log(log.sequencer->log(), log.forged(300), log.key.note_key, log.out);
        REQUIRE_REFUSED(refused, "tiles do not hash to the root of the checkpoint");
        REQUIRE_FAULT(refused, Fault::Integrity);
    }
    SECTION("the empty tree") {
        const auto refused =
            export_log(log.sequencer->log(), log.forged(0), log.key.note_key, log.out);
        REQUIRE_REFUSED(refused, "the empty tree has another root than that of the checkpoint");
    }
    REQUIRE(files_in(log.out).empty());
}

TEST_CASE("the checkpoint comes last", "[log_export]") {
    const ExportedLog log;
    log.grow_to(300);
    REQUIRE_OK(log.export_to());
    const std::string before = content(log.out / "checkpoint");
    log.grow_to(900);
    SeenTiles all(log.sequencer->log());
    REQUIRE_OK(export_log(all, log.checkpoint(), log.key.note_key, log.folder / "whole"));
    for (std::size_t end = 0; end < all.seen.size(); ++end) {
        SeenTiles tiles(log.sequencer->log());
        tiles.end_after = end;
        const auto ended = export_log(tiles, log.checkpoint(), log.key.note_key, log.out);
        if (ended) break;  // it reads less than the first export
        REQUIRE_REFUSED(ended, "the source is gone");
        REQUIRE(content(log.out / "checkpoint") == before);
        REQUIRE(check_folder(log.out, log.key.note_key).size() == 300);
    }
    REQUIRE_OK(log.export_to());
    REQUIRE(check_folder(log.out, log.key.note_key).size() == 900);
}

TEST_CASE("one process at a time exports to a folder", "[log_export]") {
    const ExportedLog log;
    log.grow_to(1);
    fs::create_directory(log.out);
    auto other = ObjectFolder::open(log.out).value();
    REQUIRE_OK(other->lock());
    REQUIRE_REFUSED(log.export_to(), "another process writes to '" + log.out.string() + "'");
    other.reset();
    REQUIRE_OK(log.export_to());
}

TEST_CASE("a log is exported from its folder while it grows", "[log_export]") {
    const TempFolder folder;
    const fs::path directory = folder / "log";
    fs::create_directory(directory);
    REQUIRE_OK(FolderLog::create(directory));
    FolderLog log;
    REQUIRE_OK(log.start(directory));
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < kSubmissions; ++i) {
        REQUIRE_OK(log.submit(i));
        REQUIRE_OK(log.storage->settle());
        const auto published = open_published(directory, log.key.note_key);
        REQUIRE_OK(published);
        REQUIRE(published->checkpoint.head() == log.sequencer->published()->head());
        const auto exported =
            export_log(*published->tiles, published->checkpoint, log.key.note_key, folder / "out");
        REQUIRE_OK(exported);
        REQUIRE(exported->before == size);
        size = exported->size;
    }
    REQUIRE(size == kSubmissions * kEntriesEach);
    REQUIRE(check_folder(folder / "out", log.key.note_key).size() == size);
}

TEST_CASE("to read a log from its folder changes nothing in it", "[log_export]") {
    const TempFolder folder;
    REQUIRE_OK(FolderLog::create(folder.path()));
    {
        FolderLog log;
        REQUIRE_OK(log.start(folder.path()));
        for (std::size_t i = 0; i < 3; ++i) REQUIRE_OK(log.submit(i));
    }
    // The next segment of the journal, as it is while a process makes it.
    REQUIRE_OK(write_file(folder / "journal/00000000000000000075", Buffer(8192)));
    const NoteKey key = test_log_key().note_key;
    const auto before = files_in(folder.path());
    const auto published = open_published(folder.path(), key);
    REQUIRE_OK(published);
    REQUIRE(published->checkpoint.head().size == 75);
    REQUIRE(files_in(folder.path()) == before);
    const auto journal = FileJournal::open_to_read(folder / "journal");
    REQUIRE_OK(journal);
    REQUIRE_OK((*journal)->replay([](const JournalRecord&) { return Result<void>(); }));
    REQUIRE_REFUSED((*journal)->append({75, 1, as_bytes("x")}),
                    "the journal cannot be appended to");
}
