// A server that does to a client what a test tells it, byte by byte: for faults no real server can
// be made to have.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace boltseal::test {

// One connection, as a script sees it.
class Peer {
public:
    explicit Peer(int fd) : fd_(fd) {}

    // Head and body of the next request; empty if the client has gone.
    std::string read_request();
    bool send(std::string_view bytes);  // false if the client has gone
    // A whole answer: status line, headers (each with CRLF), Content-Length, body.
    bool answer(std::string_view status, std::string_view headers, std::string_view body);
    void pause(int milliseconds);
    void reset();  // close with RST
    void close();  // no more from us; what was sent still arrives

private:
    int fd_;
};

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

std::string answer_text(std::string_view status, std::string_view headers, std::string_view body);

}  // namespace boltseal::test
