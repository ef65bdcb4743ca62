// One request and its answer over libcurl, redirects apart: the options, the callbacks with their
// limits, and what went wrong. For http_client.cc, which runs any number of them at once.
#pragma once

#include "net/http_client.h"
#include "net/receive_limit.h"
#include "net/url.h"

#include <array>
#include <optional>

namespace boltseal {

class Exchange {
public:
    using Clock = std::chrono::steady_clock;

    // `options`, `share`, a CURLSH or nullptr, and `limit` of what reaches sinks, or nullptr, must
    // outlive it.
    Exchange(const HttpOptions& options, void* share, ReceiveLimit* limit = nullptr);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    // One of the requests that redirects make of one.
    struct Hop {
        Url url;
        bool public_only = false;           // no local address is connected to
        std::chrono::milliseconds left{0};  // that it may take; 0 = any
        std::shared_ptr<const TlsFiles> tls{};
    };
    // Readies the handle for one hop; `request` must stay where it is until finish().
    Result<void> prepare(const Request& request, const Hop& hop);

    // What became of it; `code` is a CURLcode. Once for each prepare().
    Result<Response> finish(int code);

    void* handle() const { return easy_; }

    bool is_paused() const { return is_paused_; }  // because of the limit
    // Hands on what waited. A CURLcode: if it is not 0, nothing more may come, and it is finished.
    int resume();

    // Of the exchange that has finished; the peer is the proxy if there is one.
    bool peer_is_local() const;
    std::optional<std::chrono::microseconds> connect_time() const;  // none: an open one was used

private:
    struct Callbacks;
    struct FreeList {
        void operator()(void* list) const;
    };

    void fail(Fault fault, std::string why);
    void set_fixed(const Url& url);
    void set_tls(const TlsFiles& tls);
    void set_body();
    bool add_header(const std::string& line);
    Result<void> set_headers();
    void set_callbacks();
    bool take_header_line(std::string_view line);
    bool take_body(Bytes piece);
    void read_status();

    const HttpOptions& options_;
    void* easy_ = nullptr;
    ReceiveLimit* limit_ = nullptr;
    std::array<char, 256> detail_{};  // outlives the handle that writes to it
    std::unique_ptr<void, FreeList> headers_;

    const Request* request_ = nullptr;
    bool public_only_ = false;
    bool is_paused_ = false;
    Response response_;
    std::optional<Error> error_;  // why a callback stopped the transfer
    std::size_t head_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    std::uint64_t sent_ = 0;
    std::int64_t moved_ = -1;
    Clock::time_point last_progress_;
};

}  // namespace boltseal
