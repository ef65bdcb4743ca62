// What an HTTP exchange is to the rest of the program. net/http_client.h does it for real; tests
// script their own.
#pragma once

#include "core/bytes.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boltseal {

using Header = std::pair<std::string, std::string>;

// RFC 9110 section 5.6.2, tchar: what methods, names of headers and much else are made of.
bool is_token_char(char c);

// Receives a body piece by piece; an error stops the transfer and is what send returns.
using BodySink = std::function<Result<void>(Bytes)>;

// Fills `room` from `offset` on and says how much it gave; 0 only at the end. The same offset may
// be asked for again, when a broken connection makes a request start over.
using BodyReader =
    std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> room)>;

// What a host is shown and believed over TLS, where that is not what the system does.
struct TlsFiles {
    std::string ca;           // PEM, trusted in place of what the system trusts; empty: that
    std::string client_cert;  // PEM files of one that is shown to the host; empty: none is
    std::string client_key;
    bool operator==(const TlsFiles&) const = default;
};

struct Response;

struct Request {
    std::string method = "GET";
    std::string url;              // absolute, http or https
    std::vector<Header> headers;  // names and values without CR, LF or NUL, or it is refused
    Buffer body;
    BodyReader reader;  // if set, the body is `reader_size` bytes from here, and `body` is unused
    std::uint64_t reader_size = 0;
    std::size_t max_body = std::size_t{4} << 20;  // of the answer; more is Malformed
    // If set, a 2xx body goes here, and Response::body stays empty. Then max_body is the limit of
    // the sink; the body of a refusal has a limit of its own, 1 MiB.
    BodySink sink;
    // If set, called with status and headers before the first piece of a 2xx body reaches the sink:
    // the last moment to see where a range starts. An error stops the transfer.
    std::function<Result<void>(const Response& head)> on_head;
    std::chrono::milliseconds timeout{30'000};        // for the whole exchange; 0 = none
    std::chrono::milliseconds stall_timeout{15'000};  // without a single byte of progress
    int max_redirects = 5;                            // 0: a 3xx is an answer like any other
    bool public_only = false;  // refuse to connect to a local address: see Response::public_only
    std::shared_ptr<const TlsFiles> tls;  // of the host of `url`, and not of one it leads to
};

struct Response {
    int status = 0;
    std::vector<Header> headers;  // of the last answer, names in lower case
    Buffer body;
    std::string url;  // where the last answer came from, after redirects
    // A public host led there: whoever asks that URL again must not end at a local address either.
    bool public_only = false;

    const std::string* header(std::string_view lower_case_name) const;  // the first, or nullptr
};

class Transport {
public:
    virtual ~Transport() = default;

    // An answer of any status is a value. Io if there is none (unreachable, reset, timed out, bad
    // certificate), Malformed if it breaks HTTP or a limit.
    //
    // Redirects are followed for GET and HEAD only. All headers but Accept, Range and If-*, and
    // TLS, are dropped for good as soon as scheme, host or port differ; https never leads to http.
    virtual Result<Response> send(const Request& request) = 0;

    // All of them, side by side where the transport can; answers come in the order of requests.
    virtual std::vector<Result<Response>> send_all(const std::vector<Request>& requests);
};

}  // namespace boltseal
