#include "transparency/http_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace boltseal {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLinger{1'000};
constexpr std::size_t kMaxLinger = std::size_t{1} << 20;
constexpr std::size_t kKeptBuffer = 4096;  // an idle connection holds no more
constexpr std::size_t kAlwaysAnswered = std::size_t{64} << 10;

}  // namespace

HttpConnection::HttpConnection(int fd, const IpAddress& peer, HttpShared& shared, Time now)
    : shared_(shared),
      limits_(shared.limits),
      fd_(fd),
      peer_(peer),
      deadline_(now + limits_.head) {}

void HttpMetrics::print(MetricsText& text) const {
    const MetricsText::Labelled classes[] = {
        {"2xx", answers[2].value()}, {"4xx", answers[4].value()}, {"5xx", answers[5].value()}};
    text.counters("boltseal_log_http_answers_total", "Answers by class of status.", "class",
                  classes);
    text.counter("boltseal_log_http_connections_total", "Connections that were accepted.",
                 connections.value());
    const MetricsText::Labelled refused[] = {{"turned_away", turned_away.value()},
                                             {"gave_way", gave_way.value()}};
    text.counters("boltseal_log_http_refused_total",
                  "Connections that were closed because there were too many.", "how", refused);
    text.histogram("boltseal_log_http_write_seconds", "From a POST that is whole until its answer.",
                   write_time);
}

HttpConnection::~HttpConnection() {
    set_buffered(0);
    ::close(fd_);
}

std::optional<ApiRequest> HttpConnection::take_request() {
    return std::exchange(request_, std::nullopt);
}

void HttpConnection::on_readable(Time now) {
    readable_ = true;
    if (state_ == State::Reading) step(now);
    if (state_ == State::Lingering) drain();
}

void HttpConnection::on_writable(Time now) {
    if (state_ == State::Writing) send(now);
}

void HttpConnection::on_deadline(Time now) {
    if (state_ == State::Working || now < deadline_) return;
    if (state_ != State::Reading || is_idle()) return close();
    refuse({408, head_ ? "request body took too long" : "request head took too long"}, now);
}

HttpConnection::Read HttpConnection::read(std::size_t limit) {
    if (!readable_) return Read::Nothing;
    const std::size_t wanted = std::min(limit, shared_.chunk.size());
    const ssize_t n = ::recv(fd_, shared_.chunk.data(), wanted, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) return Read::More;
    if (n < 0 && errno == EAGAIN) {
        readable_ = false;
        return Read::Nothing;
    }
    if (n <= 0) return Read::Closed;
    in_.append(shared_.chunk.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < wanted) readable_ = false;  // the next event will tell
    return Read::More;
}

// Reads until there is a request, or nothing more for now.
void HttpConnection::step(Time now) {
    while (state_ == State::Reading) {
        if (!in_.empty() && !head_started_) {
            head_started_ = true;
            deadline_ = now + limits_.head;
        }
        if (!head_ && !step_head(now)) return;
        if (head_ && step_body(now)) return;
        const std::size_t whole = head_ ? head_->content_length : kMaxRequestHead;
        const Read got = read(whole - in_.size());
        if (got == Read::Nothing) return;
        if (got == Read::More) continue;
        if (is_idle()) return close();
        refuse({400,
                head_ ? "connection closed within the body" : "connection closed within the head"},
               now);
    }
}

// False when the connection has been refused.
bool HttpConnection::step_head(Time now) {
    for (;; ++scanned_) {
        scanned_ = std::min(in_.find('\n', scanned_), in_.size());
        if (scanned_ == in_.size()) break;
        if (scanned_ == 0 || in_[scanned_ - 1] != '\r') {  // found at once, not when time is up
            refuse({400, "line does not end in CRLF"}, now);
            return false;
        }
        if (scanned_ >= 3 && in_[scanned_ - 2] == '\n') break;
    }
    if (scanned_ == in_.size()) {
        if (in_.size() < kMaxRequestHead) return true;
        refuse({431, "request head is too large"}, now);
        return false;
    }
    const std::size_t size = scanned_ + 1;
    auto parsed = parse_request_head(std::string_view(in_).substr(0, size), limits_.max_body);
    if (const auto* refused = std::get_if<HeadRefusal>(&parsed)) {
        refuse(*refused, now);
        return false;
    }
    RequestHead& head = std::get<RequestHead>(parsed);
    if (in_.size() - size > head.content_length) {
        refuse({400, "bytes after the request"}, now);
        return false;
    }
    if (head.content_length >
        limits_.max_buffered - std::min(limits_.max_buffered, shared_.buffered)) {
        refuse({503, "too many requests are waiting"}, now);
        return false;
    }
    in_.erase(0, size);
    head_ = std::move(head);
    deadline_ = now + limits_.body;
    return true;
}

// True when the body is whole, and the request with it.
bool HttpConnection::step_body(Time now) {
    set_buffered(in_.size());
    if (in_.size() < head_->content_length) return false;
    request_ = ApiRequest{std::move(head_->method),
                          std::move(head_->path),
                          to_buffer(in_),
                          std::move(head_->content_type),
                          std::move(head_->authorization),
                          std::move(head_->forwarded_for),
                          peer_};
    is_head_request_ = request_->method == "HEAD";
    if (request_->method == "POST") write_started_ = now;
    last_ = !head_->keep_alive || ++served_ >= limits_.max_requests;
    head_.reset();
    in_.clear();
    if (in_.capacity() > kKeptBuffer) in_.shrink_to_fit();
    set_buffered(0);
    state_ = State::Working;
    return true;
}

void HttpConnection::set_buffered(std::size_t size) {
    shared_.buffered += size - counted_;
    counted_ = size;
}

void HttpConnection::refuse(const HeadRefusal& refusal, Time now) {
    request_.reset();
    is_head_request_ = false;
    state_ = State::Working;
    answer(error_response(refusal.status, refusal.why), true, now);
}

void HttpConnection::answer(const ApiResponse& response, bool last, Time now) {
    if (state_ != State::Working) return;
    count(response.status, now);
    last_ = last_ || last;
    out_ = to_http(response, is_head_request_, last_);
    // Clients that do not read must not fill the memory with what they have asked for.
    const std::size_t room =
        limits_.max_buffered - std::min(limits_.max_buffered, shared_.buffered);
    if (out_.size() > kAlwaysAnswered && out_.size() > room) {
        last_ = true;
        out_ =
            to_http(error_response(503, "too many answers are waiting"), is_head_request_, last_);
    }
    set_buffered(out_.size());
    sent_ = 0;
    state_ = State::Writing;
    deadline_ = now + limits_.answer + milliseconds(1000 * out_.size() / limits_.slowest_answer);
    send(now);
}

void HttpConnection::count(int status, Time now) {
    shared_.metrics.answers[static_cast<std::size_t>(status) / 100 % 6].add();
    if (write_started_) shared_.metrics.write_time.observe(now - *write_started_);
    write_started_.reset();
}

void HttpConnection::send(Time now) {
    while (sent_ < out_.size()) {
        const ssize_t n =
            ::send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) return close();
        sent_ += static_cast<std::size_t>(n);
    }
    out_.clear();
    set_buffered(0);
    if (out_.capacity() > kKeptBuffer) out_.shrink_to_fit();
    last_ ? linger(now) : await_request(now);
}

void HttpConnection::await_request(Time now) {
    state_ = State::Reading;
    head_started_ = false;
    scanned_ = 0;
    deadline_ = now + limits_.idle;
    step(now);
}

// Closing with unread bytes would reset the connection, and the client lose our answer.
void HttpConnection::linger(Time now) {
    ::shutdown(fd_, SHUT_WR);
    state_ = State::Lingering;
    deadline_ = now + kLinger;
    drain();
}

void HttpConnection::drain() {
    for (;;) {
        in_.clear();
        const Read got = read(kMaxLinger);
        drained_ += in_.size();
        if (got == Read::Nothing) return;
        if (got == Read::Closed || drained_ >= kMaxLinger) return close();
    }
}

}  // namespace boltseal
