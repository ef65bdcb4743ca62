#include "transparency/signer_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace boltseal {

namespace {

Error failed_signer(const std::string& doing, int error) {
    return Error(Fault::Io, "cannot " + doing + ": " + std::strerror(error));
}

Result<sockaddr_un> address_of(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket.string();
    if (path.size() >= sizeof address.sun_path) {
        return Error(Fault::Config, "'" + path + "' is too long for a socket");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    return address;
}

Result<int> open_socket() {
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed_signer("make a socket", errno);
    return fd;
}

}  // namespace

Result<int> start_signer(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return failed_signer("make a pair of sockets", errno);
    }
    std::vector<std::string> words{program.filename().string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.insert(words.end(), {"--connection", std::to_string(ends[1])});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], ends[1]);  // keeps it open beyond exec
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error == 0) return ends[0];
    ::close(ends[0]);
    return failed_signer("start the signer", error);
}

Result<int> listen_as_signer(const std::filesystem::path& socket) {
    BOLTSEAL_TRY(const sockaddr_un address, address_of(socket));
    BOLTSEAL_TRY(const int fd, open_socket());
    ::unlink(socket.c_str());  // of a signer that was killed; the lock on the head tells them apart
    const mode_t before = ::umask(0177);
    const bool bound =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(fd, 1) == 0;
    ::umask(before);
    if (bound) return fd;
    Error error = failed_signer("listen on '" + socket.string() + "'", errno).as(Fault::Config);
    ::close(fd);
    return error;
}

Result<int> connect_to_signer(const std::filesystem::path& socket) {
    BOLTSEAL_TRY(const sockaddr_un address, address_of(socket));
    BOLTSEAL_TRY(const int fd, open_socket());
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    Error error = failed_signer("reach the signer at '" + socket.string() + "'", errno);
    ::close(fd);
    return error;
}

Result<int> accept_server(int listener) {
    for (;;) {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) return fd;
        if (errno != EINTR && errno != ECONNABORTED) {
            return failed_signer("accept the server", errno);
        }
    }
}

void harden_signer() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

}  // namespace boltseal
