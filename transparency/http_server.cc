#include "transparency/http_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace boltseal {

namespace {

using Clock = HttpConnection::Clock;
using State = HttpConnection::State;

constexpr std::chrono::milliseconds kSweep{50};  // how exactly deadlines are kept
constexpr std::size_t kOtherFiles = 128;         // that the process may have open
constexpr std::uint64_t kListener = 0;           // connections are numbered behind these
constexpr std::uint64_t kOutbox = 1;

// Answers on their way back to the server's thread. Replies keep it alive: the server, and every
// request that was not answered yet.
class Outbox {
public:
    Outbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;
    ~Outbox() { ::close(fd_); }

    struct Answer {
        std::uint64_t connection;
        ApiResponse response;
    };

    int fd() const { return fd_; }
    void post(std::uint64_t connection, ApiResponse response) {
        bool wake = false;
        {
            const std::lock_guard guard(mutex_);
            answers_.push_back({connection, std::move(response)});
            wake = std::exchange(asleep_, false);
        }
        if (wake) ring();
    }
    void ring() const {
        const std::uint64_t one = 1;
        (void)!::write(fd_, &one, sizeof one);
    }
    // Before waiting: true if there is nothing to do, and the next answer will ring.
    bool fall_asleep() {
        const std::lock_guard guard(mutex_);
        asleep_ = answers_.empty();
        return asleep_;
    }
    void silence() const {
        std::uint64_t count = 0;
        (void)!::read(fd_, &count, sizeof count);
    }
    std::vector<Answer> take() {
        const std::lock_guard guard(mutex_);
        asleep_ = false;
        return std::exchange(answers_, {});
    }

private:
    const int fd_;
    std::mutex mutex_;  // guards everything below; held for no more than that
    std::vector<Answer> answers_;
    bool asleep_ = false;
};

std::size_t file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto files = static_cast<std::size_t>(limit.rlim_cur);
    return files > 2 * kOtherFiles ? files - kOtherFiles : files / 2;
}

}  // namespace

struct HttpServer::Impl {
    Impl(Listener at, Handler handler, const HttpLimits& bounds)
        : shared{bounds},
          handle(std::move(handler)),
          listener(at),
          poll(::epoll_create1(EPOLL_CLOEXEC)) {
        limits().max_connections = std::min(limits().max_connections, file_limit());
        watch(listener.fd, EPOLLIN, kListener);
        watch(outbox->fd(), EPOLLIN, kOutbox);
        thread = std::thread([this] { run(); });
    }
    ~Impl() {
        stopping = true;
        outbox->ring();
        thread.join();
        if (listener.fd >= 0) ::close(listener.fd);
        ::close(poll);
    }

    void watch(int fd, std::uint32_t events, std::uint64_t number) const {
        epoll_event event{};
        event.events = events;
        event.data.u64 = number;
        ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }

    void run() {
        try {
            while (!is_done()) turn();
        } catch (const std::exception&) {  // out of memory: nothing that can be gone on with
        }
        running = false;
    }

    // Once stopping, what was asked is still answered.
    bool is_done() {
        if (!stopping) return false;
        if (listener.fd >= 0) ::close(std::exchange(listener.fd, -1));
        while (!reading.empty()) remove(*reading.front());
        return connections.empty();
    }

    void turn() {
        epoll_event events[256];
        const bool quiet = outbox->fall_asleep();
        const int timeout = !quiet                ? 0
                            : connections.empty() ? -1
                                                  : static_cast<int>(kSweep.count());
        const int count = ::epoll_wait(poll, events, 256, timeout);
        now = Clock::now();
        for (Outbox::Answer& answer : outbox->take()) deliver(answer);
        for (int i = 0; i < count; ++i) {
            if (events[i].data.u64 == kListener) {
                accept_all();
            } else if (events[i].data.u64 == kOutbox) {
                outbox->silence();
            } else {
                on_event(events[i]);
            }
        }
        if (now >= next_sweep) sweep();
    }

    void accept_all() {
        for (;;) {
            sockaddr_storage peer{};
            socklen_t peer_size = sizeof peer;
            auto* const address = reinterpret_cast<sockaddr*>(&peer);
            const int fd =
                ::accept4(listener.fd, address, &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0 && (errno == EMFILE || errno == ENFILE) && make_room()) continue;
            if (fd < 0) return;
            shared.metrics.connections.add();
            if (connections.size() >= limits().max_connections && !make_room()) {
                shared.metrics.turned_away.add();
                ::close(fd);
                continue;
            }
            const std::uint64_t number = ++last_number;
            auto& connection = connections[number];
            connection = std::make_unique<HttpConnection>(fd, to_ip_address(*address), shared, now);
            connection->number = number;
            reading.push_back(connection.get());
            connection->place = std::prev(reading.end());
            watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, number);
        }
    }

    // Closes the connection that has made us wait longest for its request, if there is one.
    bool make_room() {
        if (reading.empty()) return false;
        shared.metrics.gave_way.add();
        remove(*reading.front());
        return true;
    }

    void remove(HttpConnection& connection) {
        (connection.listed_as_reading ? reading : busy).erase(connection.place);
        connections.erase(connection.number);
    }

    HttpConnection* find(std::uint64_t number) const {
        const auto found = connections.find(number);
        return found == connections.end() ? nullptr : found->second.get();
    }

    void on_event(const epoll_event& event) {
        HttpConnection* const connection = find(event.data.u64);
        if (!connection) return;
        if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) return remove(*connection);
        if ((event.events & EPOLLOUT) != 0) connection->on_writable(now);
        if ((event.events & (EPOLLIN | EPOLLRDHUP)) != 0) connection->on_readable(now);
        after(*connection);
    }

    void deliver(Outbox::Answer& answer) {
        HttpConnection* const connection = find(answer.connection);
        if (!connection) return;
        connection->answer(answer.response, stopping, now);
        after(*connection);
    }

    // What has come of it.
    void after(HttpConnection& connection) {
        if (auto request = connection.take_request()) {
            Reply reply([box = outbox, number = connection.number](ApiResponse response) {
                box->post(number, std::move(response));
            });
            try {
                handle(*std::move(request), std::move(reply));
            } catch (const std::exception&) {  // the reply that is gone has said 500
            }
        }
        if (connection.state() == State::Closed) return remove(connection);
        const bool is_reading = connection.state() == State::Reading;
        if (is_reading == connection.listed_as_reading) return;
        auto& from = is_reading ? busy : reading;
        auto& to = is_reading ? reading : busy;
        to.splice(to.end(), from, connection.place);
        connection.listed_as_reading = is_reading;
    }

    void sweep() {
        next_sweep = now + kSweep;
        std::vector<HttpConnection*> late;
        for (const auto& [number, connection] : connections) {
            if (connection->state() != State::Working && connection->deadline() <= now) {
                late.push_back(connection.get());
            }
        }
        for (HttpConnection* connection : late) {
            connection->on_deadline(now);
            after(*connection);
        }
    }

    HttpLimits& limits() { return shared.limits; }

    HttpShared shared;
    Handler handle;
    Listener listener;
    const int poll;
    std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>();
    std::uint64_t last_number = kOutbox;
    std::unordered_map<std::uint64_t, std::unique_ptr<HttpConnection>> connections;
    std::list<HttpConnection*> reading;  // the one that has waited longest first
    std::list<HttpConnection*> busy;
    Clock::time_point now = Clock::now();
    Clock::time_point next_sweep = now;
    std::atomic<bool> stopping{false};
    std::atomic<bool> running{true};
    std::thread thread;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ListenAddress& address, Handler handler,
                                                      const HttpLimits& limits) {
    BOLTSEAL_TRY(const Listener listener, listen_on(address));
    auto impl = std::make_unique<Impl>(listener, std::move(handler), limits);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
    return impl_->listener.port;
}

bool HttpServer::is_running() const {
    return impl_->running;
}

const HttpMetrics& HttpServer::metrics() const {
    return impl_->shared.metrics;
}

HttpServer::Handler on_workers(Workers& workers,
                               std::function<ApiResponse(const ApiRequest&)> handle) {
    return [&workers, handle = std::move(handle)](ApiRequest request, const Reply& reply) {
        auto asked = std::make_shared<ApiRequest>(std::move(request));
        const bool taken = workers.post([handle, asked, reply] {
            try {
                reply(handle(*asked));
            } catch (const std::exception&) {
                reply(error_response(500, "internal error"));
            }
        });
        if (taken) return;
        ApiResponse busy = error_response(503, "too many requests are waiting");
        busy.retry_after = 1;
        reply(std::move(busy));
    };
}

}  // namespace boltseal
