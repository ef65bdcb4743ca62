// within SECONDS MEMORY-MIB FILE-MIB COMMAND...: runs the command, and kills it when it takes
// longer or writes a larger file. Ends with the command's exit status; with 124 and the reason on
// standard error if it had to be killed, or had more memory at its peak.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kOutOfBounds = 124;

pid_t child = -1;
volatile std::sig_atomic_t late = 0;  // NOLINT: a signal handler has nothing else

void on_alarm(int) {
    late = 1;
    ::kill(child, SIGKILL);
}

int out_of_bounds(const char* command, const char* what, const char* limit, const char* unit) {
    std::fprintf(stderr, "within: '%s' %s than %s %s\n", command, what, limit, unit);
    return kOutOfBounds;
}

void report_peak(const rusage& usage) {
    const char* path = std::getenv("BOLTSEAL_PEAK");
    std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    std::fprintf(file, "%.1f\n", static_cast<double>(usage.ru_maxrss) / 1024);
    std::fclose(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fprintf(stderr, "usage: within SECONDS MEMORY-MIB FILE-MIB COMMAND...\n");
        return 2;
    }
    child = ::fork();
    if (child == 0) {
        const rlim_t most = std::strtoull(argv[3], nullptr, 10) << 20;
        const rlimit limit{most, most};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::execvp(argv[4], argv + 4);
        ::_exit(127);
    }
    std::signal(SIGALRM, on_alarm);
    ::alarm(static_cast<unsigned>(std::atoi(argv[1])));
    int status = 0;
    rusage usage{};
    while (::wait4(child, &status, 0, &usage) < 0) {
    }
    report_peak(usage);
    if (late != 0) return out_of_bounds(argv[4], "takes longer", argv[1], "s");
    if (usage.ru_maxrss >> 10 > std::atol(argv[2])) {
        return out_of_bounds(argv[4], "had more memory", argv[2], "MiB");
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (WTERMSIG(status) == SIGXFSZ) {
        return out_of_bounds(argv[4], "writes a larger file", argv[3], "MiB");
    }
    return 128 + WTERMSIG(status);
}
