// Time stamps in the programs: what the server answers with, and what the signer stamps with.
#pragma once

#include "cli/log_lines.h"
#include "transparency/timestamp_api.h"

#include <filesystem>

namespace boltseal {

// Null if the log has no time-stamping authority. The stamper and the lines must outlive it.
Result<std::unique_ptr<TimestampApi>> open_time_stamps(const std::filesystem::path& directory,
                                                       TimeStamper& stamper, const LogLines& lines);

// The other side, with the key. Null as above.
Result<std::unique_ptr<TimeStamper>> open_time_stamper(const std::filesystem::path& directory,
                                                       const Secret& password);

}  // namespace boltseal
