#include "transparency/object_folder.h"

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

constexpr std::string_view kUnfinished = ".new";  // what a file is called until it is durable

Error folder_error(const std::string& doing, const fs::path& path) {
    return Error(Fault::Io, doing + " '" + path.string() + "': " + std::strerror(errno));
}

// A file that is written but not durable yet, under a name of its own.
struct Unfinished {
    fs::path place;
    int fd = -1;

    fs::path name() const { return place.string() + std::string(kUnfinished); }
};

Result<void> write_whole(int fd, const fs::path& path, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return folder_error("cannot write", path);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

// One that a killed process has left is overwritten: only one process has the log open.
Result<void> write_unfinished(Unfinished& file, Bytes bytes) {
    const fs::path name = file.name();
    file.fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file.fd < 0) return folder_error("cannot create", name);
    return write_whole(file.fd, name, bytes);
}

// What is there already is not replaced: it must be the same.
Result<void> give_name(const fs::path& from, const fs::path& place, Bytes bytes) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno != EEXIST) return folder_error("cannot create", place);
    BOLTSEAL_TRY(const Buffer present, read_file(place, kMaxBundleSize));
    if (!equal(present, bytes)) {
        return Error(Fault::Declined, "'" + place.string() + "' has other bytes already");
    }
    if (::unlink(from.c_str()) != 0) return folder_error("cannot remove", from);
    return {};
}

// Closes whatever is open when a put ends early.
struct OpenFiles {
    std::vector<Unfinished> files;
    ~OpenFiles() {
        for (const Unfinished& file : files) {
            if (file.fd >= 0) ::close(file.fd);
        }
    }
};

// It exists, and survives power loss.
Result<void> make_object_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        return folder_error("cannot make folder", folder);
    }
    return sync_directory(folder.has_parent_path() ? folder.parent_path() : ".");
}

}  // namespace

Result<std::unique_ptr<ObjectFolder>> ObjectFolder::open(const fs::path& root) {
    const int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return Error(Fault::Missing, "'" + root.string() + "' does not exist");
    }
    if (fd < 0) return folder_error("cannot open", root);
    return std::unique_ptr<ObjectFolder>(new ObjectFolder(root, fd));
}

Result<std::unique_ptr<ObjectFolder>> ObjectFolder::create(const fs::path& root) {
    BOLTSEAL_CHECK(make_object_folder(root));
    return open(root);
}

ObjectFolder::~ObjectFolder() {
    ::close(fd_);  // and with it goes the lock
}

Result<void> ObjectFolder::lock() {
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK) return folder_error("cannot lock", root_);
    return Error(Fault::Declined, "another process writes to '" + root_.string() + "'");
}

// The folder and all above it, up to the root, exist and survive power loss.
Result<void> ObjectFolder::ensure_folder(const fs::path& folder) {
    if (folder == root_ || folders_.contains(folder)) return {};
    BOLTSEAL_CHECK(ensure_folder(folder.parent_path()));
    BOLTSEAL_CHECK(make_object_folder(folder));
    folders_.insert(folder);
    return {};
}

// One wait for the whole file system costs less than one for each file, and a write to it that has
// failed since we opened it is told here.
Result<void> ObjectFolder::put(const std::vector<StoredObject>& objects) {
    OpenFiles open;
    std::set<fs::path> folders;
    for (const StoredObject& object : objects) {
        const fs::path place = place_of(object.path);
        {
            const std::lock_guard guard(mutex_);
            BOLTSEAL_CHECK(ensure_folder(place.parent_path()));
        }
        folders.insert(place.parent_path());
        open.files.push_back({place, -1});
        BOLTSEAL_CHECK(write_unfinished(open.files.back(), object.bytes));
    }
    if (::syncfs(fd_) != 0) return folder_error("cannot sync", root_);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const Unfinished& file = open.files[i];
        BOLTSEAL_CHECK(give_name(file.name(), file.place, objects[i].bytes));
    }
    for (const fs::path& folder : folders) BOLTSEAL_CHECK(sync_directory(folder));
    return {};
}

Result<Buffer> ObjectFolder::get(std::string_view path) {
    return read_file(place_of(path), kMaxBundleSize);
}

Result<void> ObjectFolder::replace(std::string_view path, Bytes bytes) {
    OpenFiles open{{{place_of(path), -1}}};
    Unfinished& file = open.files.front();
    BOLTSEAL_CHECK(write_unfinished(file, bytes));
    if (::rename(file.name().c_str(), file.place.c_str()) != 0) {
        return folder_error("cannot replace", file.place);
    }
    return {};
}

}  // namespace boltseal
