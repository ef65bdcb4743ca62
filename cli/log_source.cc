#include "cli/log_source.h"

namespace boltseal {

void add_log_source_options(Command command, LogSource& source, const std::string& folder_help) {
    const Option folder =
        command.add_option("--dir", source.directory, folder_help).type_name("FOLDER");
    add_log_access_options(command, source.access).envname("").excludes(folder);
}

Result<void> check_source(const LogSource& source) {
    if (source.is_folder() || !source.access.url.empty()) return {};
    return Error(Fault::Config, "no log to read").with_hint("give --dir, or --log with --log-key");
}

}  // namespace boltseal
