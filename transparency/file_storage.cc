#include "transparency/file_storage.h"

#include "core/file.h"
#include "transparency/tile.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNote = std::size_t{1} << 20;

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

// A killed process leaves unfinished files behind, whose names the next one may want to use.
Result<void> remove_leftovers(const fs::path& directory) {
    std::error_code error;
    auto it = fs::recursive_directory_iterator(directory, error);
    while (!error && it != fs::recursive_directory_iterator()) {
        const fs::path path = it->path();
        it.increment(error);
        const std::string name = path.filename().string();
        if (name.find(".tmp.") != std::string::npos) ::unlink(path.c_str());
    }
    if (!error) return {};
    return Error(Fault::Io, "cannot look through '" + directory.string() + "': " + error.message());
}

}  // namespace

Result<std::unique_ptr<FileStorage>> FileStorage::open(const fs::path& directory) {
    BOLTSEAL_TRY(const int lock, take_lock(directory));
    std::unique_ptr<FileStorage> storage(new FileStorage(directory, lock));
    BOLTSEAL_CHECK(remove_leftovers(directory));
    BOLTSEAL_TRY(const std::optional<std::string> head, storage->load());
    if (head) {
        // Written anew: after a failed fsync the page cache may show what the disk does not have.
        BOLTSEAL_CHECK(write_file(directory / "head", as_bytes(*head)));
        BOLTSEAL_CHECK(storage->publish(*head));
    }
    return storage;
}

FileStorage::~FileStorage() {
    ::close(lock_);  // and with it goes the lock
}

fs::path FileStorage::place_of(std::string_view path) const {
    return directory_ / "public" / path;
}

// The folder and all above it, down to the log's own, exist and survive power loss.
Result<void> FileStorage::ensure_folder(const fs::path& folder) {
    if (folder == directory_ || folders_.contains(folder)) return {};
    BOLTSEAL_CHECK(ensure_folder(folder.parent_path()));
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        return io_error("cannot make folder", folder);
    }
    BOLTSEAL_CHECK(sync_directory(folder.parent_path()));
    folders_.insert(folder);
    return {};
}

Result<void> FileStorage::put(std::string_view path, Bytes object) {
    const fs::path place = place_of(path);
    {
        const std::lock_guard guard(mutex_);
        BOLTSEAL_CHECK(ensure_folder(place.parent_path()));
    }
    auto created = create_file(place, object, FileMode::Public);
    if (created || created.error().fault() != Fault::Declined) return created;

    BOLTSEAL_TRY(const Buffer present, read_file(place, kMaxBundleSize));
    if (!equal(present, object)) {
        return Error(Fault::Declined, "'" + std::string(path) + "' has other bytes already");
    }
    return sync_directory(place.parent_path());  // its bytes are durable, its name may not be
}

Result<void> FileStorage::replace(std::string_view path, Bytes object) {
    const fs::path place = place_of(path);
    {
        const std::lock_guard guard(mutex_);
        BOLTSEAL_CHECK(ensure_folder(place.parent_path()));
    }
    return write_file(place, object);
}

Result<Buffer> FileStorage::get(std::string_view path) {
    return read_file(place_of(path), kMaxBundleSize);
}

Result<std::optional<std::string>> FileStorage::load() {
    auto bytes = read_file(directory_ / "head", kMaxNote);
    if (!bytes && bytes.error().fault() == Fault::Missing) return std::optional<std::string>();
    if (!bytes) return std::move(bytes).error();
    return std::optional<std::string>(as_text(*bytes));
}

Result<void> FileStorage::advance(const std::optional<std::string>& expected,
                                  const std::string& next) {
    BOLTSEAL_TRY(const std::optional<std::string> present, load());
    if (present != expected)
        return Error(Fault::Declined, "another writer has moved the log's head");
    BOLTSEAL_CHECK(write_file(directory_ / "head", as_bytes(next)));
    return publish(next);
}

Result<void> FileStorage::publish(const std::string& note) {
    {
        const std::lock_guard guard(mutex_);
        BOLTSEAL_CHECK(ensure_folder(directory_ / "public"));
    }
    return write_file(directory_ / "public" / "checkpoint", as_bytes(note));
}

}  // namespace boltseal
