#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

namespace boltseal {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    // The last chance of the kernel to report a failed write.
    int close() {
        const int fd = fd_;
        fd_ = -1;
        return ::close(fd);
    }

private:
    int fd_;
};

std::string named(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

Error io_error(const std::string& doing, const std::filesystem::path& path, int error) {
    return Error(Fault::Io, "cannot " + doing + " " + named(path) + ": " + std::strerror(error));
}

// Gives every piece of the file to `take`, which reads no file itself, until it fails or the file
// ends.
template <typename Take>
Result<void> for_each_chunk(int fd, const std::string& name, Take take) {
    // Kept by the thread: the heap would give it back to the system each time.
    thread_local const auto chunk = std::make_unique_for_overwrite<std::uint8_t[]>(kChunk);
    for (;;) {
        const ssize_t n = ::read(fd, chunk.get(), kChunk);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error("read", name, errno);
        if (n == 0) return {};
        BOLTSEAL_CHECK(take(Bytes(chunk.get(), static_cast<std::size_t>(n))));
    }
}

Result<int> open_to_read(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) return fd;
    if (errno == ENOENT || errno == ENOTDIR) {
        return Error(Fault::Missing, named(path) + " does not exist");
    }
    return io_error("open", path, errno);
}

Result<void> write_all(int fd, const std::filesystem::path& path, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error("write", path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

mode_t mode_bits(FileMode mode) {
    return mode == FileMode::Private ? 0600 : 0644;
}

// A name beside `path` that no other thread or process uses at the same time.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    std::filesystem::path name = path;
    name += ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
    return name;
}

Result<void> write_temporary(const TemporaryFile& temporary, Bytes bytes) {
    Descriptor file(temporary.fd);
    BOLTSEAL_CHECK(write_all(file.get(), temporary.path, bytes));
    if (::fsync(file.get()) != 0) return io_error("sync", temporary.path, errno);
    if (file.close() != 0) return io_error("close", temporary.path, errno);
    return {};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Writes beside `path`, then lets `place` move the finished file there.
template <typename Place>
Result<void> write_and_place(const std::filesystem::path& path, Bytes bytes, FileMode mode,
                             Place place) {
    BOLTSEAL_TRY(const TemporaryFile temporary, create_temporary(path, mode));
    Result<void> written = write_temporary(temporary, bytes);
    if (written) written = place(temporary.path);
    ::unlink(temporary.path.c_str());  // after a rename it is gone already
    BOLTSEAL_CHECK(std::move(written));
    return sync_directory(folder_of(path));
}

}  // namespace

// A name that is there already is another's, who may be alive or dead: in containers process ids
// repeat at once. It is neither used nor removed.
Result<TemporaryFile> create_temporary(const std::filesystem::path& path, FileMode mode) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    for (;;) {
        std::filesystem::path name = temporary_name(path);
        const int fd = ::open(name.c_str(), kFlags, mode_bits(mode));
        if (fd >= 0) return TemporaryFile{std::move(name), fd};
        if (errno != EEXIST) return io_error("create", path, errno);
    }
}

Result<Buffer> read_descriptor(int fd, const std::string& name, std::size_t limit) {
    Buffer bytes;
    BOLTSEAL_CHECK(for_each_chunk(fd, name, [&](Bytes chunk) -> Result<void> {
        if (chunk.size() > limit - bytes.size()) {
            return Error(Fault::Malformed,
                         named(name) + " is larger than " + std::to_string(limit) + " bytes");
        }
        bytes.insert(bytes.end(), chunk.begin(), chunk.end());
        return {};
    }));
    return bytes;
}

Result<Buffer> read_file(const std::filesystem::path& path, std::size_t limit) {
    BOLTSEAL_TRY(const int fd, open_to_read(path));
    const Descriptor file(fd);
    return read_descriptor(fd, path.string(), limit);
}

Result<void> write_file(const std::filesystem::path& path, Bytes bytes, FileMode mode) {
    return write_and_place(path, bytes, mode, [&](const auto& temporary) -> Result<void> {
        if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
        return io_error("replace", path, errno);
    });
}

Result<void> create_file(const std::filesystem::path& path, Bytes bytes, FileMode mode) {
    return write_and_place(path, bytes, mode, [&](const auto& temporary) -> Result<void> {
        if (::link(temporary.c_str(), path.c_str()) == 0) return {};  // unlike rename, never over
        if (errno == EEXIST) return Error(Fault::Declined, named(path) + " exists already");
        return io_error("create", path, errno);
    });
}

Result<void> sync_directory(const std::filesystem::path& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return io_error("open", directory, errno);
    const Descriptor folder(fd);
    if (::fsync(fd) != 0) return io_error("sync", directory, errno);
    return {};
}

Result<HashedFile> hash_file(const std::filesystem::path& path, HashAlgorithm algorithm) {
    BOLTSEAL_TRY(const int fd, open_to_read(path));
    const Descriptor file(fd);
    Hasher hasher(algorithm);
    BOLTSEAL_CHECK(for_each_chunk(fd, path.string(), [&](Bytes chunk) -> Result<void> {
        hasher.update(chunk);
        return {};
    }));
    const std::uint64_t size = hasher.size();
    return HashedFile{std::move(hasher).finish(), size};
}

Result<std::vector<BlobDigest>> digests_of_file(const std::filesystem::path& path,
                                                const std::vector<HashAlgorithm>& algorithms) {
    BOLTSEAL_TRY(const int fd, open_to_read(path));
    const Descriptor file(fd);
    std::vector<Hasher> hashers(algorithms.begin(), algorithms.end());
    BOLTSEAL_CHECK(for_each_chunk(fd, path.string(), [&](Bytes chunk) -> Result<void> {
        for (Hasher& hasher : hashers) hasher.update(chunk);
        return {};
    }));
    std::vector<BlobDigest> digests;
    for (Hasher& hasher : hashers) digests.push_back(std::move(hasher).finish());
    return digests;
}

}  // namespace boltseal
