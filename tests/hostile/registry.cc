// hostile_registry LAYOUT RULES LOG: serves the images of an OCI image layout on a free port of
// 127.0.0.1, and does wrong what the file RULES tells it to (fault.h). Also as an HTTP proxy, for
// any host. Prints its port.
//
// LOG gets a line for each request when it is over: method, target, status, bytes of the body sent,
// the range that was asked for, and the credentials that came: "-" for none.
#include "core/file.h"
#include "tests/hostile/fault.h"
#include "tests/hostile/honest.h"
#include "tests/support/peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

namespace {

using namespace boltseal;
using namespace boltseal::hostile;
using test::Peer;

constexpr std::size_t kPiece = std::size_t{32} << 10;
constexpr int kTick = 20;  // milliseconds between pieces, when there is a rate
constexpr int kSettle =
    100;  // milliseconds before a reset, which takes what the client has not read
constexpr int kSendBuffer = 64 << 10;  // so that what we have sent has nearly arrived

// Bytes of all connections one after another, so many a second.
class Bottleneck {
public:
    void pass(std::size_t bytes, std::uint64_t rate) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        free_ = std::max(free_, now) + std::chrono::nanoseconds(bytes * 1'000'000'000 / rate);
        std::this_thread::sleep_until(free_);
    }

private:
    std::mutex mutex_;  // guards free_, and makes those wait who come while others pass
    std::chrono::steady_clock::time_point free_;
};

// False if the client has gone.
bool send_slowly(Peer& peer, std::string_view bytes, std::uint64_t rate, std::uint64_t& sent) {
    while (!bytes.empty()) {
        const std::uint64_t per_tick = std::max<std::uint64_t>(rate * kTick / 1000, 1);
        const std::size_t size =
            std::min<std::uint64_t>(bytes.size(), rate > 0 ? std::min(per_tick, kPiece) : kPiece);
        if (!peer.send(bytes.substr(0, size))) return false;
        bytes.remove_prefix(size);
        sent += size;
        if (rate > 0) peer.pause(static_cast<int>(std::max<std::uint64_t>(size * 1000 / rate, 1)));
    }
    return true;
}

class Server {
public:
    Server(HonestRegistry honest, std::vector<Rule> rules, int log)
        : honest_(std::move(honest)), rules_(std::move(rules)), log_(log) {}

    void serve(int fd) {
        const int on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Peer peer(fd);
        for (bool open = true; open;) {
            const std::string head = peer.read_request();
            open = !head.empty() && exchange(peer, parse_request(head));
        }
        ::close(fd);
    }

private:
    // False if the connection has ended, one way or another.
    bool exchange(Peer& peer, const Request& request) {
        Answer answer = honest_.answer(request);
        Request without_range = request;
        without_range.headers.erase("range");
        const Answer whole = honest_.answer(without_range);
        Delivery delivery;
        for (const hostile::Fault& fault : rules_.find(request)) {
            if (auto ok = apply(fault, request, whole.body, answer, delivery); !ok) {
                std::fprintf(stderr, "hostile_registry: %s\n", ok.error().message().c_str());
                std::_Exit(3);  // a test that is wrong must not pass
            }
        }
        const std::uint64_t others = under_way_++;
        if (delivery.at_most && others >= *delivery.at_most) {
            answer = error_answer(429, "TOOMANYREQUESTS");
            answer.set_header("Retry-After", "1");
        }
        std::uint64_t sent = 0;
        const bool open = deliver(peer, request, answer, delivery, sent);
        --under_way_;
        write_log(request, answer, sent);
        return open;
    }

    bool send_body(Peer& peer, std::string_view body, const Delivery& delivery,
                   std::uint64_t& sent) {
        if (delivery.total_rate == 0) return send_slowly(peer, body, delivery.rate, sent);
        while (!body.empty()) {
            const std::string_view piece = body.substr(0, kPiece);
            bottleneck_.pass(piece.size(), delivery.total_rate);
            if (!send_slowly(peer, piece, 0, sent)) return false;
            body.remove_prefix(piece.size());
        }
        return true;
    }

    bool deliver(Peer& peer, const Request& request, const Answer& answer, const Delivery& delivery,
                 std::uint64_t& sent) {
        std::uint64_t head_sent = 0;
        if (!send_slowly(peer, head_text(answer), delivery.head_rate, head_sent)) return false;
        std::string_view body = request.method == "HEAD" ? std::string_view() : answer.body;
        const bool cut = delivery.stop_after && *delivery.stop_after < body.size();
        if (cut) body = body.substr(0, *delivery.stop_after);
        bool open = send_body(peer, body, delivery, sent);
        const std::string more(kPiece, 'x');
        while (open && delivery.endless) open = send_body(peer, more, delivery, sent);
        if (!open || (delivery.stop_after && !cut)) return open;
        if (delivery.end == Delivery::End::Stall) peer.read_request();  // until the client goes
        if (delivery.end == Delivery::End::Reset) {
            peer.pause(kSettle);
            peer.reset();
        }
        return delivery.end == Delivery::End::Keep;
    }

    void write_log(const Request& request, const Answer& answer, std::uint64_t sent) const {
        const std::string range = request.header("range");
        const std::string login = request.header("authorization");
        std::string line = request.method + " " + request.target + " ";
        line += std::to_string(answer.status) + " " + std::to_string(sent) + " ";
        line += (range.empty() ? "-" : range) + " " + (login.empty() ? "-" : login) + "\n";
        if (::write(log_, line.data(), line.size()) < 0) std::perror("hostile_registry: log");
    }

    HonestRegistry honest_;
    Rules rules_;
    int log_;
    Bottleneck bottleneck_;
    std::atomic<std::uint64_t> under_way_{0};  // answers
};

// Listens on a free port of 127.0.0.1 and says which.
int listen_somewhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
    if (::listen(fd, 128) != 0) return -1;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("%u\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return fd;
}

Result<std::vector<Rule>> load_rules(const char* path) {
    BOLTSEAL_TRY(const Buffer text, read_file(path, std::size_t{1} << 20));
    return parse_rules(as_text(text));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: hostile_registry LAYOUT RULES LOG\n");
        return 2;
    }
    auto honest = HonestRegistry::load(argv[1]);
    auto rules = load_rules(argv[2]);
    if (!honest || !rules) {
        const std::string why = honest ? rules.error().message() : honest.error().message();
        std::fprintf(stderr, "hostile_registry: %s\n", why.c_str());
        return 2;
    }
    const int log = ::open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    Server server(*std::move(honest), *std::move(rules), log);
    const int listener = log < 0 ? -1 : listen_somewhere();
    if (listener < 0) return std::perror("hostile_registry"), 3;
    for (;;) {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) std::thread([&server, fd] { server.serve(fd); }).detach();
    }
}
