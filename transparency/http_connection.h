// One client's connection: reads a request within bounds, writes its answer, and then the next. It
// never waits: the server's loop (http_server.h) tells it when there is something to read, room to
// write, or no time left.
#pragma once

#include "transparency/http_message.h"
#include "transparency/metrics.h"
#include "transparency/request_head.h"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>

namespace boltseal {

struct HttpLimits {
    std::size_t max_connections = 8192;  // the one that has waited longest makes room for a new one
    std::size_t max_body = std::size_t{4} << 20;
    std::size_t max_buffered = std::size_t{256} << 20;  // of bodies and answers, in all connections
    std::size_t max_requests = 100'000;                 // on one connection
    // Each for the whole of what it names, not for one read of it.
    std::chrono::milliseconds head{3'000};
    std::chrono::milliseconds body{10'000};
    std::chrono::milliseconds answer{10'000};
    std::size_t slowest_answer = 100'000;    // bytes a second; large answers may take longer
    std::chrono::milliseconds idle{75'000};  // between requests
};

struct HttpMetrics {
    std::array<Counter, 6> answers;  // by the first digit of their status
    Counter connections;
    Counter turned_away;       // at once: no connection was free or could be freed
    Counter gave_way;          // closed for another, having let us wait longest
    TimeHistogram write_time;  // from a POST that is whole until its answer
    void print(MetricsText& text) const;
};

// What all connections of a server share.
struct HttpShared {
    HttpLimits limits;
    HttpMetrics metrics = {};
    std::size_t buffered = 0;
    // What one read brings in, until it is the connection's. On the stack it would be filled with
    // zeros for each read, as everything there is in a release.
    std::array<char, 16'384> chunk = {};
};

class HttpConnection {
public:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;

    enum class State {
        Reading,    // waits for a request, or for the rest of it
        Working,    // the request is being answered
        Writing,    // the answer goes out
        Lingering,  // the last answer is out, and what still comes in is thrown away
        Closed,
    };

    // Takes the socket over.
    HttpConnection(int fd, const IpAddress& peer, HttpShared& shared, Time now);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    State state() const { return state_; }
    int fd() const { return fd_; }
    Time deadline() const { return deadline_; }
    bool is_idle() const { return state_ == State::Reading && in_.empty() && !head_; }

    // A request that has come in whole, after any of the calls below; at most once for each.
    std::optional<ApiRequest> take_request();

    void on_readable(Time now);
    void on_writable(Time now);
    void on_deadline(Time now);
    // Answers the request that was taken.
    void answer(const ApiResponse& response, bool last, Time now);

    // For the server to find it again.
    std::uint64_t number = 0;
    std::list<HttpConnection*>::iterator place;
    bool listed_as_reading = true;

private:
    enum class Read { More, Nothing, Closed };
    Read read(std::size_t limit);
    void step(Time now);
    bool step_head(Time now);
    bool step_body(Time now);
    void refuse(const HeadRefusal& refusal, Time now);
    void count(int status, Time now);
    void send(Time now);
    void linger(Time now);
    void drain();
    void await_request(Time now);
    void close() { state_ = State::Closed; }
    void set_buffered(std::size_t size);

    HttpShared& shared_;
    const HttpLimits& limits_;
    const int fd_;
    const IpAddress peer_;
    State state_ = State::Reading;
    Time deadline_;
    bool readable_ = true;  // until a read says otherwise: events tell of changes only
    bool head_started_ = false;
    std::string in_;
    std::size_t scanned_ = 0;  // of in_, for the end of the head
    std::size_t counted_ = 0;  // of in_, in buffered_
    std::optional<RequestHead> head_;
    std::optional<ApiRequest> request_;
    bool is_head_request_ = false;
    std::optional<Time> write_started_;
    bool last_ = false;
    std::size_t served_ = 0;
    std::string out_;
    std::size_t sent_ = 0;
    std::size_t drained_ = 0;
};

}  // namespace boltseal
