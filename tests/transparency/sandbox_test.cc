// What is given up is tried, in a child process: it cannot be had back.
#include "transparency/sandbox.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <future>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr int kNotHere = 200;
constexpr int kAllHeld = 201;  // not what a program ends with that should not have been executed

// Runs `steps` in a child; returns the number of the first that is false, from 1 on.
int first_false(const std::function<std::vector<bool>()>& steps) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const std::vector<bool> held = steps();
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (!held[i]) ::_exit(static_cast<int>(i) + 1);
        }
        ::_exit(kAllHeld);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool can_open(const std::filesystem::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

bool refused_with(long result, int error) {
    return result == -1 && errno == error;
}

}  // namespace

TEST_CASE("the folders of a log may be written, its key and all else not even read", "[sandbox]") {
    const TempFolder folder;
    for (const char* name : {"journal", "index", "public", "tokens"}) {
        std::filesystem::create_directory(folder / name);
    }
    for (const char* name : {"log.key", "head", "tokens/ci", "public/checkpoint"}) {
        REQUIRE_OK(write_file(folder / name, as_bytes("x")));
    }
    const TempFolder elsewhere;
    const int open_before = ::open((folder / "log.key").c_str(), O_RDONLY);
    const int failed = first_false([&]() -> std::vector<bool> {
        const auto restricted = restrict_files(access_of_folder(folder.path()));
        if (!restricted) return {false};
        if (!*restricted) ::_exit(kNotHere);
        char byte = 0;
        return {
            true,
            can_open(folder / "public/new", O_WRONLY | O_CREAT),
            write_file(folder / "public/checkpoint", as_bytes("y")).has_value(),
            ::mkdir((folder / "public/tile").c_str(), 0700) == 0,
            can_open(folder / "public/tile/0", O_WRONLY | O_CREAT),
            ::rename((folder / "public/tile/0").c_str(), (folder / "public/0").c_str()) == 0,
            ::unlink((folder / "journal/none").c_str()) != 0 && errno == ENOENT,
            can_open(folder / "tokens/ci", O_RDONLY),
            !can_open(folder / "tokens/ci", O_WRONLY) && errno == EACCES,
            !can_open(folder / "tokens/new", O_WRONLY | O_CREAT) && errno == EACCES,
            !can_open(folder / "log.key", O_RDONLY) && errno == EACCES,
            !can_open(folder / "head", O_RDWR) && errno == EACCES,
            !can_open(folder / "new", O_WRONLY | O_CREAT) && errno == EACCES,
            ::mkdir((folder / "more").c_str(), 0700) != 0 && errno == EACCES,
            can_open(folder.path(), O_RDONLY | O_DIRECTORY),
            !can_open(elsewhere / "new", O_WRONLY | O_CREAT) && errno == EACCES,
            can_open("/proc/self/statm", O_RDONLY),
            can_open("/etc/passwd", O_RDONLY),
            ::pread(open_before, &byte, 1, 0) == 1,
            refused_with(::execl("/bin/true", "true", nullptr), EACCES),
        };
    });
    ::close(open_before);
    if (failed == kNotHere) SKIP("no Landlock here");
    REQUIRE(failed == kAllHeld);
}

TEST_CASE("what a server never calls fails, in all of its threads", "[sandbox]") {
    std::promise<void> restricted_now;
    const int failed = first_false([&]() -> std::vector<bool> {
        std::promise<bool> other;
        std::thread older([&, ready = restricted_now.get_future().share()] {
            ready.wait();
            other.set_value(refused_with(::execl("/bin/true", "true", nullptr), EPERM));
        });
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        const auto restricted = restrict_calls();
        if (!restricted) return {false};
        if (!*restricted) ::_exit(kNotHere);
        restricted_now.set_value();
        older.join();
        sockaddr_in any{};
        any.sin_family = AF_INET;
        const auto* const address = reinterpret_cast<const sockaddr*>(&any);
        constexpr int kMap = MAP_PRIVATE | MAP_ANONYMOUS;
        void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, kMap, -1, 0);
        bool newer = false;
        std::thread([&] { newer = true; }).join();
        return {
            true,
            other.get_future().get(),
            newer,
            refused_with(::execl("/bin/true", "true", nullptr), EPERM),
            refused_with(::fork(), EPERM),
            refused_with(::syscall(SYS_clone3, nullptr, 0), ENOSYS),
            refused_with(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr), EPERM),
            refused_with(::kill(::getpid(), 0), EPERM),
            refused_with(::syscall(SYS_tgkill, 1, 1, 0), EPERM),
            ::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0) == 0,
            refused_with(::bind(listener, address, sizeof any), EPERM),
            refused_with(::listen(listener, 1), EPERM),
            ::socket(AF_INET6, SOCK_STREAM, 0) >= 0 || errno == EAFNOSUPPORT,
            refused_with(::socket(AF_PACKET, SOCK_RAW, 0), EPERM),
            refused_with(::syscall(SYS_io_uring_setup, 1, nullptr), EPERM),
            refused_with(::syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr), EPERM),
            refused_with(::syscall(SYS_unshare, 0), EPERM),
            refused_with(::syscall(5000), ENOSYS),
            page != MAP_FAILED,
            refused_with(::mprotect(page, 4096, PROT_READ | PROT_EXEC), EPERM),
            ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, kMap, -1, 0) == MAP_FAILED,
        };
    });
    if (failed == kNotHere) SKIP("no seccomp here, or a sanitizer");
    REQUIRE(failed == kAllHeld);
}

TEST_CASE("it is said what holds", "[sandbox]") {
    REQUIRE(describe_sandbox(true, true) == "files and system calls");
    REQUIRE(describe_sandbox(true, false) == "files, not system calls");
    REQUIRE(describe_sandbox(false, true).starts_with("system calls, not files"));
    REQUIRE(describe_sandbox(false, false).starts_with("nothing"));
}
