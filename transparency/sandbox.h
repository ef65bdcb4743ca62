// What a server gives up once it has all that it needs, so that whoever takes it over through a
// hole can do little more than it does. specs/adr/0017
//
// Where a kernel has not all of it, what it has is used, and what holds is said.
#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal {

struct FileAccess {
    std::vector<std::filesystem::path> listed;    // folders: names only, with all below them
    std::vector<std::filesystem::path> readable;  // files, and folders with all below them
    std::vector<std::filesystem::path> writable;  // folders: everything but to execute
};

// What a log or a witness that is kept in this folder needs to be served: every folder in it may be
// written, as they are now, but `tokens` only read; the files in the folder itself, the key among
// them, not even that.
FileAccess access_of_folder(const std::filesystem::path& folder);

// This thread, and those that it starts from now on, cannot gain privileges, and cannot open,
// make or remove a file or execute one, but for these; what is open stays so. Linux Landlock.
// False if the kernel has none. Io if the kernel has it and refuses. Paths that are not there are
// passed over.
Result<bool> restrict_files(const FileAccess& access);

// All threads of this process: no other program, no other process, no new place to listen, no
// tracing, no mounts, no memory that is writable and executable, no system call that was unknown
// when this was written. Those calls fail. seccomp-bpf.
// False where there is none: other processors than x86-64 and ARM64, and builds with a sanitizer,
// which needs what is forbidden.
Result<bool> restrict_calls();

// "files and system calls", "files", "nothing (...)": for people.
std::string describe_sandbox(bool files, bool calls);

}  // namespace boltseal
