#include "tests/support/file_faults.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <new>
#include <string_view>

namespace boltseal::test {

namespace {

struct Plan {
    std::atomic<std::uint32_t> calls{0};
    std::atomic<std::uint32_t> fail_at{UINT32_MAX};
    std::atomic<FileFault> fault{FileFault::Io};
    std::atomic<bool> happened{false};
};

Plan& plan() {
    static Plan* const shared = [] {
        void* const memory = ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        return new (memory) Plan;
    }();
    return *shared;
}

enum class Kind { Write, MaySpend, Other };

// Does the call, or what is planned for it.
template <typename Call>
auto faulted(Kind kind, Call call) -> decltype(call()) {
    Plan& now = plan();
    const std::uint32_t number = now.calls++;
    if (number < now.fail_at) return call();
    const FileFault fault = now.fault;
    const bool first = !now.happened.exchange(true);
    const auto fail = [](int error) -> decltype(call()) {
        errno = error;
        return -1;
    };
    if (!first) return fault == FileFault::Short ? call() : fail(EIO);
    switch (fault) {
        case FileFault::Io:
            return fail(EIO);
        case FileFault::NoSpace:
            return fail(kind == Kind::Other ? EIO : ENOSPC);
        case FileFault::LateIo:
            (void)call();
            return fail(EIO);
        case FileFault::Short:
            return call();
        case FileFault::KillBefore:
            ::kill(::getpid(), SIGKILL);
            break;
        case FileFault::KillAfter:
            (void)call();
            ::kill(::getpid(), SIGKILL);
            break;
    }
    ::pause();
    return fail(EIO);
}

// Half of what is asked for, when that is the plan.
std::size_t shortened(std::size_t size) {
    const Plan& now = plan();
    const bool is_next = now.calls == now.fail_at && now.fault == FileFault::Short;
    return is_next && size > 1 ? size / 2 : size;
}

bool is_of_the_test(const char* path) {  // the machinery of the test, not what is tested
    return !std::string_view(path).starts_with("/tmp/") &&
           !std::string_view(path).starts_with("/var/tmp/");
}

}  // namespace

void plan_file_fault(FileFault fault, std::uint32_t number) {
    plan().fault = fault;
    plan().happened = false;
    plan().calls = 0;
    plan().fail_at = number;
}

void clear_file_faults() {
    plan().fail_at = UINT32_MAX;
    plan().happened = false;
    plan().calls = 0;
}

std::uint32_t count_file_calls() {
    return plan().calls;
}

bool did_file_fault_happen() {
    return plan().happened;
}

}  // namespace boltseal::test

using boltseal::test::faulted;
using boltseal::test::is_of_the_test;
using boltseal::test::Kind;
using boltseal::test::shortened;

// In the place of the C library's. Descriptors that are no files are left alone.
extern "C" {

int open(const char* path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    const auto call = [&] {
        return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    };
    if (is_of_the_test(path)) return call();
    return faulted((flags & O_CREAT) != 0 ? Kind::MaySpend : Kind::Other, call);
}

ssize_t write(int fd, const void* bytes, size_t size) {
    struct stat status {};
    const bool is_file = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const size_t part = is_file ? shortened(size) : size;
    const auto call = [&] { return static_cast<ssize_t>(::syscall(SYS_write, fd, bytes, part)); };
    return is_file ? faulted(Kind::Write, call) : call();
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    const size_t part = shortened(size);
    return faulted(Kind::Write, [&] {
        return static_cast<ssize_t>(::syscall(SYS_pwrite64, fd, bytes, part, offset));
    });
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
    return faulted(Kind::Other, [&] {
        return static_cast<ssize_t>(::syscall(SYS_pread64, fd, bytes, size, offset));
    });
}

int fsync(int fd) {
    return faulted(Kind::Other, [&] { return static_cast<int>(::syscall(SYS_fsync, fd)); });
}

int fdatasync(int fd) {
    return faulted(Kind::Other, [&] { return static_cast<int>(::syscall(SYS_fdatasync, fd)); });
}

int syncfs(int fd) noexcept {
    return faulted(Kind::Other, [&] { return static_cast<int>(::syscall(SYS_syncfs, fd)); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    return faulted(Kind::MaySpend, [&] {
        return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    });
}

int rename(const char* from, const char* to) noexcept {
    return faulted(Kind::MaySpend,
                   [&] { return static_cast<int>(::syscall(SYS_rename, from, to)); });
}

int link(const char* from, const char* to) noexcept {
    return faulted(Kind::MaySpend, [&] { return static_cast<int>(::syscall(SYS_link, from, to)); });
}

int unlink(const char* path) noexcept {
    return faulted(Kind::Other, [&] { return static_cast<int>(::syscall(SYS_unlink, path)); });
}

int mkdir(const char* path, mode_t mode) noexcept {
    return faulted(Kind::MaySpend,
                   [&] { return static_cast<int>(::syscall(SYS_mkdir, path, mode)); });
}

int posix_fallocate(int fd, off_t offset, off_t size) {
    const int done = faulted(Kind::MaySpend, [&] {
        return static_cast<int>(::syscall(SYS_fallocate, fd, 0, offset, size));
    });
    return done == 0 ? 0 : errno;
}

}  // extern "C"
