// Options of a command from a file: TOML, with the names and values that the command line has.
// What stands on the command line wins. specs/operations.md#configuration
#pragma once

#include "cli/command.h"
#include "core/bytes.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace boltseal {

enum class OptionKind { Unknown, Flag, Value, Values };  // Values: may be given several times

struct KnownOptions {
    std::function<OptionKind(const std::string& name)> kind;  // without dashes
    std::set<std::string> given;                              // on the command line
};

// The arguments that say the same: "--listen=127.0.0.1:80", "--raw". A flag that is false is left
// out. Config, with the line, for what is unknown, of the wrong kind, or no TOML of core/toml.h.
Result<std::vector<std::string>> config_arguments(Bytes text, const KnownOptions& known);

// For Program::expand: if the command has an option --config and it is given, what the file says
// comes before the other arguments. Config if it cannot be read.
Result<std::vector<std::string>> expand_config(CLI::App& app, std::vector<std::string> arguments);

}  // namespace boltseal
