// A subcommand declares its options and says what to run. run_program does the rest.
#pragma once

#include "core/result.h"

#include <functional>
#include <iosfwd>
#include <vector>

namespace CLI {
class App;
}

namespace boltseal {

struct Streams {
    std::ostream& out;  // results: stable, one record a line, or JSON with --json
    std::ostream& err;  // everything meant for people
};

using Action = std::function<Result<void>(Streams)>;
using AddCommand = Action (*)(CLI::App&);

// Each lives in cli/cmd_<name>.cc, beside its manual page, cli/boltseal-<name>.1.
Action add_attest(CLI::App& app);
Action add_bundle(CLI::App& app);  // boltseal-verify's name for verifying a file with its bundle
Action add_bundle_group(CLI::App& app);  // boltseal's, as "bundle verify", and "bundle lint"
Action add_inspect(CLI::App& app);
Action add_keygen(CLI::App& app);
Action add_lint(CLI::App& app);
Action add_proof(CLI::App& app);
Action add_policy(CLI::App& app);
Action add_pull(CLI::App& app);
Action add_push(CLI::App& app);
Action add_recheck(CLI::App& app);
Action add_sign(CLI::App& app);
Action add_tree(CLI::App& app);
Action add_verify(CLI::App& app);
Action add_version(CLI::App& app);

// Parses the command line, runs what was chosen, prints the error if there is one, and returns the
// exit status (cli/exit_code.h). Exceptions are bugs or a dead machine: 3, never 0.
int run_program(CLI::App& app, const std::vector<AddCommand>& commands, int argc, char** argv);

}  // namespace boltseal
