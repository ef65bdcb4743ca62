// boltseal-log: the transparency log server. Flags, signals, start; everything else is in
// transparency/.
#include "cli/clock.h"
#include "cli/command.h"
#include "sign/secret.h"
#include "transparency/file_storage.h"
#include "transparency/http_server.h"
#include "transparency/log_setup.h"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <ostream>

namespace boltseal {

namespace {

constexpr char kPasswordVariable[] = "BOLTSEAL_LOG_PASSWORD";

Secret password() {
    const char* text = std::getenv(kPasswordVariable);
    return Secret::copy_of(as_bytes(text ? text : ""));
}

struct InitOptions {
    std::string directory;
    std::string origin;
    std::string url = "http://127.0.0.1:8470";
};

Result<void> init(const InitOptions& options, Streams streams) {
    BOLTSEAL_TRY(const NoteKey key,
                 create_log(options.directory, {options.origin, options.url}, password(), now()));
    streams.out << to_vkey(key) << '\n';
    return {};
}

Action add_init(Command app) {
    auto options = std::make_shared<InitOptions>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("init", "Make a log: its key and its first checkpoint");
    cmd.add_option("--dir", options->directory, "Folder of the log, made if it is not there")
        .required();
    cmd.add_option("--origin", options->origin,
                   "Name of the log in its checkpoints, for ever; for cosign a host name alone")
        .required();
    cmd.add_option("--url", options->url, "Where clients will reach it").capture_default_str();
    cmd.footer("Prints the vkey that clients pin. The key is encrypted with " +
               std::string(kPasswordVariable) + ".");
    return [options](Streams streams) { return init(*options, streams); };
}

struct ServeOptions {
    std::string directory;
    std::string listen = to_string(ListenAddress{});
};

// Waits for SIGTERM or SIGINT, or for the server to end on its own.
Result<void> wait_for_signal(const sigset_t& signals, const HttpServer& server) {
    const timespec second{1, 0};
    while (server.is_running()) {
        if (sigtimedwait(&signals, nullptr, &second) > 0) return {};
    }
    return Error(Fault::Io, "the server cannot accept connections any more");
}

Result<void> serve(const ServeOptions& options, Streams streams) {
    BOLTSEAL_TRY(const ListenAddress address, parse_listen_address(options.listen));
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // in all threads that start from here

    BOLTSEAL_TRY(const auto storage, FileStorage::open(options.directory));
    BOLTSEAL_TRY(const LogKey key, load_log_key(options.directory, password()));
    const auto complain = [&streams](const Error& error) {
        streams.err << "boltseal-log: stopped taking entries: " << error.message() << std::endl;
    };
    BOLTSEAL_TRY(
        const auto sequencer,
        Sequencer::start(*storage, *storage, HeadSigner(*key.signer, key.note_key), {}, complain));
    LogApi api(*sequencer, *storage, key.note_key);
    BOLTSEAL_TRY(const auto server, HttpServer::start(address, [&api](const ApiRequest& request) {
                     return api.handle(request);
                 }));
    streams.err << "boltseal-log: serving '" << key.note_key.name << "' at http://"
                << to_string(ListenAddress{address.host, server->port()}) << " ("
                << sequencer->published().head().size << " entries)" << std::endl;
    return wait_for_signal(signals, *server);
}

Action add_serve(Command app) {
    auto options = std::make_shared<ServeOptions>();
    auto cmd = app.add_subcommand("serve", "Take entries and serve the log");
    cmd.add_option("--dir", options->directory, "Folder of the log").required();
    cmd.add_option("--listen", options->listen, "Address and port; port 0 takes a free one")
        .capture_default_str();
    return [options](Streams streams) { return serve(*options, streams); };
}

Action add_log_version(Command app) {
    app.add_subcommand("version", "Print the version");
    return [](Streams streams) -> Result<void> {
        streams.out << "boltseal-log " BOLTSEAL_VERSION "\n";
        return {};
    };
}

}  // namespace

}  // namespace boltseal

int main(int argc, char** argv) {
    using namespace boltseal;
    return run_program(
        {"boltseal-log", "A transparency log server", {add_init, add_serve, add_log_version}}, argc,
        argv);
}
