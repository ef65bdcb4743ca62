// The two steps in which the server gives up what it needs no more: transparency/sandbox.h.
#pragma once

#include "cli/log_lines.h"

#include <filesystem>

namespace boltseal {

// Before there are threads. Makes the folders of the log that are not there yet: later it cannot.
Result<bool> confine_files(const std::filesystem::path& directory);

// Once the last socket listens. Says what holds of both.
Result<void> confine_calls(bool files, const LogLines& lines);

}  // namespace boltseal
