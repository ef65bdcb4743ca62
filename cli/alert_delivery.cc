#include "cli/alert_delivery.h"

#include "core/encoding.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ostream>
#include <thread>

extern char** environ;  // NOLINT: POSIX names it so

namespace boltseal {

namespace {

constexpr std::string_view kSchema = "https://boltseal.dev/schema/log-alert/v1";
constexpr std::chrono::seconds kCommandPatience{30};

// Repeated as a GET would be: an alert that comes twice does no harm.
Result<void> post(const std::string& url, const std::string& line, Transport& transport,
                  const Patience& patience) {
    Request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = to_buffer(line);
    for (int attempt = 1;; ++attempt) {
        const auto answer = transport.send(request);
        if (answer && answer->status >= 200 && answer->status < 300) return {};
        const bool again =
            answer ? may_repeat_status(answer->status) : may_repeat_fault(answer.error().fault());
        const auto delay = retry_delay(patience.policy, attempt, std::nullopt,
                                       patience.jitter ? patience.jitter() : 0.5);
        if (again && delay && patience.sleep) {
            patience.sleep(*delay);
            continue;
        }
        const std::string why =
            answer ? "answered " + std::to_string(answer->status) : answer.error().message();
        return Error(Fault::Io, "webhook did not take the alert: " + why);
    }
}

// A pipe's end that is closed when it goes.
struct End {
    int fd = -1;
    void close() {
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }
    ~End() { close(); }
};

Error failed_delivery(const std::string& program, const std::string& why) {
    return Error(Fault::Io, "'" + program + "' did not take the alert: " + why);
}

// Its standard input is `in`, its standard output our standard error; signals are as at a login.
Result<pid_t> start(const std::string& program, int in) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::string name = program;
    char* const argv[] = {name.data(), nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, program.c_str(), &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return failed_delivery(program, std::strerror(error));
    return pid;
}

// Whether it reads or not is its own business; what counts is how it ends.
void write_all(int fd, std::string_view text, std::chrono::steady_clock::time_point deadline) {
    while (!text.empty() && std::chrono::steady_clock::now() < deadline) {
        pollfd ready{fd, POLLOUT, 0};
        if (::poll(&ready, 1, 100) <= 0) continue;
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

Result<void> await(const std::string& program, pid_t pid,
                   std::chrono::steady_clock::time_point deadline) {
    int status = 0;
    for (;;) {
        const pid_t ended = ::waitpid(pid, &status, WNOHANG);
        if (ended == pid) break;
        if (ended < 0 && errno != EINTR) return failed_delivery(program, std::strerror(errno));
        if (std::chrono::steady_clock::now() >= deadline) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, &status, 0);
            return failed_delivery(program, "it took longer than 30 seconds");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return failed_delivery(
        program, WIFEXITED(status) ? "it ended with status " + std::to_string(WEXITSTATUS(status))
                                   : "it was ended by signal " + std::to_string(WTERMSIG(status)));
}

Result<void> run(const std::string& program, const std::string& line) {
    const auto deadline = std::chrono::steady_clock::now() + kCommandPatience;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failed_delivery(program, std::strerror(errno));
    End read_end{ends[0]};
    End write_end{ends[1]};
    // Our end only: the program may read before there is anything, and expects to wait.
    if (::fcntl(write_end.fd, F_SETFL, O_NONBLOCK) != 0) {
        return failed_delivery(program, std::strerror(errno));
    }
    BOLTSEAL_TRY(const pid_t pid, start(program, read_end.fd));
    read_end.close();
    write_all(write_end.fd, line, deadline);
    write_end.close();
    return await(program, pid, deadline);
}

}  // namespace

Json to_json(const Alert& alert, const std::string& origin, Timestamp now) {
    Json json = Json::object({{"schema", kSchema},
                              {"kind", to_string(alert.kind)},
                              {"log", origin},
                              {"time", to_rfc3339(now)},
                              {"message", alert.message}});
    if (alert.index) {
        json.set("index", *alert.index);
        json.set("entry", to_base64(alert.entry));
    }
    if (!alert.checkpoints.empty()) {
        json.set("checkpoints", Json::Array(alert.checkpoints.begin(), alert.checkpoints.end()));
    }
    return json;
}

Result<void> deliver_alert(const Json& alert, const AlertOptions& options, Transport& transport,
                           const Patience& patience, std::ostream& out) {
    const std::string line = to_json(alert) + '\n';
    out << line << std::flush;
    if (!out) return Error(Fault::Io, "cannot write to standard output");
    if (!options.webhook.empty()) {
        BOLTSEAL_CHECK(post(options.webhook, line, transport, patience));
    }
    if (!options.command.empty()) BOLTSEAL_CHECK(run(options.command, line));
    return {};
}

}  // namespace boltseal
