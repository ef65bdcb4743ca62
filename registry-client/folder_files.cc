#include "registry-client/folder_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>

namespace boltseal {

namespace {

constexpr int kOpenPlainFile =
    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;  // a FIFO must not hang
constexpr int kReadFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

constexpr int kAttempts = 16;  // others remove and make the same name

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

// The name of an open file: false if it cannot have another there, as on another file system. What
// others put under the name meanwhile is as good, and what is no such file makes way.
Result<bool> link_file(int fd, std::uint64_t size, int folder, const std::string& name) {
    const std::string open = "/proc/self/fd/" + std::to_string(fd);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (::linkat(AT_FDCWD, open.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            return true;
        }
        if (errno != EEXIST) return false;
        struct stat status {};
        if (is_regular(folder, name, status) &&
            static_cast<std::uint64_t>(status.st_size) == size) {
            return true;
        }
        if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) break;
    }
    return file_error("replace '" + name + "'");
}

Result<void> copy_file(int from, std::uint64_t size, int to) {
    ::off64_t at = 0;
    while (static_cast<std::uint64_t>(at) < size) {
        const auto left = static_cast<std::size_t>(size - static_cast<std::uint64_t>(at));
        const ssize_t n = ::copy_file_range(from, &at, to, nullptr, left, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == ENOSPC || errno == EDQUOT)) return file_error("copy a blob");
        if (n <= 0) break;  // not between these two, as older kernels say
    }
    return read_range(from, {static_cast<std::uint64_t>(at), size}, "a blob",
                      [to](Bytes piece) { return write_all(to, piece); });
}

}  // namespace

Result<OpenFile> open_regular(int folder, const std::string& name) {
    OpenFile file(::openat(folder, name.c_str(), kOpenPlainFile));
    if (!file.is_open() && errno == ENOENT) {
        return Error(Fault::Missing, "'" + name + "' is not there");
    }
    if (!file.is_open() && errno == ELOOP) {
        return Error(Fault::Malformed, "'" + name + "' is a symbolic link");
    }
    if (!file.is_open()) return file_error("open '" + name + "'");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error("look at '" + name + "'");
    if (!S_ISREG(status.st_mode)) return Error(Fault::Malformed, "'" + name + "' is no file");
    return file;
}

Result<OpenFile> open_folder(int parent, const std::string& name) {
    OpenFile folder(::openat(parent, name.c_str(), kReadFolder));
    if (folder.is_open()) return folder;
    if (errno == ENOENT) return Error(Fault::Missing, "'" + name + "' is not there");
    if (errno == ELOOP || errno == ENOTDIR) {
        return Error(Fault::Malformed, "'" + name + "' is no folder");
    }
    return file_error("open '" + name + "'");
}

Result<OpenFile> make_folder(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) {
        return file_error("create '" + name + "'");
    }
    return open_folder(parent, name);
}

bool is_regular(int folder, const std::string& name, struct stat& status) {
    return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode);
}

Result<std::vector<std::string>> names_in(int folder) {
    const int own = ::openat(folder, ".", kReadFolder);  // closed with the stream
    const std::unique_ptr<DIR, CloseFolder> stream(own < 0 ? nullptr : ::fdopendir(own));
    if (!stream) return file_error("list a folder");
    std::vector<std::string> out;
    errno = 0;
    while (const struct dirent* entry = ::readdir(stream.get())) out.emplace_back(entry->d_name);
    if (errno != 0) return file_error("list a folder");
    return out;
}

std::string temporary_name() {
    static std::atomic<unsigned> counter{0};
    return std::string(kTemporary) + std::to_string(::getpid()) + "." + std::to_string(counter++);
}

Result<void> replace_file(int folder, const std::string& name,
                          const std::function<Result<void>(int fd)>& write) {
    const std::string temporary = temporary_name();
    const OpenFile file(::openat(folder, temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open()) return file_error("create a file");
    auto written = write(file.get());
    if (written && ::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
        written = file_error("place '" + name + "'");
    }
    if (!written) ::unlinkat(folder, temporary.c_str(), 0);
    return written;
}

Result<void> share_file(int fd, std::uint64_t size, int folder, const std::string& name) {
    const auto cloned = replace_file(folder, name, [&](int to) {
        return ::ioctl(to, FICLONE, fd) == 0 ? Result<void>()
                                             : Result<void>(file_error("clone a blob"));
    });
    if (cloned) return {};
    BOLTSEAL_TRY(const bool linked, link_file(fd, size, folder, name));
    if (linked) return {};
    return replace_file(folder, name, [&](int to) { return copy_file(fd, size, to); });
}

}  // namespace boltseal
