#include "registry-client/credential_helper.h"

#include "core/json.h"
#include "registry-client/blob_file.h"
#include "registry-client/settings_file.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = std::size_t{64} << 10;
constexpr std::size_t kMaxHelperName = 64;
constexpr std::size_t kMaxServer = 1024;
constexpr std::string_view kNotFound = "credentials not found in native keychain";

Error failed_helper(const fs::path& program, const std::string& why) {
    return Error(Fault::Config, "'" + program.filename().string() + "' " + why);
}

// Ends what it has started, if that has not ended by itself.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    // Its exit status, if it ends before then; signals are as in a shell.
    std::optional<int> wait_until(Clock::time_point end) {
        int status = 0;
        while (::waitpid(pid_, &status, WNOHANG) != pid_) {
            if (Clock::now() >= end) return std::nullopt;
            ::poll(nullptr, 0, 5);
        }
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t pid_;
};

struct Pipe {
    OpenFile read;
    OpenFile write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return file_error("make a pipe");
    return Pipe{OpenFile(ends[0]), OpenFile(ends[1])};
}

// A process group of its own, and nowhere to write errors to.
Result<pid_t> start(const fs::path& program, int input, int output) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string name = program.string();
    std::string get = "get";
    const std::array<char*, 3> argv{name.data(), get.data(), nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, name.c_str(), &files, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error == 0) return pid;
    return failed_helper(program, std::string("cannot be started: ") + std::strerror(error));
}

Result<std::string> read_answer(int output, const fs::path& program, Clock::time_point end) {
    std::string out;
    std::array<char, 4096> piece{};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now()).count();
        pollfd wait{output, POLLIN, 0};
        const int ready = left > 0 ? ::poll(&wait, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return failed_helper(program, "takes too long to answer");
        const ssize_t n = ::read(output, piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return out;
        if (static_cast<std::size_t>(n) > kMaxAnswer - out.size()) {
            return failed_helper(program, "answers with more than 65536 bytes");
        }
        out.append(piece.data(), static_cast<std::size_t>(n));
    }
}

Result<std::optional<Credential>> parse_answer(const std::string& text, const fs::path& program) {
    const auto json = parse_json(text, {.max_bytes = kMaxAnswer});
    const auto member = [&](std::string_view name) {
        const Json* value = json ? json->find(name) : nullptr;
        return value == nullptr ? nullptr : value->as_string();
    };
    const std::string* username = member("Username");
    const std::string* secret = member("Secret");
    if (username == nullptr || secret == nullptr) {
        return failed_helper(program, "answers with something else than a user name and a secret");
    }
    if (secret->empty()) return std::optional<Credential>();
    Credential out;
    if (*username == "<token>") {
        out.identity_token = *secret;
    } else {
        out.username = *username;
        out.password = *secret;
    }
    return std::optional(std::move(out));
}

bool is_program_name(const std::string& name) {
    return !name.empty() && name.size() <= kMaxHelperName && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

Result<fs::path> find_helper(const std::string& name) {
    if (!is_program_name(name)) {
        return Error(Fault::Config, "credential helper " + printable(name) + " is no name");
    }
    const std::string program = "docker-credential-" + name;
    std::string folders = environment("PATH") + ":";
    for (std::size_t colon; (colon = folders.find(':')) != std::string::npos;) {
        const fs::path folder = folders.substr(0, colon);
        folders.erase(0, colon + 1);
        std::error_code ignored;
        const fs::path path = folder / program;
        if (folder.is_absolute() && fs::is_regular_file(path, ignored) &&
            ::access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return Error(Fault::Missing, "'" + program + "' is not in PATH");
}

Result<std::optional<Credential>> ask_helper(const fs::path& program, const std::string& server,
                                             milliseconds most) {
    const auto end = Clock::now() + most;
    BOLTSEAL_TRY(Pipe question, make_pipe());
    BOLTSEAL_TRY(Pipe reply, make_pipe());
    // A pipe holds all of it, and somebody still has the other end.
    if (server.size() > kMaxServer || ::write(question.write.get(), server.data(), server.size()) !=
                                          static_cast<ssize_t>(server.size())) {
        return failed_helper(program, "cannot be asked for this registry");
    }
    BOLTSEAL_TRY(const pid_t pid, start(program, question.read.get(), reply.write.get()));
    Child child(pid);
    question.read = OpenFile();
    question.write = OpenFile();
    reply.write = OpenFile();
    BOLTSEAL_TRY(const std::string answer, read_answer(reply.read.get(), program, end));
    const auto status = child.wait_until(end);
    if (!status) return failed_helper(program, "takes too long to end");
    if (*status == 0) return parse_answer(answer, program);
    if (answer.starts_with(kNotFound)) return std::optional<Credential>();
    return failed_helper(program, "failed with status " + std::to_string(*status));
}

}  // namespace boltseal
