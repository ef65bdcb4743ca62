#include "cli/command.h"

#include "cli/exit_code.h"
#include "core/bytes.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

namespace boltseal {

namespace {

// A file must not take the number of a stream that was closed, or what we say goes into it. Reading
// and writing go on failing as before.
void keep_closed_streams_closed() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // open takes the lowest number that is free, which is this one.
        if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
    }
}

void print_error(const std::string& program, const Error& error) {
    std::cerr << program << ": " << without_controls(error.message()) << '\n';
    if (error.hint().empty()) return;
    std::cerr << program << ": hint: " << without_controls(error.hint()) << '\n';
}

// What CLI11 says, in our manner.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& error) {
    // It misses the command before it looks at what stands in its place.
    const auto extra = app.remaining();
    if (app.get_subcommands().empty() && !extra.empty()) {
        return printable(extra.front()) + " is no command or option";
    }
    std::string text = error.what();
    if (text.starts_with("A ") || text.starts_with("The ")) {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

// A verdict that nobody could read was not given.
ExitCode finish_output(const CLI::App& app) {
    std::cout.flush();
    if (std::cout) return ExitCode::Ok;
    print_error(app.get_name(), Error(Fault::Io, "cannot write to standard output"));
    return ExitCode::Undetermined;
}

int run(CLI::App& app, const std::vector<AddCommand>& commands, int argc, char** argv) {
    app.require_subcommand(1);
    app.set_version_flag("--version", app.get_name() + " " BOLTSEAL_VERSION);
    app.get_formatter()->column_width(34);
    std::vector<Action> actions;
    for (const AddCommand add : commands) actions.push_back(add(app));
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help and --version
        app.exit(success);
        return static_cast<int>(finish_output(app));
    } catch (const CLI::ParseError& error) {
        print_error(app.get_name(), Error(Fault::Config, usage_problem(app, error))
                                        .with_hint("'" + app.get_name() +
                                                   " --help' lists the "
                                                   "commands, and each has its own --help"));
        return static_cast<int>(ExitCode::Usage);
    }
    const auto declared = app.get_subcommands({});
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (!declared[i]->parsed()) continue;
        const auto result = actions[i]({std::cout, std::cerr});
        std::cout.flush();
        if (!result) {
            print_error(app.get_name(), result.error());
            return static_cast<int>(exit_code_for(result.error().fault()));
        }
    }
    return static_cast<int>(finish_output(app));
}

}  // namespace

int run_program(CLI::App& app, const std::vector<AddCommand>& commands, int argc, char** argv) try {
    keep_closed_streams_closed();
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error, reported as such
    return run(app, commands, argc, argv);
} catch (const std::exception& bug) {
    // Nothing of ours reports a failure this way. Never let it read as "verified".
    std::cerr << app.get_name() << ": internal error: " << bug.what() << '\n';
    return static_cast<int>(ExitCode::Undetermined);
}

}  // namespace boltseal
