// Answers over HTTP/1.1, plain: TLS, limits on what is read, and the tiles on disk are a web
// server's job in front. One thread serves all connections and waits for none of them; what it
// reads is only what transparency/request_head.h lets through. specs/adr/0013
#pragma once

#include "core/result.h"
#include "transparency/http_connection.h"
#include "transparency/listen.h"
#include "transparency/workers.h"

#include <memory>

namespace boltseal {

class HttpServer {
public:
    // Called on the server's thread: what takes time must go to others, and reply from there.
    using Handler = std::function<void(ApiRequest, Reply)>;

    // Listens when it returns. Config if the address cannot be used.
    static Result<std::unique_ptr<HttpServer>> start(const ListenAddress& address, Handler handler,
                                                     const HttpLimits& limits = {});
    ~HttpServer();  // answers the requests it has, takes no more
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    bool is_running() const;  // false if serving has ended on its own
    const HttpMetrics& metrics() const;

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// A handler that does everything on the workers' threads; 503 if they have too much to do.
HttpServer::Handler on_workers(Workers& workers,
                               std::function<ApiResponse(const ApiRequest&)> handle);

}  // namespace boltseal
