// boltseal-log: the transparency log server.
#include "cli/clock.h"
#include "cli/config_file.h"
#include "cli/log_commands.h"
#include "transparency/log_setup.h"

#include <cstdlib>
#include <memory>
#include <ostream>

namespace boltseal {

Secret log_password() {
    const char* text = std::getenv(kLogPasswordVariable);
    return Secret::copy_of(as_bytes(text ? text : ""));
}

namespace {

struct InitOptions {
    std::string directory;
    std::string origin;
    std::string url = "http://127.0.0.1:8470";
};

Result<void> init(const InitOptions& options, Streams streams) {
    BOLTSEAL_TRY(const NoteKey key, create_log(options.directory, {options.origin, options.url},
                                               log_password(), now()));
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
               std::string(kLogPasswordVariable) + ".");
    return [options](Streams streams) { return init(*options, streams); };
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
        {"boltseal-log",
         "A transparency log server",
         {add_init, add_log_serve, add_log_signer, add_log_token, add_log_tsa, add_log_fsck,
          add_log_export, add_log_restore, add_log_witness, add_log_version},
         expand_config},
        argc, argv);
}
