// A subcommand declares its options and says what to run. run_program does the rest.
//
// CLI11 does the parsing behind Command and Option. Its headers stay in command.cc, because each
// source that includes them takes five seconds longer to compile.
#pragma once

#include "core/result.h"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace boltseal {

struct Streams {
    std::ostream& out;  // results: stable, one record a line, or JSON with --json
    std::ostream& err;  // everything meant for people
};

using Action = std::function<Result<void>(Streams)>;

// One declared option. Copies stand for the same one.
class Option {
public:
    explicit Option(CLI::Option& option) : option_(&option) {}

    Option required();
    Option type_name(const std::string& name);    // what --help calls the value
    Option envname(const std::string& variable);  // where the value comes from if it is not given
    Option allow_extra_args(bool allow);          // several values after one name
    Option capture_default_str();                 // --help shows the target's value of now
    Option excludes(Option other);
    Option between(int least, int most);
    Option one_of(const std::vector<std::string>& values);
    Option check(const std::function<std::string(const std::string&)>& problem);  // empty: none

private:
    CLI::Option* option_;
};

// A command line, or one command of it. Copies stand for the same one, which lives as long as
// run_program; so must the targets of its options.
class Command {
public:
    explicit Command(CLI::App& app) : app_(&app) {}

    // Values go to `target`: a string, a path, a number, or a vector or optional of these.
    template <typename Target>
    Option add_option(const std::string& names, Target& target, const std::string& help);
    Option add_flag(const std::string& names, bool& target, const std::string& help);
    Command add_subcommand(const std::string& name, const std::string& help);
    void require_subcommand(int count);
    bool got_subcommand(const std::string& name) const;
    void footer(const std::string& text);  // the end of --help

private:
    CLI::App* app_;
};

using AddCommand = Action (*)(Command);

// Each lives in cli/cmd_<name>.cc, beside its manual page, cli/boltseal-<name>.1.
Action add_attest(Command app);
Action add_bundle(Command app);  // boltseal-verify's name for verifying a file with its bundle
Action add_bundle_group(Command app);  // boltseal's, as "bundle verify", and "bundle lint"
Action add_cache(Command app);         // "cache list" and "cache prune"
Action add_copy(Command app);
Action add_inspect(Command app);
Action add_keygen(Command app);
Action add_lint(Command app);
Action add_load(Command app);
Action add_log_group(Command app);  // "log submit", "log prove", ...: cli/log_client_commands.h
Action add_proof(Command app);
Action add_policy(Command app);
Action add_pull(Command app);
Action add_push(Command app);
Action add_recheck(Command app);
Action add_save(Command app);
Action add_sign(Command app);
Action add_tree(Command app);
Action add_verify(Command app);
Action add_version(Command app);

// Changes the arguments, without the program's name, before they are parsed.
using ExpandArguments = Result<std::vector<std::string>> (*)(CLI::App& app,
                                                             std::vector<std::string> arguments);

struct Program {
    std::string name;
    std::string purpose;
    std::vector<AddCommand> commands;
    ExpandArguments expand = nullptr;
};

// Parses the command line, runs what was chosen, prints the error if there is one, and returns the
// exit status (cli/exit_code.h). Exceptions are bugs or a dead machine: 3, never 0.
int run_program(const Program& program, int argc, char** argv);

}  // namespace boltseal
