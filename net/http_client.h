// Transport over libcurl, and the only way out of a process of ours.
//
// TLS is always verified and at least 1.2; nothing here can switch that off. Bodies are never
// decoded. Proxies come from the environment, as curl reads it. HTTP/1.1 only: on paths that lose
// packets one HTTP/2 connection stalls all its streams at once.
//
// There is one loop for everything: a request that is sent and waited for uses, and leaves behind,
// the same open connections, names and TLS sessions as those that are started and run side by side.
#pragma once

#include "net/transport.h"

#include <memory>
#include <optional>

namespace boltseal {

struct HttpOptions {
    // What is known of a "host" or "host:port" that a request says nothing of. Asked once for each,
    // also for those that a redirect leads to. None: what the system trusts, for all.
    std::function<Result<std::shared_ptr<const TlsFiles>>(const std::string& authority)> tls_of{};
    std::chrono::milliseconds connect_timeout{10'000};
    std::string user_agent{};  // empty: boltseal/<version>
    // Bytes a second that reach the sinks of all requests together; 0: any number. What comes
    // faster waits in the connection, and so at the server.
    std::uint64_t most_rate = 0;
};

// For one thread at a time, but for wake(). A sink or reader must not call anything of the same
// client.
class HttpClient : public Transport {
public:
    explicit HttpClient(HttpOptions options = {});
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    ~HttpClient() override;

    // While it waits, what was started goes on: sinks are called, ends are kept for wait().
    Result<Response> send(const Request& request) override;
    std::vector<Result<Response>> send_all(const std::vector<Request>& requests) override;

    // Any number at a time. Nothing happens but in wait() and send().
    using Id = std::uint64_t;
    Id start(Request request);
    void cancel(Id id);  // its connection is closed; of one that has ended, nothing is heard

    struct Finished {
        Id id = 0;
        Result<Response> answer;
    };
    // Moves bytes until there is something to tell, or to do for the caller: a request has ended,
    // bytes came in, wake() was called, or the time is over.
    std::vector<Finished> wait(std::chrono::milliseconds most);
    void wake();

    // The shortest time that a TCP connection to "host" or "host:port" took, or to the proxy before
    // it; none if none was made.
    std::optional<std::chrono::microseconds> connect_time(const std::string& authority) const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace boltseal
