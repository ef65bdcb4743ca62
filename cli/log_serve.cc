// boltseal-log serve and boltseal-log signer: flags, signals, what is started and stopped in which
// order. Everything else is in transparency/.
#include "cli/clock.h"
#include "cli/ending_signals.h"
#include "cli/log_commands.h"
#include "cli/log_lines.h"
#include "cli/log_metrics.h"
#include "cli/log_sandbox.h"
#include "cli/log_tsa.h"
#include "cli/log_witnessing.h"
#include "cli/log_writers.h"
#include "transparency/file_storage.h"
#include "transparency/folder_place.h"
#include "transparency/head_file.h"
#include "transparency/http_server.h"
#include "transparency/journal_file.h"
#include "transparency/log_api.h"
#include "transparency/log_checker.h"
#include "transparency/log_page.h"
#include "transparency/log_setup.h"
#include "transparency/lookup_api.h"
#include "transparency/lookup_writer.h"
#include "transparency/measured_log.h"
#include "transparency/run_index.h"
#include "transparency/signer_link.h"
#include "transparency/signer_process.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ostream>
#include <thread>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLastWords{1};  // /readyz tells of a failure before the end
constexpr std::chrono::seconds kHeadPatience{5};

struct ServeOptions {
    fs::path directory;
    std::string listen = to_string(ListenAddress{});
    fs::path signer;
    bool raw = false;
    std::size_t max_wait = QueueLimits{}.max_wait.count();  // microseconds
    WriterOptions writers;
    WitnessingOptions witnessing;
    std::string metrics;  // address; empty: nowhere
    std::string log_format = "text";
    fs::path config;  // read before all others: config_file.h
};

// The signer has the key; this process needs its public half only.
Result<int> reach_signer(const ServeOptions& options) {
    if (!options.signer.empty()) return connect_to_signer(options.signer);
    auto socket = start_signer("/proc/self/exe", {"signer", "--dir", options.directory.string()});
    ::unsetenv(kLogPasswordVariable);
    return socket;
}

// Waits for SIGTERM or SIGINT, or for the log or the server to end on their own.
Result<void> wait_for_end(const Sequencer& sequencer, const HttpServer& server) {
    while (server.is_running()) {
        if (is_told_to_end()) return {};
        if (auto ready = sequencer.check_ready(); !ready) {
            std::this_thread::sleep_for(kLastWords);
            return ready;
        }
    }
    return Error(Fault::Io, "the server cannot accept connections any more");
}

// Writers first, then the page, then reading that takes time, which goes to the workers, and the
// API, which sees for itself.
WriteGate::Next route(LogApi& api, LogPage& page, const LookupApi& lookups,
                      TimestampApi* time_stamps, Workers& workers) {
    const auto look_up = on_workers(
        workers, [&lookups](const ApiRequest& request) { return lookups.answer(request); });
    const auto stamp = on_workers(
        workers, [time_stamps](const ApiRequest& request) { return time_stamps->answer(request); });
    return [&api, &page, look_up, stamp, time_stamps](ApiRequest request, const Reply& reply) {
        if (page.handle(request, reply)) return;
        if (time_stamps && TimestampApi::has(request.path)) {
            return stamp(std::move(request), reply);
        }
        if (LookupApi::has(request.path)) return look_up(std::move(request), reply);
        api.handle(std::move(request), reply);
    };
}

void say_serving(const NoteKey& key, const ListenAddress& at, std::uint64_t entries,
                 const LogLines& lines) {
    const std::string url = "http://" + to_string(at);
    lines.say("serving",
              "serving '" + key.name + "' at " + url + " (" + std::to_string(entries) + " entries)",
              {{"origin", key.name}, {"url", url}, {"entries", entries}});
}

// A run of leaves is some 20 MB, made and let go of again and again. Left to itself, glibc takes so
// much from its heaps once it has seen it freed, and a heap gives nothing back below what is used.
void give_back_large_memory() {
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

Result<void> serve(const ServeOptions& options, Streams streams) {
    give_back_large_memory();
    BOLTSEAL_TRY(const ListenAddress address, parse_listen_address(options.listen));
    BOLTSEAL_TRY(const LogFormat format, parse_log_format(options.log_format));
    const LogLines lines(streams.err, format, now);
    block_ending_signals();

    BOLTSEAL_TRY(const auto storage, FileStorage::open(options.directory));
    BOLTSEAL_TRY(NoteKey key, load_log_vkey(options.directory));
    BOLTSEAL_TRY(const int socket, reach_signer(options));
    RemoteHeadSigner signer(socket, key);
    BOLTSEAL_CHECK(signer.last());
    BOLTSEAL_TRY(const auto journal, FileJournal::open(options.directory / "journal"));
    BOLTSEAL_TRY(WriteRules rules,
                 make_write_rules(options.writers, options.directory, options.raw));
    BOLTSEAL_TRY(const auto time_stamps, open_time_stamps(options.directory, signer, lines));
    BOLTSEAL_TRY(const auto witnessed,
                 ask_witnesses(options.witnessing, options.directory, key, *storage, lines));
    BOLTSEAL_TRY(const bool files_confined, confine_files(options.directory));  // before threads

    BOLTSEAL_TRY(const auto index, RunIndex::open(options.directory / "index"));
    LogMetrics metrics;
    MeasuredJournal measured_journal(*journal, metrics);
    MeasuredSigner measured_signer(signer, metrics);
    MeasuredPublication measured_publication(witnessed ? *witnessed : *storage, metrics);
    SequencerLimits limits;
    limits.queue.max_wait = std::chrono::microseconds(options.max_wait);
    BOLTSEAL_TRY(
        const auto sequencer,
        Sequencer::start(
            {*storage, measured_journal, measured_signer, measured_publication, *index}, limits));
    Workers workers(std::max(2u, std::thread::hardware_concurrency()));
    BOLTSEAL_TRY(const auto lookup_index, LookupIndex::open(options.directory / "lookup"));
    BOLTSEAL_TRY(const auto statements, StatementStore::open(options.directory / "statements"));
    LogApi api(*sequencer, key, workers, options.raw ? RawEntries::Taken : RawEntries::Refused,
               statements.get());
    const LookupApi lookups(*sequencer, *lookup_index, *statements);
    LogPage page(*sequencer, key, workers);
    WriteGate gate(std::move(rules), now, route(api, page, lookups, time_stamps.get(), workers));
    BOLTSEAL_TRY(auto server, HttpServer::start(address, [&gate](ApiRequest request, Reply reply) {
                     gate.handle(std::move(request), std::move(reply));
                 }));
    BOLTSEAL_TRY(auto metrics_server,
                 serve_metrics(options.metrics, {metrics, *server, *sequencer}, lines));
    BOLTSEAL_CHECK(confine_calls(files_confined, lines));  // after the last one to listen
    say_serving(key, {address.host, server->port()}, sequencer->published()->head().size, lines);
    std::optional<Scrubber> scrubber(
        std::in_place, sequencer->log(), [&] { return sequencer->published()->head(); },
        [&](const Error& error) { sequencer->fail(error); });
    // Look-ups that get no further say so: the log itself is as sound without them.
    std::optional<LookupWriter> lookup_writer(
        std::in_place, *lookup_index, sequencer->log(),
        [&] { return sequencer->published()->head(); },
        [&](const Error& error) {
            lines.say("look-ups", "look-ups end here: " + error.message(),
                      {{"reason", error.message()}});
        });
    auto ended = wait_for_end(*sequencer, *server);
    lookup_writer.reset();
    lines.say("stopping", "", {{"reason", ended ? "told to" : ended.error().message()}});
    scrubber.reset();
    metrics_server.reset();
    server.reset();     // answers what was asked,
    sequencer->stop();  // with the entries it has taken,
    workers.stop();     // by these
    return ended;
}

struct SignerOptions {
    fs::path directory;
    fs::path socket;
    int connection = -1;
};

// The signer of a server that was killed may still be on its way out.
Result<std::unique_ptr<HeadFile>> open_head(const fs::path& path) {
    const auto deadline = std::chrono::steady_clock::now() + kHeadPatience;
    for (;;) {
        auto head = HeadFile::open(path);
        const bool busy = !head && head.error().fault() == Fault::Declined;
        if (!busy || std::chrono::steady_clock::now() >= deadline) return head;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

struct OpenSigner {
    LogKey key;
    std::unique_ptr<HeadFile> head;
    std::unique_ptr<TimeStamper> stamper;  // null if the log has none
};

Result<OpenSigner> open_signer(const fs::path& directory) {
    const Secret password = log_password();
    ::unsetenv(kLogPasswordVariable);
    BOLTSEAL_TRY(LogKey key, load_log_key(directory, password));
    BOLTSEAL_TRY(auto head, open_head(directory / "head"));
    BOLTSEAL_CHECK(check_place(directory));
    BOLTSEAL_TRY(auto stamper, open_time_stamper(directory, password));
    return OpenSigner{std::move(key), std::move(head), std::move(stamper)};
}

Result<void> run_signer(const SignerOptions& options, Streams streams) {
    harden_signer();
    auto opened = open_signer(options.directory);
    if (options.connection >= 0) {
        if (opened) {
            LocalHeadSigner signer(*opened->key.signer, opened->key.note_key, *opened->head);
            return serve_signer(options.connection, signer, opened->stamper.get());
        }
        return refuse_to_sign(options.connection, opened.error());
    }
    if (!opened) return std::move(opened).error();
    LocalHeadSigner signer(*opened->key.signer, opened->key.note_key, *opened->head);
    const fs::path socket =
        options.socket.empty() ? options.directory / "signer.sock" : options.socket;
    BOLTSEAL_TRY(const int listener, listen_as_signer(socket));
    streams.err << "boltseal-log: signing for '" << signer.key().name << "' at '" << socket.string()
                << "'" << std::endl;
    for (;;) {
        BOLTSEAL_TRY(const int server, accept_server(listener));
        const auto served = serve_signer(server, signer, opened->stamper.get());
        ::close(server);
        if (!served) streams.err << "boltseal-log: " << served.error().message() << std::endl;
    }
}

}  // namespace

Action add_log_serve(Command app) {
    auto options = std::make_shared<ServeOptions>();
    auto cmd = app.add_subcommand("serve", "Take entries and serve the log");
    cmd.add_option("--dir", options->directory, "Folder of the log").required();
    cmd.add_option("--listen", options->listen, "Address and port; port 0 takes a free one")
        .capture_default_str();
    cmd.add_option("--signer", options->signer,
                   "Socket of a signer that runs already, instead of starting one")
        .type_name("PATH");
    cmd.add_flag("--raw", options->raw, "Take bytes of any kind at /add, for tests and other logs");
    cmd.add_option(
           "--max-wait", options->max_wait,
           "Microseconds that the first entry of a batch waits for others, if more are expected")
        .capture_default_str();
    cmd.add_option("--config", options->config, "File with any of these options, in TOML")
        .type_name("FILE");
    add_writer_options(cmd, options->writers);
    add_witnessing_options(cmd, options->witnessing);
    cmd.add_option("--metrics", options->metrics,
                   "Address and port of its own for /metrics, in Prometheus's format")
        .type_name("ADDRESS");
    cmd.add_option("--log-format", options->log_format,
                   "Lines on standard error: text, logfmt or json")
        .capture_default_str();
    cmd.footer(
        "Ends with status 3 after an error of the disk or of signing: start it again, and "
        "it goes on from what the disk has.");
    return [options](Streams streams) { return serve(*options, streams); };
}

Action add_log_signer(Command app) {
    auto options = std::make_shared<SignerOptions>();
    auto cmd = app.add_subcommand("signer", "Hold the log's key and sign its heads");
    cmd.add_option("--dir", options->directory, "Folder of the log").required();
    cmd.add_option("--socket", options->socket,
                   "Where the server reaches it (default: signer.sock in the folder)")
        .type_name("PATH");
    cmd.add_option("--connection", options->connection,
                   "Open socket to serve, and end with it; for serve, which starts it so")
        .type_name("NUMBER");
    cmd.footer("The key is decrypted with " + std::string(kLogPasswordVariable) + ".");
    return [options](Streams streams) { return run_signer(*options, streams); };
}

}  // namespace boltseal
