// The time-stamping authority of a log: its files, in the log's folder.
// specs/log-api.md#time-stamps
//
//   <dir>/tsa.key    its P-256 key, as sign/key_file.h keeps keys
//   <dir>/tsa.pem    its certificate, and the root above it
//   <dir>/tsa.time   the newest time it has given (watched_clock.h)
#pragma once

#include "transparency/time_stamping.h"

#include <filesystem>
#include <string>

namespace boltseal {

inline constexpr char kTimestampPath[] = "/api/v1/timestamp";

// Makes key and certificates, good for ten years, and names the authority in the trusted root and
// the signing configuration of the log. Returns where clients will reach it. Declined if there is
// one already; Missing if there is no log.
Result<std::string> create_time_stamping(const std::filesystem::path& directory,
                                         const Secret& passphrase, Timestamp now);

bool has_time_stamping(const std::filesystem::path& directory);

// Config if the key and the first certificate do not belong together.
Result<TimeStampingKey> load_time_stamping_key(const std::filesystem::path& directory,
                                               const Secret& passphrase);
// The certificates alone.
Result<std::vector<Certificate>> load_time_stamping_chain(const std::filesystem::path& directory);

Result<WatchedClock> open_time_stamping_clock(const std::filesystem::path& directory,
                                              WatchedClock::Read read);

}  // namespace boltseal
