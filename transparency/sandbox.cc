// Files, with Landlock. System calls are sandbox_calls.cc.
#include "transparency/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

Error failed_sandbox(const char* doing) {
    return Error(Fault::Io, std::string("cannot ") + doing + ": " + std::strerror(errno));
}

// linux/landlock.h as of its seventh version, which older systems have not whole.

constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kRulePathBeneath = 1;

constexpr std::uint64_t kExecute = 1u << 0;
constexpr std::uint64_t kWriteFile = 1u << 1;
constexpr std::uint64_t kReadFile = 1u << 2;
constexpr std::uint64_t kReadDir = 1u << 3;
constexpr std::uint64_t kFirst = (1u << 13) - 1;            // the thirteen of the first version
constexpr std::uint64_t kRefer = 1u << 13;                  // second
constexpr std::uint64_t kTruncate = 1u << 14;               // third
constexpr std::uint64_t kIoctl = 1u << 15;                  // fifth
constexpr std::uint64_t kScopes = 3;                        // sixth: abstract sockets, signals
constexpr std::uint64_t kDevices = (1u << 6) | (1u << 11);  // making device files

struct RulesetAttributes {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;
};

struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed;
    std::int32_t parent;
};

std::uint64_t rights_of(long version) {
    return kFirst | (version >= 2 ? kRefer : 0) | (version >= 3 ? kTruncate : 0) |
           (version >= 5 ? kIoctl : 0);
}

Result<int> make_ruleset(long version) {
    const RulesetAttributes attributes{rights_of(version), 0, version >= 6 ? kScopes : 0};
    const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    const long fd = ::syscall(kCreateRuleset, &attributes, size, 0);
    if (fd < 0) return failed_sandbox("make a Landlock ruleset");
    return static_cast<int>(fd);
}

Result<void> allow(int ruleset, const std::vector<fs::path>& paths, std::uint64_t rights) {
    for (const fs::path& path : paths) {
        const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
        if (fd < 0) continue;
        struct stat status {};
        ::fstat(fd, &status);
        const std::uint64_t of_files = kExecute | kWriteFile | kReadFile | kTruncate | kIoctl;
        const PathBeneath rule{S_ISDIR(status.st_mode) ? rights : rights & of_files, fd};
        const bool added = ::syscall(kAddRule, ruleset, kRulePathBeneath, &rule, 0) == 0;
        const Error error = failed_sandbox("add a Landlock rule");
        ::close(fd);
        if (!added) return error;
    }
    return {};
}

Result<void> enter(int ruleset, const FileAccess& access, std::uint64_t rights) {
    BOLTSEAL_CHECK(allow(ruleset, access.listed, kReadDir));
    BOLTSEAL_CHECK(allow(ruleset, access.readable, kReadDir | kReadFile));
    BOLTSEAL_CHECK(allow(ruleset, access.writable, rights & ~(kExecute | kDevices | kIoctl)));
    if (::syscall(kRestrictSelf, ruleset, 0) != 0) {
        return failed_sandbox("enter the Landlock ruleset");
    }
    return {};
}

}  // namespace

FileAccess access_of_folder(const fs::path& folder) {
    FileAccess access;
    access.listed = {folder};
    // Certificates, names and libraries for whoever is asked over the network; and ourselves.
    access.readable = {"/etc",           "/usr",      "/lib",         "/lib64",
                       "/proc/self",     "/dev/null", "/dev/urandom", "/run/systemd/resolve",
                       folder / "tokens"};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (!entry.is_directory(ignored) || entry.path().filename() == "tokens") continue;
        access.writable.push_back(entry.path());
    }
    return access;
}

Result<bool> restrict_files(const FileAccess& access) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return failed_sandbox("give up new privileges");
    }
    const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
    if (version < 1) return false;
    BOLTSEAL_TRY(const int ruleset, make_ruleset(version));
    const auto entered = enter(ruleset, access, rights_of(version));
    ::close(ruleset);
    BOLTSEAL_CHECK(entered);
    return true;
}

std::string describe_sandbox(bool files, bool calls) {
    if (files && calls) return "files and system calls";
    if (files) return "files, not system calls";
    if (calls) return "system calls, not files: the kernel has no Landlock";
    return "nothing: the kernel has neither Landlock nor seccomp for this build";
}

}  // namespace boltseal
