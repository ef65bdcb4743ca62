#include "cli/command.h"

#include "cli/exit_code.h"
#include "core/bytes.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
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

int run(const Program& program, int argc, char** argv) {
    CLI::App app(program.purpose, program.name);
    app.require_subcommand(1);
    app.set_version_flag("--version", app.get_name() + " " BOLTSEAL_VERSION);
    app.get_formatter()->column_width(34);
    std::vector<Action> actions;
    for (const AddCommand add : program.commands) actions.push_back(add(Command(app)));
    std::vector<std::string> arguments(argv + 1, argv + std::max(1, argc));
    if (program.expand) {
        auto expanded = program.expand(app, std::move(arguments));
        if (!expanded) {
            print_error(app.get_name(), expanded.error());
            return static_cast<int>(exit_code_for(expanded.error().fault()));
        }
        arguments = *std::move(expanded);
    }
    std::ranges::reverse(arguments);  // as CLI11 wants them
    try {
        app.parse(std::move(arguments));
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

Option Option::required() {
    option_->required();
    return *this;
}

Option Option::type_name(const std::string& name) {
    option_->type_name(name);
    return *this;
}

Option Option::envname(const std::string& variable) {
    option_->envname(variable);
    return *this;
}

Option Option::allow_extra_args(bool allow) {
    option_->allow_extra_args(allow);
    return *this;
}

Option Option::capture_default_str() {
    option_->capture_default_str();
    return *this;
}

Option Option::excludes(Option other) {
    option_->excludes(other.option_);
    return *this;
}

Option Option::between(int least, int most) {
    option_->check(CLI::Range(least, most));
    return *this;
}

Option Option::one_of(const std::vector<std::string>& values) {
    option_->check(CLI::IsMember(values));
    return *this;
}

Option Option::check(const std::function<std::string(const std::string&)>& problem) {
    option_->check(problem);
    return *this;
}

template <typename Target>
Option Command::add_option(const std::string& names, Target& target, const std::string& help) {
    return Option(*app_->add_option(names, target, help));
}

template Option Command::add_option(const std::string&, int&, const std::string&);
template Option Command::add_option(const std::string&, std::size_t&, const std::string&);
template Option Command::add_option(const std::string&, std::string&, const std::string&);
template Option Command::add_option(const std::string&, std::filesystem::path&, const std::string&);
template Option Command::add_option(const std::string&, std::vector<std::string>&,
                                    const std::string&);
template Option Command::add_option(const std::string&, std::vector<std::filesystem::path>&,
                                    const std::string&);

Option Command::add_flag(const std::string& names, bool& target, const std::string& help) {
    return Option(*app_->add_flag(names, target, help));
}

Command Command::add_subcommand(const std::string& name, const std::string& help) {
    return Command(*app_->add_subcommand(name, help));
}

void Command::require_subcommand(int count) {
    app_->require_subcommand(count);
}

bool Command::got_subcommand(const std::string& name) const {
    return app_->got_subcommand(name);
}

void Command::footer(const std::string& text) {
    app_->footer(text);
}

int run_program(const Program& program, int argc, char** argv) try {
    keep_closed_streams_closed();
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error, reported as such
    return run(program, argc, argv);
} catch (const std::exception& bug) {
    // Nothing of ours reports a failure this way. Never let it read as "verified".
    std::cerr << program.name << ": internal error: " << bug.what() << '\n';
    return static_cast<int>(ExitCode::Undetermined);
}

}  // namespace boltseal
