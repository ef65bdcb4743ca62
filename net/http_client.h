// Transport over libcurl, and the only way out of a process of ours.
//
// TLS is always verified and at least 1.2; nothing here can switch that off. Bodies are never
// decoded. Proxies come from the environment, as curl reads it. HTTP/1.1 only: on paths that lose
// packets one HTTP/2 connection stalls all its streams at once.
#pragma once

#include "net/transport.h"

#include <memory>

namespace boltseal {

struct HttpOptions {
    std::string ca_file{};  // PEM; empty: what the system trusts
    std::chrono::milliseconds connect_timeout{10'000};
    std::string user_agent{};  // empty: boltseal/<version>
};

// For one thread at a time; keeps connections open between requests. A sink or reader must not
// call send of the same client.
class HttpClient : public Transport {
public:
    explicit HttpClient(HttpOptions options = {});
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    ~HttpClient() override;

    Result<Response> send(const Request& request) override;

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace boltseal
