#include "transparency/http_server.h"

#include "transparency/request_head.h"

// Limits behind our own, for this one translation unit; none of the library is used elsewhere.
#define CPPHTTPLIB_USE_POLL
#define CPPHTTPLIB_REQUEST_URI_MAX_LENGTH 1152
#define CPPHTTPLIB_HEADER_MAX_LENGTH 8192
#define CPPHTTPLIB_HEADER_MAX_COUNT 64
#define CPPHTTPLIB_MAX_LINE_LENGTH 8192
#define CPPHTTPLIB_PAYLOAD_MAX_LENGTH 1048576
#define CPPHTTPLIB_FORM_URL_ENCODED_PAYLOAD_MAX_LENGTH 1
#define CPPHTTPLIB_MULTIPART_FORM_DATA_FILE_MAX_COUNT 1
#define CPPHTTPLIB_RANGE_MAX_COUNT 1
#define CPPHTTPLIB_KEEPALIVE_MAX_COUNT 1
#define CPPHTTPLIB_LISTEN_BACKLOG 1024
#define CPPHTTPLIB_TCP_NODELAY true
#include <arpa/inet.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <thread>

namespace boltseal {

namespace {

static_assert(std::string_view(CPPHTTPLIB_VERSION) == "0.18.7",
              "Stream and process_request differ between versions: read them again");

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kIdleSlice{100};
constexpr milliseconds kLinger{1'000};
constexpr std::size_t kMaxLinger = std::size_t{1} << 20;

enum class Read { More, Closed, TimedOut };

// One client's socket, with bytes that were read ahead. Every wait has a deadline.
class Connection {
public:
    explicit Connection(int fd) : fd_(fd) {}

    int fd() const { return fd_; }
    std::string& buffer() { return buffer_; }

    bool wait(short events, Clock::time_point deadline) const {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting{fd_, events, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
        return ready > 0 || (ready < 0 && errno == EINTR);
    }

    Read read(std::size_t limit, Clock::time_point deadline) {
        if (!wait(POLLIN, deadline)) return Read::TimedOut;
        char chunk[8192];
        const ssize_t n = ::recv(fd_, chunk, std::min(limit, sizeof chunk), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Read::More;
        if (n <= 0) return Read::Closed;
        buffer_.append(chunk, static_cast<std::size_t>(n));
        return Read::More;
    }

    bool write(std::string_view bytes, Clock::time_point deadline) const {
        while (!bytes.empty()) {
            const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(n));
            } else if ((errno != EAGAIN && errno != EINTR) || !wait(POLLOUT, deadline)) {
                return false;
            }
        }
        return true;
    }

    // Closing with unread bytes would reset the connection, and the client lose our answer.
    void linger() {
        ::shutdown(fd_, SHUT_WR);
        const auto deadline = Clock::now() + kLinger;
        for (std::size_t drained = 0; drained < kMaxLinger; drained += buffer_.size()) {
            buffer_.clear();
            if (read(kMaxLinger, deadline) != Read::More) return;
        }
    }

private:
    int fd_;
    std::string buffer_;
};

// What the library reads: a head of ours. What it writes: into memory.
class MemoryStream : public httplib::Stream {
public:
    MemoryStream(std::string head, int fd) : head_(std::move(head)), fd_(fd) {}

    std::string& written() { return written_; }

    bool is_readable() const override { return at_ < head_.size(); }
    bool is_writable() const override { return true; }
    ssize_t read(char* ptr, std::size_t size) override {
        const std::size_t n = head_.copy(ptr, size, at_);
        at_ += n;
        return static_cast<ssize_t>(n);
    }
    ssize_t write(const char* ptr, std::size_t size) override {
        written_.append(ptr, size);
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return fd_; }

private:
    std::string head_;
    std::size_t at_ = 0;
    std::string written_;
    int fd_;
};

// The library's pool, which does not say how many connections it has.
class CountingPool : public httplib::TaskQueue {
public:
    CountingPool(std::size_t threads, std::size_t max_queued, std::atomic<std::size_t>& count)
        : pool_(threads, max_queued), count_(count) {}

    bool enqueue(std::function<void()> task) override {
        ++count_;
        const bool taken = pool_.enqueue([this, task = std::move(task)] {
            task();
            --count_;
        });
        if (!taken) --count_;
        return taken;
    }
    void shutdown() override { pool_.shutdown(); }

private:
    httplib::ThreadPool pool_;
    std::atomic<std::size_t>& count_;
};

std::string refusal_text(int status, std::string_view why) {
    const ApiResponse response = error_response(status, why);
    return "HTTP/1.1 " + std::to_string(status) + " " + httplib::status_message(status) +
           "\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Type: " +
           response.content_type + "\r\nContent-Length: " + std::to_string(response.body.size()) +
           "\r\n\r\n" + response.body;
}

void copy_response(const ApiResponse& from, httplib::Response& to) {
    to.status = from.status;
    to.set_header("Cache-Control", from.cache_control);
    to.set_header("Accept-Ranges", "none");
    to.set_header("Access-Control-Allow-Origin", "*");
    to.set_header("X-Content-Type-Options", "nosniff");
    if (!from.allow.empty()) to.set_header("Allow", from.allow);
    if (!from.retry_after.empty()) to.set_header("Retry-After", from.retry_after);
    to.set_content(from.body, from.content_type);
}

}  // namespace

// Reads and checks requests itself, then lets the library answer each. One thread serves one
// connection; between requests it gives way to connections that wait.
struct HttpServer::Impl : httplib::Server {
    Impl(HttpServer::Handler handler, const HttpLimits& bounds) : limits(bounds) {
        new_task_queue = [this] {
            return new CountingPool(limits.threads, limits.max_queued, connections);
        };
        set_keep_alive_max_count(limits.max_requests);
        set_keep_alive_timeout(std::chrono::ceil<std::chrono::seconds>(limits.idle).count());
        set_tcp_nodelay(true);
        set_socket_options([](socket_t fd) {  // not REUSEPORT, with which two servers share a port
            const int on = 1;
            ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        });
        // Before any routing: no regular expressions, no files, no reading of bodies.
        set_pre_routing_handler([handle = std::move(handler)](const auto& request, auto& response) {
            copy_response(handle({request.method, request.path, to_buffer(request.body)}),
                          response);
            return HandlerResponse::Handled;
        });
        set_exception_handler([](const auto&, auto& response, const std::exception_ptr&) {
            copy_response(error_response(500, "internal error"), response);
        });
    }

    bool process_and_close_socket(socket_t fd) override {
        Connection connection(fd);
        try {
            std::size_t served = 0;
            while (served < limits.max_requests && wait_for_request(connection, served == 0) &&
                   serve_one(connection, ++served == limits.max_requests)) {
            }
            connection.linger();
        } catch (const std::exception&) {  // out of memory: this connection ends, others go on
        }
        ::close(fd);
        return true;
    }

    bool is_crowded() const { return connections > limits.threads; }

    // False when the client or we would rather close.
    bool wait_for_request(Connection& connection, bool is_first) const {
        const auto deadline = Clock::now() + (is_first ? limits.head : limits.idle);
        while (connection.buffer().empty()) {
            const auto slice = std::min(deadline, Clock::now() + kIdleSlice);
            if (connection.wait(POLLIN, slice)) {
                return connection.read(kMaxRequestHead, deadline) == Read::More;
            }
            if (Clock::now() >= deadline || stopping) return false;
            if (!is_first && is_crowded()) return false;
        }
        return true;
    }

    static bool refuse(const Connection& connection, int status, std::string_view why) {
        connection.write(refusal_text(status, why), Clock::now() + kLinger);
        return false;
    }

    // Up to the empty line. Bare line ends are found at once, not when time is up.
    std::optional<HeadRefusal> read_head(Connection& connection, std::size_t& size) const {
        const auto deadline = Clock::now() + limits.head;
        std::string& buffer = connection.buffer();
        while (true) {
            const std::size_t end = buffer.find("\r\n\r\n");
            size = std::min(end, kMaxRequestHead);
            if (end != std::string::npos && end + 4 <= kMaxRequestHead) {
                size = end + 4;
                return std::nullopt;
            }
            for (std::size_t i = 0; i < buffer.size(); ++i) {
                if (buffer[i] == '\n' && (i == 0 || buffer[i - 1] != '\r')) {
                    return HeadRefusal{400, "line does not end in CRLF"};
                }
            }
            if (buffer.size() >= kMaxRequestHead)
                return HeadRefusal{431, "request head is too large"};
            const Read read = connection.read(kMaxRequestHead - buffer.size(), deadline);
            if (read == Read::TimedOut) return HeadRefusal{408, "request head took too long"};
            if (read == Read::Closed) return HeadRefusal{400, "connection closed within the head"};
        }
    }

    std::optional<HeadRefusal> read_body(Connection& connection, std::size_t size) const {
        const auto deadline = Clock::now() + limits.body;
        std::string& buffer = connection.buffer();
        while (buffer.size() < size) {
            const Read read = connection.read(size - buffer.size(), deadline);
            if (read == Read::TimedOut) return HeadRefusal{408, "request body took too long"};
            if (read == Read::Closed) return HeadRefusal{400, "connection closed within the body"};
        }
        if (buffer.size() > size) return HeadRefusal{400, "bytes after the request"};
        return std::nullopt;
    }

    // One request and its answer. False if the connection ends here.
    bool serve_one(Connection& connection, bool is_last) {
        std::size_t head_size = 0;
        if (const auto refused = read_head(connection, head_size)) {
            return refuse(connection, refused->status, refused->why);
        }
        const auto parsed =
            parse_request_head(connection.buffer().substr(0, head_size), limits.max_body);
        if (const auto* refused = std::get_if<HeadRefusal>(&parsed)) {
            return refuse(connection, refused->status, refused->why);
        }
        const RequestHead& head = std::get<RequestHead>(parsed);
        connection.buffer().erase(0, head_size);
        if (const auto refused = read_body(connection, head.content_length)) {
            return refuse(connection, refused->status, refused->why);
        }
        const bool close = is_last || stopping || !head.keep_alive || is_crowded();
        return answer(connection, head, close) && !close;
    }

    bool answer(Connection& connection, const RequestHead& head, bool close) {
        // Nothing of the client's head but these two words, which we have checked.
        MemoryStream stream(head.method + " " + head.path + " HTTP/1.1\r\nHost: log\r\n\r\n",
                            connection.fd());
        std::string body = std::exchange(connection.buffer(), {});
        bool closed = false;
        process_request(stream, {}, 0, {}, 0, close, closed,
                        [&](httplib::Request& request) { request.body = std::move(body); });
        const milliseconds extra(1000 * stream.written().size() / limits.slowest_answer);
        return connection.write(stream.written(), Clock::now() + limits.answer + extra);
    }

    HttpLimits limits;
    std::atomic<std::size_t> connections{0};  // with a thread, or waiting for one
    std::atomic<bool> stopping{false};
    std::uint16_t bound_port = 0;
    std::thread listener;
};

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

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ListenAddress& address, Handler handler,
                                                      const HttpLimits& limits) {
    auto impl = std::make_unique<Impl>(std::move(handler), limits);
    const bool any = address.port == 0;
    const int port = any ? impl->bind_to_any_port(address.host)
                         : (impl->bind_to_port(address.host, address.port) ? address.port : -1);
    if (port <= 0) {
        return Error(Fault::Config, "cannot listen on " + to_string(address) + ": " +
                                        std::string(std::strerror(errno)));
    }
    impl->bound_port = static_cast<std::uint16_t>(port);
    impl->listener = std::thread([raw = impl.get()] { raw->listen_after_bind(); });
    impl->wait_until_ready();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
    impl_->stopping = true;
    impl_->stop();
    impl_->listener.join();
}

std::uint16_t HttpServer::port() const {
    return impl_->bound_port;
}

bool HttpServer::is_running() const {
    return impl_->is_running();
}

}  // namespace boltseal
