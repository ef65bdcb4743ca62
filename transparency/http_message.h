// What goes between the HTTP server and those who answer: structs, no sockets.
#pragma once

#include "core/bytes.h"
#include "transparency/ip_address.h"

#include <functional>
#include <memory>
#include <string>

namespace boltseal {

class WriteWatch;

struct ApiRequest {
    std::string method;
    std::string path;  // without query
    Buffer body;
    std::string content_type = {};           // as it was sent, without parameters
    std::string authorization = {};          // as it was sent; the same for the next
    std::string forwarded_for = {};          // of several fields the last
    IpAddress peer = {};                     // the other end of the connection
    std::shared_ptr<WriteWatch> watch = {};  // who is told what comes of it; may be null
};

struct ApiResponse {
    int status = 200;
    // Views of literals: an answer is made for every entry, and handed on several times.
    std::string_view content_type;
    std::string_view cache_control = "no-store";
    std::string_view allow;  // empty: no such header; the same for the next two
    std::string_view www_authenticate;
    std::string_view security_policy;  // Content-Security-Policy, of a page
    unsigned retry_after = 0;          // seconds; 0: no such header
    std::string body;
};

// An error as grpc-gateway prints it: {"code":3,"message":"...","details":[]}.
ApiResponse error_response(int status, std::string_view message);

ApiResponse text_response(int status, std::string_view text);
ApiResponse method_not_allowed(const char* allow);

// The bytes of an answer. Without the body for HEAD, but with its length.
std::string to_http(const ApiResponse& response, bool is_head, bool close);

// The way back to whoever asked. It may be copied, and answers once: the first answer counts, and
// if all copies are gone without one, the answer is 500. Safe from any thread.
class Reply {
public:
    using Send = std::function<void(ApiResponse)>;
    explicit Reply(Send send);
    void operator()(ApiResponse response) const;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared by the copies
};

}  // namespace boltseal
