// Writing in place, for files whose every durable write matters: the journal and the head.
#pragma once

#include "core/bytes.h"

#include <filesystem>

namespace boltseal {

// What is written starts on a block of its own, so that writing it cannot tear what is durable.
inline constexpr std::size_t kDiskBlock = 4096;
constexpr std::uint64_t whole_blocks(std::uint64_t bytes) {
    return (bytes + kDiskBlock - 1) / kDiskBlock * kDiskBlock;
}

// A number as names of files have it, so that they are in its order: 20 digits.
std::string to_file_name(std::uint64_t number);

// An open file and its name for messages. All errors are Io.
class DiskFile {
public:
    DiskFile() = default;
    // Declined if it is to be made and there already, Missing if it is to be opened and is not.
    static Result<DiskFile> create(const std::filesystem::path& path);
    static Result<DiskFile> open(const std::filesystem::path& path);
    DiskFile(DiskFile&& other) noexcept;
    DiskFile& operator=(DiskFile&& other) noexcept;
    ~DiskFile();

    const std::filesystem::path& path() const { return path_; }
    Result<std::uint64_t> size() const;
    Result<void> allocate(std::uint64_t size);
    // All of `parts`, one after the other, from `offset` on.
    Result<void> write(std::uint64_t offset, std::span<const Bytes> parts);
    // Fewer bytes than `size` only at the end of the file.
    Result<Buffer> read(std::uint64_t offset, std::size_t size) const;
    Result<void> sync();       // what was written, and the size
    Result<void> sync_data();  // what was written

    // Until the file is closed no other process gets it: Declined if one has it.
    Result<void> lock();

    // Gives it another name in the same folder, in the place of what has it, durably.
    Result<void> rename(const std::filesystem::path& path);

    // Makes the next reads come from the disk: after a sync that failed, pages in memory may show
    // what the disk does not have, and the next process could believe them.
    Result<void> distrust_memory();

private:
    DiskFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
    Error error(const char* doing) const;

    std::filesystem::path path_;
    int fd_ = -1;
};

}  // namespace boltseal
