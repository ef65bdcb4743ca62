// A client at the other end of a socket, to whom bytes are sent one by one if need be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace boltseal::test {

class Peer {
public:
    explicit Peer(int fd) : fd_(fd) {}

    // Head and body of the next request, of the body at most so much; empty if the client has gone.
    std::string read_request(std::size_t most_body = std::string::npos);
    bool send(std::string_view bytes);  // false if the client has gone
    // A whole answer: status line, headers (each with CRLF), Content-Length, body.
    bool answer(std::string_view status, std::string_view headers, std::string_view body);
    void pause(int milliseconds);
    void reset();  // close with RST
    void close();  // no more from us; what was sent still arrives

private:
    int fd_;
};

std::string answer_text(std::string_view status, std::string_view headers, std::string_view body);

}  // namespace boltseal::test
