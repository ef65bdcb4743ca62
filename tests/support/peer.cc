#include "tests/support/peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace boltseal::test {

namespace {

std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("\r\nContent-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 18));
}

}  // namespace

std::string Peer::read_request(std::size_t most_body) {
    std::string out;
    std::size_t want = 0;  // all of it, once the head is there
    for (;;) {
        const std::size_t end = out.find("\r\n\r\n");
        if (want == 0 && end != std::string::npos) {
            want = end + 4 + std::min(most_body, content_length(out));
        }
        if (want != 0 && out.size() >= want) return out.substr(0, want);
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

}  // namespace boltseal::test
