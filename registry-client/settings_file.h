// Settings files that people, or other programs, keep. What is there and cannot be read is Config,
// never the same as nothing: it could have said that something is not allowed.
#pragma once

#include "core/bytes.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal {

// Empty if it is not set.
std::string environment(const char* name);

// False only where it is known that there is nothing.
bool is_there(const std::filesystem::path& path);

// At most 1 MiB.
Result<Buffer> read_settings_file(const std::filesystem::path& path);

// What is in a folder, by name, and none where there is no folder. At most 256.
Result<std::vector<std::filesystem::path>> files_in(const std::filesystem::path& folder);

}  // namespace boltseal
