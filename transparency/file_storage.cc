#include "transparency/file_storage.h"

#include "core/file.h"
#include "transparency/tile.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kCheckpointAge{100};

Error io_error(const std::string& doing, const fs::path& path) {
    return Error(Fault::Io, doing + " '" + path.string() + "': " + std::strerror(errno));
}

Result<int> take_lock(const fs::path& directory) {
    const fs::path path = directory / "lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT) {
        return Error(Fault::Missing, "there is no log in '" + directory.string() + "'");
    }
    if (fd < 0) return io_error("cannot open", path);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    const bool busy = errno == EWOULDBLOCK;
    Error error = io_error("cannot lock", path);
    ::close(fd);
    if (!busy) return error;
    return Error(Fault::Declined,
                 "another process has the log in '" + directory.string() + "' open");
}

// Made here, it survives power loss.
Result<std::unique_ptr<ObjectFolder>> open_public(const fs::path& directory) {
    const fs::path folder = directory / "public";
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        return io_error("cannot make folder", folder);
    }
    BOLTSEAL_CHECK(sync_directory(directory));
    return ObjectFolder::open(folder);
}

}  // namespace

Result<std::unique_ptr<FileStorage>> FileStorage::open(const fs::path& directory) {
    BOLTSEAL_TRY(const int lock, take_lock(directory));
    std::unique_ptr<FileStorage> storage(new FileStorage(lock));
    BOLTSEAL_TRY(storage->public_, open_public(directory));
    return storage;
}

FileStorage::~FileStorage() {
    ::close(lock_);  // and with it goes the lock
}

Result<std::optional<std::string>> FileStorage::last() {
    auto bytes = read_file(public_->place_of("checkpoint"), kMaxNote);
    if (!bytes && bytes.error().fault() == Fault::Missing) return std::optional<std::string>();
    if (!bytes) return std::move(bytes).error();
    return std::optional<std::string>(as_text(*bytes));
}

Result<VerifiedCheckpoint> FileStorage::publish(const VerifiedCheckpoint& signed_head) {
    {
        const std::lock_guard guard(mutex_);
        waiting_ = signed_head.note();
        if (std::chrono::steady_clock::now() < written_ + kCheckpointAge) return signed_head;
    }
    BOLTSEAL_CHECK(settle());
    return signed_head;
}

Result<void> FileStorage::settle() {
    const std::lock_guard guard(mutex_);
    if (!waiting_) return {};
    BOLTSEAL_CHECK(public_->replace("checkpoint", as_bytes(*waiting_)));
    waiting_.reset();
    written_ = std::chrono::steady_clock::now();
    return {};
}

}  // namespace boltseal
