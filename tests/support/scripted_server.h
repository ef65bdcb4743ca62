// A server that does to a client what a test tells it, byte by byte: for faults no real server can
// be made to have.
#pragma once

#include "tests/support/peer.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace boltseal::test {

class ScriptedServer {
public:
    // The script runs once for each connection, in a thread of its own.
    using Script = std::function<void(Peer&)>;
    explicit ScriptedServer(Script script);
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer();

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    int connections() const { return connections_; }

private:
    void accept_all();
    void serve(int fd);

    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex mutex_;  // guards what follows; held by the accepting thread and the destructor
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// Answers every request by what `respond` returns for it: a whole answer as bytes. Keeps what it
// was asked.
class AnsweringServer {
public:
    explicit AnsweringServer(std::function<std::string(const std::string& request)> respond);
    std::string url(const std::string& path) const { return server_.url(path); }
    std::uint16_t port() const { return server_.port(); }
    std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
    int connections() const { return server_.connections(); }
    std::vector<std::string> requests();

private:
    std::mutex mutex_;  // guards requests_; held by the threads of the server and by the test
    std::vector<std::string> requests_;
    std::function<std::string(const std::string&)> respond_;
    ScriptedServer server_;  // last: its threads use what is above
};

}  // namespace boltseal::test
