// The real boltseal-log, run as a process of its own. The macro
// BOLTSEAL_LOG_PROGRAM names the binary.
#pragma once

#include "tests/catch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

namespace boltseal::test {

// Standard error goes to a pipe, standard output to nowhere.
class LogProcess {
public:
    explicit LogProcess(std::vector<std::string> arguments) {
        const char* const program = BOLTSEAL_LOG_PROGRAM;
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        arguments.insert(arguments.begin(), program);
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDERR_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
            ::execv(program, argv.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        errors_ = ends[0];
    }
    LogProcess(const LogProcess&) = delete;
    LogProcess& operator=(const LogProcess&) = delete;
    ~LogProcess() {
        stop(SIGKILL);
        ::close(errors_);
    }

    // One line of standard error, without its end; empty at the end.
    std::string read_line() const {
        std::string line;
        char c = 0;
        while (::read(errors_, &c, 1) == 1 && c != '\n') line += c;
        return line;
    }
    // The line that says that it serves; lines before it are passed over.
    std::string read_serving_line() const {
        std::string line = read_line();
        while (!line.empty() && line.find(" serving ") == std::string::npos) line = read_line();
        return line;
    }
    // From "... at http://127.0.0.1:PORT (N entries)".
    std::string wait_until_it_serves() const {
        const std::string line = read_serving_line();
        const std::size_t begin = line.find("http://");
        const std::size_t end = line.find(" (");
        INFO(line);
        REQUIRE(begin != std::string::npos);
        REQUIRE(end != std::string::npos);
        return line.substr(begin, end - begin);
    }

    // The exit status, or minus the signal that ended it.
    int stop(int signal) {
        if (pid_ <= 0) return 0;
        if (signal != 0) ::kill(pid_, signal);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int wait() { return stop(0); }

private:
    pid_t pid_ = -1;
    int errors_ = -1;
};

}  // namespace boltseal::test
