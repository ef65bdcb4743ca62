#include "transparency/http_message.h"

#include "core/json.h"

#include <atomic>

namespace boltseal {

namespace {

// google.rpc.Code, as grpc-gateway pairs it with HTTP status codes.
int rpc_code(int status) {
    switch (status) {
        case 400:
            return 3;  // INVALID_ARGUMENT
        case 401:
            return 16;  // UNAUTHENTICATED
        case 403:
            return 7;  // PERMISSION_DENIED
        case 404:
            return 5;  // NOT_FOUND
        case 409:
            return 6;  // ALREADY_EXISTS
        case 405:
        case 501:
            return 12;  // UNIMPLEMENTED
        case 408:
            return 4;  // DEADLINE_EXCEEDED
        case 429:
            return 8;  // RESOURCE_EXHAUSTED
        case 503:
            return 14;  // UNAVAILABLE
        case 500:
            return 13;  // INTERNAL
        default:
            return 3;
    }
}

std::string_view reason_of(int status) {  // RFC 9110 section 15
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

void add_field(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

ApiResponse error_response(int status, std::string_view message) {
    ApiResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = to_json(Json::object(
        {{"code", rpc_code(status)}, {"message", message}, {"details", Json::array({})}}));
    return response;
}

ApiResponse text_response(int status, std::string_view text) {
    ApiResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = text;
    return response;
}

ApiResponse method_not_allowed(const char* allow) {
    ApiResponse response = error_response(405, "method not allowed");
    response.allow = allow;
    return response;
}

std::string to_http(const ApiResponse& response, bool is_head, bool close) {
    std::string out;
    out.reserve(384 + (is_head ? 0 : response.body.size()));
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(reason_of(response.status)).append("\r\n");
    if (close) add_field(out, "Connection", "close");
    add_field(out, "Content-Type", response.content_type);
    add_field(out, "Content-Length", std::to_string(response.body.size()));
    add_field(out, "Cache-Control", response.cache_control);
    add_field(out, "Allow", response.allow);
    if (response.retry_after != 0) {
        add_field(out, "Retry-After", std::to_string(response.retry_after));
    }
    add_field(out, "WWW-Authenticate", response.www_authenticate);
    if (!response.security_policy.empty()) {
        add_field(out, "Content-Security-Policy", response.security_policy);
        add_field(out, "Referrer-Policy", "no-referrer");
    }
    out.append(
        "Accept-Ranges: none\r\n"
        "Access-Control-Allow-Origin: *\r\n"
        "X-Content-Type-Options: nosniff\r\n\r\n");
    if (!is_head) out.append(response.body);
    return out;
}

struct Reply::State {
    explicit State(Send back) : send(std::move(back)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (!answered) send(error_response(500, "internal error"));
    }

    Send send;
    std::atomic<bool> answered{false};
};

Reply::Reply(Send send) : state_(std::make_shared<State>(std::move(send))) {}

void Reply::operator()(ApiResponse response) const {
    if (!state_->answered.exchange(true)) state_->send(std::move(response));
}

}  // namespace boltseal
