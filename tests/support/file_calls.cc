#include "tests/support/file_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <string_view>

namespace boltseal::test {

namespace {

bool is_regular(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

bool is_of_the_system(std::string_view path) {  // what the library reads for itself
    return !path.starts_with("/tmp/") && !path.starts_with("/var/tmp/");
}

}  // namespace

long perform(const FileCall& call) {
    switch (call.operation) {
        case FileOperation::Open:
            return ::syscall(SYS_openat, AT_FDCWD, call.path, call.flags, call.mode);
        case FileOperation::Close:
            return ::syscall(SYS_close, call.fd);
        case FileOperation::Read:
            return ::syscall(SYS_pread64, call.fd, call.room, call.size, call.offset);
        case FileOperation::Write:
            return ::syscall(SYS_write, call.fd, call.bytes, call.size);
        case FileOperation::WriteAt:
            return ::syscall(SYS_pwrite64, call.fd, call.bytes, call.size, call.offset);
        case FileOperation::Allocate:
            return ::syscall(SYS_fallocate, call.fd, 0, call.offset, call.size);
        case FileOperation::Sync:
            return ::syscall(SYS_fsync, call.fd);
        case FileOperation::SyncData:
            return ::syscall(SYS_fdatasync, call.fd);
        case FileOperation::SyncAll:
            return ::syscall(SYS_syncfs, call.fd);
        case FileOperation::Rename:
            return ::syscall(SYS_renameat2, AT_FDCWD, call.path, AT_FDCWD, call.to, call.flags);
        case FileOperation::Link:
            return ::syscall(SYS_link, call.path, call.to);
        case FileOperation::Unlink:
            return ::syscall(SYS_unlink, call.path);
        case FileOperation::MakeFolder:
            return ::syscall(SYS_mkdir, call.path, call.mode);
    }
    errno = ENOSYS;
    return -1;
}

}  // namespace boltseal::test

using boltseal::test::FileCall;
using boltseal::test::FileOperation;
using boltseal::test::intercept;
using boltseal::test::perform;

extern "C" {

int open(const char* path, int flags, ...) {
    FileCall call{FileOperation::Open};
    call.path = path;
    call.flags = flags;
    if ((flags & O_CREAT) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        call.mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    const bool left_alone = boltseal::test::is_of_the_system(path);
    return static_cast<int>(left_alone ? perform(call) : intercept(call));
}

int close(int fd) {
    FileCall call{FileOperation::Close};
    call.fd = fd;
    return static_cast<int>(intercept(call));
}

ssize_t write(int fd, const void* bytes, size_t size) {
    FileCall call{FileOperation::Write};
    call.fd = fd;
    call.bytes = bytes;
    call.size = size;
    return boltseal::test::is_regular(fd) ? intercept(call) : perform(call);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    FileCall call{FileOperation::WriteAt};
    call.fd = fd;
    call.bytes = bytes;
    call.size = size;
    call.offset = offset;
    return intercept(call);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
    FileCall call{FileOperation::Read};
    call.fd = fd;
    call.room = bytes;
    call.size = size;
    call.offset = offset;
    return intercept(call);
}

int fsync(int fd) {
    FileCall call{FileOperation::Sync};
    call.fd = fd;
    return static_cast<int>(intercept(call));
}

int fdatasync(int fd) {
    FileCall call{FileOperation::SyncData};
    call.fd = fd;
    return static_cast<int>(intercept(call));
}

int syncfs(int fd) noexcept {
    FileCall call{FileOperation::SyncAll};
    call.fd = fd;
    return static_cast<int>(intercept(call));
}

int renameat2(int, const char* from, int, const char* to, unsigned flags) noexcept {
    FileCall call{FileOperation::Rename};
    call.path = from;
    call.to = to;
    call.flags = static_cast<int>(flags);
    return static_cast<int>(intercept(call));
}

int rename(const char* from, const char* to) noexcept {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char* from, const char* to) noexcept {
    FileCall call{FileOperation::Link};
    call.path = from;
    call.to = to;
    return static_cast<int>(intercept(call));
}

int unlink(const char* path) noexcept {
    FileCall call{FileOperation::Unlink};
    call.path = path;
    return static_cast<int>(intercept(call));
}

int mkdir(const char* path, mode_t mode) noexcept {
    FileCall call{FileOperation::MakeFolder};
    call.path = path;
    call.mode = mode;
    return static_cast<int>(intercept(call));
}

int posix_fallocate(int fd, off_t offset, off_t size) {
    FileCall call{FileOperation::Allocate};
    call.fd = fd;
    call.offset = offset;
    call.size = static_cast<size_t>(size);
    return intercept(call) == 0 ? 0 : errno;
}

}  // extern "C"
