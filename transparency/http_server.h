// Answers over HTTP/1.1, plain: TLS, rate limits and the tiles on disk are a web server's job in
// front. cpp-httplib listens, runs the threads and prints answers; what it reads is only what
// transparency/request_head.h has let through, with its body already bounded and read.
#pragma once

#include "core/result.h"
#include "transparency/log_api.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace boltseal {

struct ListenAddress {
    std::string host = "127.0.0.1";  // an address, not a name
    std::uint16_t port = 8470;       // 0: any free one
};

// "127.0.0.1:8470" or "[::1]:8470". Config for anything else, host names included.
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct HttpLimits {
    std::size_t threads = 64;
    std::size_t max_queued = 256;  // connections that wait for a thread; more are closed
    std::size_t max_body = std::size_t{1} << 20;
    std::size_t max_requests = 1000;  // on one connection
    // Each for the whole of what it names, not for one read of it.
    std::chrono::milliseconds head{3'000};
    std::chrono::milliseconds body{10'000};
    std::chrono::milliseconds answer{10'000};
    std::size_t slowest_answer = 100'000;   // bytes a second; large answers may take longer
    std::chrono::milliseconds idle{5'000};  // between requests; none while connections wait
};

class HttpServer {
public:
    using Handler = std::function<ApiResponse(const ApiRequest&)>;

    // Listens when it returns. Config if the address cannot be used. The handler is called from
    // many threads at once.
    static Result<std::unique_ptr<HttpServer>> start(const ListenAddress& address, Handler handler,
                                                     const HttpLimits& limits = {});
    ~HttpServer();  // answers the requests it has, takes no more
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    bool is_running() const;  // false if listening has ended on its own, for lack of memory, say

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace boltseal
