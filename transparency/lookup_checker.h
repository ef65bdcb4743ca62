// Are look-ups in a log complete, and right? specs/log-storage.md#look-ups
#pragma once

#include "transparency/log_tail.h"

#include <filesystem>

namespace boltseal {

// Compares the folder of look-ups with the entries of the log with this head, which were checked:
// every place is of an entry that has the name, and no name lacks of an entry that is covered. What
// no file covers is read again when the log is served. Integrity, with what to remove; nothing is
// changed.
Result<void> check_lookups(const std::filesystem::path& folder, LogTail& log, const TreeHead& head);

}  // namespace boltseal
