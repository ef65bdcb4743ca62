// The logs that a witness cosigns for, as a person writes them down: one key a line, "log <vkey>".
// Empty lines, and those that begin with '#', say nothing. specs/witness.md#logs
#pragma once

#include "verify/note.h"

#include <map>
#include <string>
#include <vector>

namespace boltseal {

// The keys of each log by its origin, which is the name of all of them: while a log changes its key
// it has two.
using WatchedLogs = std::map<std::string, std::vector<NoteKey>>;

// Limits: 1 MiB, 1024 logs, 4 keys of each. Config, with the line, for a key that is there twice,
// one that is no log's, and anything that is not understood.
Result<WatchedLogs> parse_watched_logs(Bytes text);

}  // namespace boltseal
