#include "cli/log_sandbox.h"

#include "cli/log_writers.h"
#include "transparency/sandbox.h"

#include <sys/stat.h>

#include <cerrno>

namespace boltseal {

Result<bool> confine_files(const std::filesystem::path& directory) {
    for (const auto& folder : {directory / "index", directory / "lookup", directory / "statements",
                               token_folder(directory)}) {
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
            return Error(Fault::Io, "cannot make '" + folder.string() + "'");
        }
    }
    return restrict_files(access_of_folder(directory));
}

Result<void> confine_calls(bool files, const LogLines& lines) {
    BOLTSEAL_TRY(const bool calls, restrict_calls());
    lines.say("sandbox", "sandboxed: " + describe_sandbox(files, calls),
              {{"files", files}, {"calls", calls}});
    return {};
}

}  // namespace boltseal
