// A log that is read as a whole: from its folder, or over the network.
#pragma once

#include "cli/log_access.h"

namespace boltseal {

struct LogSource {
    std::filesystem::path directory;  // --dir
    LogAccess access;                 // --log, --log-key, ...

    bool is_folder() const { return !directory.empty(); }
};

// Whoever keeps a log names one of the two; the environment names none, since it is for clients.
void add_log_source_options(Command command, LogSource& source, const std::string& folder_help);

// Config unless there is one.
Result<void> check_source(const LogSource& source);

}  // namespace boltseal
