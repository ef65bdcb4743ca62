// Files read within bounds and written so that a reader sees all of them or nothing.
#pragma once

#include "core/digest.h"

#include <filesystem>

namespace boltseal {

// Reads a whole file, or refuses it: Missing if it is not there, Io if it cannot be read (a
// directory, say), Malformed if it is larger than `limit` bytes.
Result<Buffer> read_file(const std::filesystem::path& path, std::size_t limit);

// The same from an open descriptor, to its end; `name` is for messages.
Result<Buffer> read_descriptor(int fd, const std::string& name, std::size_t limit);

enum class FileMode { Public, Private };  // 0644 and 0600, less the umask

// Replaces `path` in one step and durably: temporary file beside it, fsync, rename, fsync of the
// folder. On an error the old content, or its absence, stays, but for one: if only the last step
// fails, the new content is there, and may be gone again after power loss.
Result<void> write_file(const std::filesystem::path& path, Bytes bytes,
                        FileMode mode = FileMode::Public);

// The same, but Declined if something is at `path` already.
Result<void> create_file(const std::filesystem::path& path, Bytes bytes, FileMode mode);

// For what is written piece by piece: an empty file beside `path`, open for reading and writing,
// under a name that nobody else uses. The caller closes it, and renames or removes it.
struct TemporaryFile {
    std::filesystem::path path;
    int fd;
};
Result<TemporaryFile> create_temporary(const std::filesystem::path& path, FileMode mode);

// Makes names created in, renamed into or removed from a folder survive power loss.
Result<void> sync_directory(const std::filesystem::path& directory);

struct HashedFile {
    BlobDigest digest;
    std::uint64_t size = 0;
};

// Hashes a file of any size without holding it. Missing and Io as in read_file.
Result<HashedFile> hash_file(const std::filesystem::path& path,
                             HashAlgorithm algorithm = HashAlgorithm::Sha256);

// The same in several ways at once, so that all digests are of the same bytes.
Result<std::vector<BlobDigest>> digests_of_file(const std::filesystem::path& path,
                                                const std::vector<HashAlgorithm>& algorithms);

}  // namespace boltseal
