// Where a log's folder lies, so that a copy of it is not taken for the log: a copy may be older
// than what the world has seen, and would sign other entries in the places of those it has
// forgotten. specs/operations.md#restore
//
//   <dir>/place    what the file system knows of the folder and of <dir>/head: their inodes'
//   numbers
//                  and when they were made. It moves along with `mv`, and not with cp, rsync or
//                  tar.
//
// Not noticed: a file system or a disk that is put back as a whole, and files that are written over
// in place.
#pragma once

#include "core/result.h"

#include <filesystem>

namespace boltseal {

// From now on the folder is the log. Io if that cannot be kept.
Result<void> claim_place(const std::filesystem::path& directory);

// Declined if this is a copy of the folder that was the log.
Result<void> check_place(const std::filesystem::path& directory);

}  // namespace boltseal
