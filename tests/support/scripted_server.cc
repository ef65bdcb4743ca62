#include "tests/support/scripted_server.h"

#include "tests/catch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace boltseal::test {

namespace {

std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("\r\nContent-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 18));
}

}  // namespace

std::string Peer::read_request() {
    std::string out;
    std::size_t want = 0;  // all of it, once the head is there
    for (;;) {
        const std::size_t end = out.find("\r\n\r\n");
        if (want == 0 && end != std::string::npos) want = end + 4 + content_length(out);
        if (want != 0 && out.size() >= want) return out;
        char room[4096];
        const ssize_t n = ::recv(fd_, room, sizeof room, 0);
        if (n <= 0) return {};
        out.append(room, static_cast<std::size_t>(n));
    }
}

bool Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool Peer::answer(std::string_view status, std::string_view headers, std::string_view body) {
    return send(answer_text(status, headers, body));
}

void Peer::pause(int milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

void Peer::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Peer::close() {
    ::shutdown(fd_, SHUT_RDWR);
}

std::string answer_text(std::string_view status, std::string_view headers, std::string_view body) {
    std::string out = "HTTP/1.1 ";
    out.append(status).append("\r\n").append(headers);
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return out.append(body);
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
}

void ScriptedServer::accept_all() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_;
        const std::lock_guard<std::mutex> lock(mutex_);
        open_.push_back(fd);
        threads_.emplace_back([this, fd] { serve(fd); });
    }
}

void ScriptedServer::serve(int fd) {
    Peer peer(fd);
    script_(peer);
    const std::lock_guard<std::mutex> lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
}

AnsweringServer::AnsweringServer(std::function<std::string(const std::string&)> respond)
    : respond_(std::move(respond)), server_([this](Peer& peer) {
          for (;;) {
              const std::string request = peer.read_request();
              if (request.empty()) return;
              {
                  const std::lock_guard<std::mutex> lock(mutex_);
                  requests_.push_back(request);
              }
              if (!peer.send(respond_(request))) return;
          }
      }) {}

std::vector<std::string> AnsweringServer::requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
}

}  // namespace boltseal::test
