// boltseal-log restore: a folder that comes from a copy becomes the log again.
// specs/operations.md#restore
#include "cli/log_commands.h"
#include "cli/log_witnessing.h"
#include "cli/network.h"
#include "cli/trust_options.h"
#include "transparency/file_storage.h"
#include "transparency/folder_place.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/log_client.h"
#include "transparency/log_setup.h"
#include "transparency/object_folder.h"
#include "transparency/recovery.h"
#include "transparency/restore.h"
#include "transparency/run_index.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

struct RestoreOptions {
    fs::path directory;
    std::string mirror;
    WitnessingOptions witnessing;
};

struct Copy {
    std::unique_ptr<FileStorage> storage;
    LogKey key;
    std::unique_ptr<HeadFile> head;
};

Result<Copy> open_copy(const fs::path& directory) {
    BOLTSEAL_TRY(auto storage, FileStorage::open(directory));
    BOLTSEAL_TRY(LogKey key, load_log_key(directory, log_password()));
    BOLTSEAL_TRY(auto head, HeadFile::open(directory / "head"));
    return Copy{std::move(storage), std::move(key), std::move(head)};
}

struct Mirror {
    std::unique_ptr<ObjectFolder> folder;  // null for one that is asked over HTTP
    std::unique_ptr<TileSource> tiles;
    std::optional<VerifiedCheckpoint> shown;
};

Result<Mirror> open_mirror(const std::string& place, const NoteKey& key, HttpClient& http) {
    Mirror mirror;
    Result<Buffer> note = Buffer();
    if (place.starts_with("http://") || place.starts_with("https://")) {
        auto tiles = std::make_unique<HttpTiles>(http, place, real_patience());
        note = tiles->get_checkpoint();
        mirror.tiles = std::move(tiles);
    } else {
        BOLTSEAL_TRY(mirror.folder, ObjectFolder::open(place));
        mirror.tiles = std::make_unique<StoredTiles>(*mirror.folder);
        note = mirror.folder->get("checkpoint");
    }
    if (!note) return std::move(note).error().context("mirror '" + place + "'");
    auto shown = check_checkpoint(*note, key);
    if (!shown) return std::move(shown).error().context("mirror '" + place + "'");
    mirror.shown = *std::move(shown);
    return mirror;
}

// Readers see nothing of a log that is being restored.
class Unshown : public Publication {
public:
    explicit Unshown(Publication& shown) : shown_(shown) {}
    Result<std::optional<std::string>> last() override { return shown_.last(); }
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override {
        return signed_head;
    }

private:
    Publication& shown_;
};

// The newest checkpoint that we know of, and from where it is proved.
Result<void> ask_quorum(const WitnessPolicy& policy, const WitnessingOptions& options,
                        const NoteKey& key, const VerifiedCheckpoint& newest,
                        const ProveConsistency& prove, Streams streams) {
    const auto tell = [&](const std::string& line) {
        streams.err << "boltseal-log: " << line << std::endl;
    };
    BOLTSEAL_TRY(WitnessClient client, make_witness_client(options, policy, key, tell));
    BOLTSEAL_CHECK(client.cosign(newest, prove));
    return {};
}

// Before anything is signed: a copy may have entries that were never signed, too.
Result<void> compare(const RestoreOptions& options, const WitnessPolicy& policy, Copy& copy,
                     const VerifiedCheckpoint& last, const std::optional<Mirror>& mirror,
                     Streams streams) {
    BOLTSEAL_TRY(const auto journal, FileJournal::open(options.directory / "journal"));
    LogTail log(*copy.storage);
    BOLTSEAL_CHECK(take_up(*journal, log, last.head()));
    if (mirror) BOLTSEAL_CHECK(check_same_history(log, *mirror->tiles, mirror->shown->head()));
    if (policy.asks_for_none()) return {};
    const bool is_older = mirror && mirror->shown->head().size > last.head().size;
    const auto prove = [&](std::uint64_t size, const TreeHead& head) {
        return is_older ? Prover(*mirror->tiles, head).prove_consistency(size)
                        : log.prove_consistency(size, head);
    };
    return ask_quorum(policy, options.witnessing, copy.key.note_key,
                      is_older ? *mirror->shown : last, prove, streams);
}

Result<std::uint64_t> bring_up(const RestoreOptions& options, Copy& copy, HeadSigner& signer,
                               const Mirror& mirror) {
    BOLTSEAL_TRY(const auto journal, FileJournal::open(options.directory / "journal"));
    BOLTSEAL_TRY(const auto index, RunIndex::open(options.directory / "index"));
    Unshown publication(*copy.storage);
    BOLTSEAL_TRY(const auto log,
                 Sequencer::start({*copy.storage, *journal, signer, publication, *index}));
    auto added = append_missing(*log, *mirror.tiles, mirror.shown->head());
    log->stop();
    return added;
}

Result<void> restore(const RestoreOptions& options, Streams streams) {
    BOLTSEAL_TRY(const WitnessPolicy policy, load_witness_policy(options.witnessing.policy));
    if (options.mirror.empty() && policy.asks_for_none()) {
        return Error(Fault::Config, "nothing to compare the folder with")
            .with_hint("give --mirror, --witness-policy, or both");
    }
    BOLTSEAL_TRY(Copy copy, open_copy(options.directory));
    LocalHeadSigner signer(*copy.key.signer, copy.key.note_key, *copy.head);
    BOLTSEAL_TRY(const VerifiedCheckpoint last, signer.last());
    HttpClient http;
    std::optional<Mirror> mirror;
    if (!options.mirror.empty()) {
        BOLTSEAL_TRY(mirror, open_mirror(options.mirror, copy.key.note_key, http));
    }
    BOLTSEAL_CHECK(compare(options, policy, copy, last, mirror, streams));
    std::uint64_t added = 0;
    if (mirror) {
        BOLTSEAL_TRY(added, bring_up(options, copy, signer, *mirror));
    }
    BOLTSEAL_CHECK(claim_place(options.directory));
    BOLTSEAL_TRY(const VerifiedCheckpoint now, signer.last());
    streams.out << "restored: " << now.head().size << " entries of '" << copy.key.note_key.name
                << "', " << added << " of them from the mirror\n";
    return {};
}

}  // namespace

Action add_log_restore(Command app) {
    auto options = std::make_shared<RestoreOptions>();
    auto cmd =
        app.add_subcommand("restore", "Let a folder that comes from a copy be the log again");
    cmd.add_option("--dir", options->directory, "Folder of the log, which nobody serves")
        .required();
    cmd.add_option("--mirror", options->mirror,
                   "The newest that anybody has of the log: folder or URL with its checkpoint, "
                   "tiles and entries")
        .type_name("URL|FOLDER");
    add_witnessing_options(cmd, options->witnessing);
    cmd.footer(
        "What the mirror has and the folder has not is put in. The folder must be the beginning "
        "of what the mirror and the witnesses have seen, or newer; else nothing is written: "
        "exit status 1.\nThe key is decrypted with " +
        std::string(kLogPasswordVariable) + ".");
    return [options](Streams streams) { return restore(*options, streams); };
}

}  // namespace boltseal
