// Files in a folder that is open, by names of ours. No symbolic link is followed, and nothing that
// is no file, such as a FIFO, is opened or waited for.
#pragma once

#include "registry-client/blob_file.h"

#include <optional>
#include <string>
#include <vector>

struct stat;

namespace boltseal {

// Missing if nothing is there; a symbolic link or anything but a file is refused.
Result<OpenFile> open_regular(int folder, const std::string& name);
Result<OpenFile> open_folder(int parent, const std::string& name);  // the same for a folder
Result<OpenFile> make_folder(int parent, const std::string& name);  // and makes it

bool is_regular(int folder, const std::string& name, struct stat& status);
Result<std::vector<std::string>> names_in(int folder);

// Another process never makes the same; what a killed one left can be told by how it begins.
inline constexpr std::string_view kTemporary = ".tmp.";
std::string temporary_name();

// A file that is there in one step, in place of what had the name; it need not survive power loss.
Result<void> replace_file(int folder, const std::string& name,
                          const std::function<Result<void>(int fd)>& write);

// The bytes of an open file, under a name in a folder, without moving them where the file system
// can: as a clone, else as another link to the file, else as a copy made by the kernel.
Result<void> share_file(int fd, std::uint64_t size, int folder, const std::string& name);

}  // namespace boltseal
