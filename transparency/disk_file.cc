#include "transparency/disk_file.h"

#include "core/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

std::string to_file_name(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(20 - digits.size(), '0') + digits;
}

Error DiskFile::error(const char* doing) const {
    return Error(Fault::Io, std::string("cannot ") + doing + " '" + path_.string() +
                                "': " + std::strerror(errno));
}

Result<DiskFile> DiskFile::create(const std::filesystem::path& path) {
    DiskFile file(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd_ >= 0) return file;
    Error error = file.error("create");
    if (errno == EEXIST) return std::move(error).as(Fault::Declined);
    return error;
}

Result<DiskFile> DiskFile::open(const std::filesystem::path& path) {
    DiskFile file(path, ::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.fd_ >= 0) return file;
    Error error = file.error("open");
    if (errno == ENOENT) return std::move(error).as(Fault::Missing);
    return error;
}

DiskFile::DiskFile(DiskFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
}

DiskFile::~DiskFile() {
    if (fd_ >= 0) ::close(fd_);
}

Result<std::uint64_t> DiskFile::size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return error("look at");
    return static_cast<std::uint64_t>(status.st_size);
}

Result<void> DiskFile::allocate(std::uint64_t size) {
    errno = ::posix_fallocate(fd_, 0, static_cast<off_t>(size));
    if (errno != 0) return error("allocate");
    return {};
}

Result<void> DiskFile::write(std::uint64_t offset, std::span<const Bytes> parts) {
    for (Bytes part : parts) {
        while (!part.empty()) {
            const ssize_t n = ::pwrite(fd_, part.data(), part.size(), static_cast<off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return error("write");
            part = part.subspan(static_cast<std::size_t>(n));
            offset += static_cast<std::uint64_t>(n);
        }
    }
    return {};
}

Result<Buffer> DiskFile::read(std::uint64_t offset, std::size_t size) const {
    Buffer bytes(size);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n =
            ::pread(fd_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return error("read");
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
}

Result<void> DiskFile::sync() {
    if (::fsync(fd_) != 0) return error("sync");
    return {};
}

Result<void> DiskFile::sync_data() {
    if (::fdatasync(fd_) != 0) return error("sync");
    return {};
}

Result<void> DiskFile::lock() {
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK) return error("lock");
    return Error(Fault::Declined, "another process has '" + path_.string() + "' open");
}

Result<void> DiskFile::rename(const std::filesystem::path& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) return error("rename");
    path_ = path;
    return sync_directory(path.parent_path());
}

Result<void> DiskFile::distrust_memory() {
    BOLTSEAL_CHECK(sync());
    errno = ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
    if (errno != 0) return error("reread");
    return {};
}

}  // namespace boltseal
