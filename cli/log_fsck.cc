// boltseal-log fsck: everything that a log keeps, hashed again while nobody serves it.
#include "cli/log_commands.h"
#include "transparency/file_storage.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/log_checker.h"
#include "transparency/log_setup.h"
#include "transparency/recovery.h"
#include "transparency/run_index.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct FsckOptions {
    std::filesystem::path directory;
};

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

Result<void> fsck(const FsckOptions& options, Streams streams) {
    BOLTSEAL_TRY(const auto storage, FileStorage::open(options.directory));
    BOLTSEAL_TRY(const NoteKey key, load_log_vkey(options.directory));
    BOLTSEAL_TRY(const auto head_file, HeadFile::open(options.directory / "head"));
    BOLTSEAL_TRY(const std::optional<std::string> note, head_file->load());
    if (!note) return Error(Fault::Missing, "the log has no signed head");
    BOLTSEAL_TRY(const VerifiedCheckpoint signed_head, check_checkpoint(as_bytes(*note), key));
    BOLTSEAL_CHECK(check_not_rolled_back(*storage, signed_head, key));
    BOLTSEAL_TRY(const auto journal, FileJournal::open(options.directory / "journal"));
    LogTail log(*storage);
    BOLTSEAL_CHECK(take_up(*journal, log, signed_head.head()));
    const TreeHead head = log.head();
    BOLTSEAL_CHECK(check_stored_log(log, head, [&](std::uint64_t done) {
        if (done < head.size) streams.err << "boltseal-log: " << done << " entries" << std::endl;
    }));
    BOLTSEAL_TRY(const auto index, RunIndex::open(options.directory / "index"));
    BOLTSEAL_CHECK(check_index(*index, log, head));
    streams.out << "sound: " << signed_head.head().size << " entries of '" << key.name << "'";
    if (head.size > signed_head.head().size) {
        streams.out << ", and " << head.size - signed_head.head().size << " not signed yet";
    }
    streams.out << '\n';
    return {};
}

}  // namespace

Action add_log_fsck(Command app) {
    auto options = std::make_shared<FsckOptions>();
    auto cmd = app.add_subcommand("fsck", "Hash again everything that a log keeps");
    cmd.add_option("--dir", options->directory, "Folder of the log, which nobody serves")
        .required();
    cmd.footer("Exit status: 0 sound; 4 something is not what was signed.");
    return [options](Streams streams) { return fsck(*options, streams); };
}

}  // namespace boltseal
