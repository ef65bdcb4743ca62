// Another program beside a test, gone when the test ends, and files of ports nobody else has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace boltseal::test {

class ChildProcess {
public:
    // Found in PATH. Output goes to `log`. A program that cannot be started is seen when the test
    // waits for its port.
    ChildProcess(const std::vector<std::string>& argv, const std::filesystem::path& log);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

private:
    pid_t pid_ = -1;
};

// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

// True once somebody accepts connections there; false after five seconds.
bool wait_for_port(std::uint16_t port);

}  // namespace boltseal::test
