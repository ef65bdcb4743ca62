// repeat NAME RUNS COMMAND [ARGUMENT...] [versus NAME COMMAND [ARGUMENT...]]...: runs commands in
// turn, so that a change of the machine's speed meets them all, and prints how long each took and
// how much memory it had at its peak, as rows of the table of tests/bench/run. Their output goes
// nowhere; if one fails once, so does this.
#include "tests/bench/samples.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace {

using namespace boltseal::bench;

struct Command {
    std::string name;
    std::vector<char*> arguments;  // the last is null
    std::vector<double> milliseconds = {};
    std::vector<double> memory = {};
};

Command command_of(const char* name, std::vector<char*> arguments) {
    arguments.push_back(nullptr);
    return {name, std::move(arguments)};
}

std::vector<Command> parse(const char* name, const std::vector<char*>& words) {
    std::vector<Command> commands;
    auto rest = words.begin();
    for (;;) {
        const auto end = std::find(rest, words.end(), std::string_view("versus"));
        commands.push_back(command_of(name, {rest, end}));
        if (words.end() - end < 3) return commands;
        name = end[1];
        rest = end + 2;
    }
}

int run_once(char* const* arguments, rusage& usage) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int fd : {1, 2}) {
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
    }
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || wait4(pid, &status, 0, &usage) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int measure(Command& command) {
    const auto start = Clock::now();
    rusage usage{};
    const int status = run_once(command.arguments.data(), usage);
    command.milliseconds.push_back(milliseconds_since(start));
    command.memory.push_back(static_cast<double>(usage.ru_maxrss) / 1024);
    if (status != 0) {
        std::fprintf(stderr, "repeat: '%s' ended with %d\n", command.arguments[0], status);
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr,
                     "usage: repeat NAME RUNS COMMAND [ARGUMENT...] "
                     "[versus NAME COMMAND [ARGUMENT...]]...\n");
        return 2;
    }
    std::vector<Command> commands = parse(argv[1], {argv + 3, argv + argc});
    const int runs = std::atoi(argv[2]);
    if (runs < 1) return 2;
    for (int run = 0; run < runs; ++run) {
        for (Command& command : commands) {
            if (measure(command) != 0) return 1;
        }
    }
    for (Command& command : commands) {
        print_row(command.name, "ms", std::move(command.milliseconds));
        print_row(command.name + ", memory", "MiB", std::move(command.memory));
    }
    return 0;
}
