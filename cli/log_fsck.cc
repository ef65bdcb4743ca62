// boltseal-log fsck: everything that a log keeps, hashed again while nobody serves it; or all that
// a log shows to others.
#include "cli/log_commands.h"
#include "cli/log_source.h"
#include "transparency/file_storage.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/log_checker.h"
#include "transparency/log_setup.h"
#include "transparency/lookup_checker.h"
#include "transparency/recovery.h"
#include "transparency/run_index.h"
#include "transparency/statement_store.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

// Every entry at the place where it stands first, and nothing that is not in the log.
Result<void> check_index(RunIndex& index, LogTail& log, const TreeHead& head) {
    BOLTSEAL_CHECK(reconcile(index, log, head));
    for (std::uint64_t n = 0; n * kTileWidth < head.size; ++n) {
        BOLTSEAL_TRY(const std::vector<TreeHash> leaves, Prover(log, head).leaves(n));
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            BOLTSEAL_TRY(const auto found, index.find(leaves[i]));
            if (found == n * kTileWidth + i) continue;
            return Error(Fault::Integrity, "the index has another place for entry " +
                                               std::to_string(n * kTileWidth + i));
        }
    }
    return {};
}

Result<void> check_entries(TileSource& log, const TreeHead& head, Streams streams) {
    return check_stored_log(log, head, [&](std::uint64_t done) {
        if (done < head.size) streams.err << "boltseal-log: " << done << " entries" << std::endl;
    });
}

Result<void> fsck_shown(const LogAccess& access, Streams streams) {
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(access, http));
    const TreeHead& head = log.head.head();
    BOLTSEAL_CHECK(check_entries(log.client.tiles(), head, streams));
    streams.out << "sound: " << head.size << " entries of '" << log.name() << "'\n";
    return {};
}

Result<void> fsck_kept(const std::filesystem::path& directory, Streams streams) {
    BOLTSEAL_TRY(const auto storage, FileStorage::open(directory));
    BOLTSEAL_TRY(const NoteKey key, load_log_vkey(directory));
    BOLTSEAL_TRY(const auto head_file, HeadFile::open(directory / "head"));
    BOLTSEAL_TRY(const std::optional<std::string> note, head_file->load());
    if (!note) return Error(Fault::Missing, "the log has no signed head");
    BOLTSEAL_TRY(const VerifiedCheckpoint signed_head, check_checkpoint(as_bytes(*note), key));
    BOLTSEAL_CHECK(check_not_rolled_back(*storage, signed_head, key));
    BOLTSEAL_TRY(const auto journal, FileJournal::open(directory / "journal"));
    LogTail log(*storage);
    BOLTSEAL_CHECK(take_up(*journal, log, signed_head.head()));
    const TreeHead head = log.head();
    BOLTSEAL_CHECK(check_entries(log, head, streams));
    BOLTSEAL_TRY(const auto index, RunIndex::open(directory / "index"));
    BOLTSEAL_CHECK(check_index(*index, log, head));
    BOLTSEAL_CHECK(check_lookups(directory / "lookup", log, head));
    BOLTSEAL_CHECK(StatementStore::check(directory / "statements"));
    streams.out << "sound: " << signed_head.head().size << " entries of '" << key.name << "'";
    if (head.size > signed_head.head().size) {
        streams.out << ", and " << head.size - signed_head.head().size << " not signed yet";
    }
    streams.out << '\n';
    return {};
}

}  // namespace

Action add_log_fsck(Command app) {
    auto source = std::make_shared<LogSource>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("fsck", "Hash again everything that a log keeps, or shows");
    add_log_source_options(cmd, *source, "Folder of the log, which nobody serves");
    cmd.footer(
        "Exit status: 0 sound; 1 not by this log, or not cosigned; 2 usage; 3 undetermined; "
        "4 something is not what was signed.");
    return [source](Streams streams) -> Result<void> {
        BOLTSEAL_CHECK(check_source(*source));
        if (source->is_folder()) return fsck_kept(source->directory, streams);
        return fsck_shown(source->access, streams);
    };
}

}  // namespace boltseal
