// A moment that is remembered in a file of its own: one line, as to_rfc3339 writes it.
#pragma once

#include "core/file.h"
#include "core/time.h"

namespace boltseal {

// Missing if there is no such file; Malformed, with its name, if it holds anything else; Io.
Result<Timestamp> read_time_file(const std::filesystem::path& path);

// As write_file. For its owner alone.
Result<void> write_time_file(const std::filesystem::path& path, Timestamp time);

}  // namespace boltseal
