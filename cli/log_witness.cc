// boltseal-log witness: makes a witness, and serves it.
#include "cli/clock.h"
#include "cli/ending_signals.h"
#include "cli/log_commands.h"
#include "cli/log_sandbox.h"
#include "core/file.h"
#include "transparency/http_server.h"
#include "transparency/sandbox.h"
#include "transparency/witness.h"
#include "transparency/witness_setup.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLogs = std::size_t{1} << 20;

struct WitnessInitOptions {
    fs::path directory;
    std::string name;
};

struct WitnessServeOptions {
    fs::path directory;
    fs::path logs;
    std::string listen = "127.0.0.1:8471";
};

Result<void> init(const WitnessInitOptions& options, Streams streams) {
    BOLTSEAL_TRY(const NoteKey key,
                 create_witness(options.directory, options.name, log_password()));
    streams.out << to_vkey(key) << '\n';
    return {};
}

Result<WatchedLogs> load_logs(const WitnessServeOptions& options) {
    const fs::path path = options.logs.empty() ? options.directory / "logs" : options.logs;
    BOLTSEAL_TRY(const Buffer text, read_file(path, kMaxLogs));
    auto logs = parse_watched_logs(text);
    if (!logs) return std::move(logs).error().context("list of logs '" + path.string() + "'");
    return logs;
}

Result<void> serve(const WitnessServeOptions& options, Streams streams) {
    BOLTSEAL_TRY(const ListenAddress address, parse_listen_address(options.listen));
    BOLTSEAL_TRY(const NamedKey key, load_witness_key(options.directory, log_password()));
    ::unsetenv(kLogPasswordVariable);
    BOLTSEAL_TRY(const WatchedLogs logs, load_logs(options));
    WitnessService witness(*key.signer, key.note_key, now);
    for (const auto& [origin, keys] : logs) {
        BOLTSEAL_TRY(auto newest, open_witness_state(options.directory, origin));
        BOLTSEAL_CHECK(witness.watch(origin, keys, std::move(newest)));
    }
    const LogLines lines(streams.err, LogFormat::Text, now);
    block_ending_signals();
    BOLTSEAL_TRY(const bool files_confined,
                 restrict_files(access_of_folder(options.directory)));  // before there are threads
    Workers workers(std::max(2u, std::thread::hardware_concurrency()));
    HttpLimits limits;
    limits.max_body = kMaxWitnessRequest;
    BOLTSEAL_TRY(auto server,
                 HttpServer::start(
                     address, on_workers(workers, [&](const auto& r) { return witness.handle(r); }),
                     limits));
    BOLTSEAL_CHECK(confine_calls(files_confined, lines));  // after it listens
    lines.say("serving",
              "witness '" + key.note_key.name + "' at http://" +
                  to_string(ListenAddress{address.host, server->port()}) + " (" +
                  std::to_string(logs.size()) + " logs)",
              {});
    while (server->is_running()) {
        if (!is_told_to_end()) continue;
        server.reset();  // answers what was asked
        workers.stop();
        return {};
    }
    return Error(Fault::Io, "the server cannot accept connections any more");
}

Action add_witness_init(Command app) {
    auto options =
        std::make_shared<WitnessInitOptions>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("init", "Make a witness: its key, and its state without logs");
    cmd.add_option("--dir", options->directory, "Folder of the witness, made if it is not there")
        .required();
    cmd.add_option("--name", options->name,
                   "Name of the witness in its cosignatures, for ever; a URL without scheme")
        .required();
    cmd.footer("Prints the vkey that policies name. The key is encrypted with " +
               std::string(kLogPasswordVariable) + ".");
    return [options](Streams streams) { return init(*options, streams); };
}

Action add_witness_serve(Command app) {
    auto options = std::make_shared<WitnessServeOptions>();
    auto cmd = app.add_subcommand("serve", "Cosign checkpoints of logs that show no two histories");
    cmd.add_option("--dir", options->directory, "Folder of the witness").required();
    cmd.add_option("--listen", options->listen, "Address and port; port 0 takes a free one")
        .capture_default_str();
    cmd.add_option("--logs", options->logs,
                   "Logs to cosign for, 'log <vkey>' a line (default: logs in the folder)")
        .type_name("FILE");
    cmd.footer(
        "The list of logs is read when it starts. Never restore the folder from a backup: make "
        "a new witness.");
    return [options](Streams streams) { return serve(*options, streams); };
}

}  // namespace

Action add_log_witness(Command app) {
    auto group = app.add_subcommand("witness", "Cosign the checkpoints of other logs");
    group.require_subcommand(1);
    const Action make = add_witness_init(group);
    const Action run = add_witness_serve(group);
    return [=](Streams streams) {
        return group.got_subcommand("init") ? make(streams) : run(streams);
    };
}

}  // namespace boltseal
