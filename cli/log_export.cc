// boltseal-log export: a log as a folder for any web server.
#include "transparency/log_export.h"

#include "cli/log_commands.h"
#include "cli/log_source.h"
#include "transparency/key_folder.h"
#include "transparency/log_setup.h"
#include "transparency/published_log.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct ExportOptions {
    LogSource source;
    std::filesystem::path out;
};

Result<void> write(TileSource& log, const VerifiedCheckpoint& checkpoint, const NoteKey& key,
                   const ExportOptions& options, Streams streams) {
    BOLTSEAL_TRY(const Exported exported,
                 export_log(log, checkpoint, key, options.out, [&](std::uint64_t done) {
                     streams.err << "boltseal-log: " << done << " entries" << std::endl;
                 }));
    streams.out << "exported: " << exported.size << " entries of '" << key.name << "', "
                << exported.size - exported.before << " of them new\n";
    return {};
}

Result<void> run(const ExportOptions& options, Streams streams) {
    BOLTSEAL_CHECK(check_source(options.source));
    if (options.source.is_folder()) {
        BOLTSEAL_TRY(const NoteKey key, load_log_vkey(options.source.directory));
        BOLTSEAL_TRY(const PublishedLog log, open_published(options.source.directory, key));
        return write(*log.tiles, log.checkpoint, key, options, streams);
    }
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.source.access, http));
    return write(log.client.tiles(), log.head, log.client.key(), options, streams);
}

}  // namespace

Action add_log_export(Command app) {
    auto options = std::make_shared<ExportOptions>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("export", "Write a log as files that any web server can serve");
    add_log_source_options(cmd, options->source,
                           "Folder of the log, which may be served meanwhile");
    cmd.add_option("-o,--out", options->out, "Folder to write to, made if it is not there")
        .type_name("FOLDER")
        .required();
    cmd.footer(
        "Everything is checked before it is written, and what is there already stays. Exit status: "
        "0 exported; 1 another history, or not by this log; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
