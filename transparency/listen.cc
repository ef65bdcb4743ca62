#include "transparency/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace boltseal {

namespace {

constexpr int kBacklog = 1024;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// REQUIRES: address came from parse_listen_address
SocketAddress to_socket_address(const ListenAddress& address) {
    SocketAddress out;
    if (address.host.find(':') == std::string::npos) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
        out.size = sizeof v4;
        std::memcpy(&out.storage, &v4, sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
        out.size = sizeof v6;
        std::memcpy(&out.storage, &v6, sizeof v6);
    }
    return out;
}

std::uint16_t port_of(int fd) {
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    ::getsockname(fd, bound.get(), &bound.size);
    const bool is_v6 = bound.storage.ss_family == AF_INET6;
    return ntohs(is_v6 ? reinterpret_cast<const sockaddr_in6&>(bound.storage).sin6_port
                       : reinterpret_cast<const sockaddr_in&>(bound.storage).sin_port);
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const auto bad = [&] {
        return Error(Fault::Config, "'" + std::string(text) + "' is no address to listen on")
            .with_hint("write 127.0.0.1:8470 or [::1]:8470");
    };
    const std::size_t colon = text.rfind(':');
    if (text.size() > 64 || colon == std::string_view::npos) return bad();
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);

    ListenAddress address;
    address.host = host;
    in6_addr parsed{};
    if (::inet_pton(bracketed ? AF_INET6 : AF_INET, address.host.c_str(), &parsed) != 1)
        return bad();
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size()) return bad();
    return address;
}

std::string to_string(const ListenAddress& address) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<Listener> listen_on(const ListenAddress& address) {
    SocketAddress where = to_socket_address(address);
    Listener listener;
    listener.fd = ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    // Not REUSEPORT, with which two servers share a port. Connections inherit NODELAY.
    ::setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (listener.fd < 0 || ::bind(listener.fd, where.get(), where.size) != 0 ||
        ::listen(listener.fd, kBacklog) != 0) {
        Error error(Fault::Config,
                    "cannot listen on " + to_string(address) + ": " + std::strerror(errno));
        if (listener.fd >= 0) ::close(listener.fd);
        return error;
    }
    listener.port = port_of(listener.fd);
    return listener;
}

}  // namespace boltseal
