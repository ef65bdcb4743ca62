// wan_relay PORT UPSTREAM-PORT LEAST MOST SEED: passes connections to PORT on to the same port of
// 127.0.0.1, and resets each of them after some number of bytes of its answers, LEAST to MOST, as
// middleboxes do that do not like long transfers. Prints "up" when it listens.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

namespace {

// What has been accepted from upstream and not yet sent into the line; little, so that the bytes
// that we count are bytes that leave.
constexpr int kUnsent = 128 << 10;

struct Pair {
    int client;
    int upstream;
    std::uint64_t left;  // of the answers, before the reset
};

bool send_all(int fd, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t n = ::send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0) return false;
        data += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

// False when that side has no more to say, or the other does not listen.
bool move_some(int from, int to, std::uint64_t& left) {
    std::array<char, 16 << 10> room;
    const std::size_t most = std::min<std::uint64_t>(left, room.size());
    const ssize_t n = ::recv(from, room.data(), most, 0);
    if (n <= 0 || !send_all(to, room.data(), static_cast<std::size_t>(n))) return false;
    left -= static_cast<std::uint64_t>(n);
    return left > 0;
}

void serve(Pair pair) {
    std::uint64_t unlimited = UINT64_MAX;
    std::array<pollfd, 2> ends = {pollfd{pair.client, POLLIN, 0}, pollfd{pair.upstream, POLLIN, 0}};
    for (bool open = true; open && ::poll(ends.data(), ends.size(), -1) > 0;) {
        if (ends[0].revents != 0) open = move_some(pair.client, pair.upstream, unlimited);
        if (open && ends[1].revents != 0) open = move_some(pair.upstream, pair.client, pair.left);
    }
    const linger now{1, 0};
    if (pair.left == 0) ::setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(pair.client);
    ::close(pair.upstream);
}

sockaddr_in address_of(std::uint32_t host, const char* port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    out.sin_addr.s_addr = htonl(host);
    return out;
}

int listen_on(const char* port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsent, sizeof kUnsent);
    sockaddr_in address = address_of(INADDR_ANY, port);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
    return ::listen(fd, 128) == 0 ? fd : -1;
}

int connect_to(sockaddr_in address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "usage: wan_relay PORT UPSTREAM-PORT LEAST MOST SEED\n");
        return 2;
    }
    const int listener = listen_on(argv[1]);
    if (listener < 0) return std::perror("wan_relay"), 3;
    std::mt19937_64 dice(std::strtoull(argv[5], nullptr, 10));
    std::uniform_int_distribution<std::uint64_t> bytes(std::strtoull(argv[3], nullptr, 10),
                                                       std::strtoull(argv[4], nullptr, 10));
    std::puts("up");
    std::fflush(stdout);
    for (;;) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        const int upstream = connect_to(address_of(INADDR_LOOPBACK, argv[2]));
        if (upstream < 0) {
            ::close(client);
            continue;
        }
        std::thread(serve, Pair{client, upstream, bytes(dice)}).detach();
    }
}
