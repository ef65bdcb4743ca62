#include "tests/support/scripted_server.h"

#include "tests/catch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace boltseal::test {

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
