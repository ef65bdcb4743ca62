// A TCP proxy before a real server, whose first connections end with a reset after so many bytes
// from the client.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace boltseal::test {

class CuttingProxy {
public:
    // Cuts `cuts` connections, those that carry so much; the others are left alone.
    CuttingProxy(std::uint16_t upstream, std::size_t after, int cuts)
        : upstream_(upstream), after_(after), cuts_(cuts) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        ::listen(listener_, 64);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;
    ~CuttingProxy() {
        over_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (std::thread& thread : threads_) thread.join();
        ::close(listener_);
    }

    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    int cuts_left() const { return cuts_; }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    void accept_all() {
        for (;;) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            threads_.emplace_back([this, client] { pass(client); });
        }
    }

    void pass(int client) {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(upstream_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            move_bytes(client, server);
        }
        ::close(client);
        ::close(server);
    }

    void move_bytes(int client, int server) {
        std::array<char, 4096> room{};
        std::array<pollfd, 2> ends = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
        std::size_t sent = 0;
        while (!over_) {
            if (::poll(ends.data(), ends.size(), 100) < 0) return;
            for (std::size_t i = 0; i < ends.size(); ++i) {
                if (ends[i].revents == 0) continue;
                const ssize_t n = ::recv(ends[i].fd, room.data(), room.size(), 0);
                if (n <= 0) return;
                if (i == 0) sent += static_cast<std::size_t>(n);
                if (i == 0 && sent > after_ && cuts_.fetch_sub(1) > 0) return reset(client);
                std::size_t passed = 0;
                while (passed < static_cast<std::size_t>(n)) {
                    const ssize_t m = ::send(ends[1 - i].fd, room.data() + passed,
                                             static_cast<std::size_t>(n) - passed, MSG_NOSIGNAL);
                    if (m <= 0) return;
                    passed += static_cast<std::size_t>(m);
                }
            }
        }
    }

    static void reset(int client) {
        const linger now{1, 0};
        ::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

    const std::uint16_t upstream_;
    const std::size_t after_;
    std::atomic<int> cuts_;
    std::atomic<bool> over_{false};
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<std::thread> threads_;  // of the accepting thread until it has ended
    std::thread acceptor_;
};

}  // namespace boltseal::test
