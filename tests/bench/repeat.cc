// repeat NAME RUNS COMMAND [ARGUMENT...]: runs a command and prints how long it took and how much
// memory it had at its peak, as rows of the table of tests/bench/run. Its output goes nowhere; if
// it fails once, so does this.
#include "tests/bench/samples.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdlib>

extern char** environ;

namespace {

int run_once(char** command, rusage& usage) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, command[0], &actions, nullptr, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || wait4(pid, &status, 0, &usage) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace boltseal::bench;
    if (argc < 4) {
        std::fprintf(stderr, "usage: repeat NAME RUNS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    std::vector<double> samples;
    std::vector<double> memory;
    for (int runs = std::atoi(argv[2]); runs > 0; --runs) {
        const auto start = Clock::now();
        rusage usage{};
        if (const int status = run_once(argv + 3, usage); status != 0) {
            std::fprintf(stderr, "repeat: '%s' ended with %d\n", argv[3], status);
            return 1;
        }
        samples.push_back(milliseconds_since(start));
        memory.push_back(static_cast<double>(usage.ru_maxrss) / 1024);
    }
    if (samples.empty()) return 2;
    print_row(argv[1], "ms", std::move(samples));
    print_row(std::string(argv[1]) + ", memory", "MiB", std::move(memory));
    return 0;
}
