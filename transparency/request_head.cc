#include "transparency/request_head.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxLengthDigits = 10;

using Refused = std::optional<HeadRefusal>;

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_token_char(char c) {  // RFC 9110 section 5.6.2
    return is_letter_or_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_path_char(char c) {
    return is_letter_or_digit(c) || std::string_view("-._~/").find(c) != std::string_view::npos;
}

// Visible ASCII, spaces and tabs. A '%' could become a line end in a library that decodes it.
bool is_value_char(char c) {
    return (c >= 0x20 && c < 0x7f && c != '%') || c == '\t';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// The next line without its CRLF; nothing if there is a bare CR or LF before one.
std::optional<std::string_view> take_line(std::string_view& head) {
    const std::size_t end = head.find_first_of("\r\n");
    if (end == std::string_view::npos || head.substr(end, 2) != "\r\n") return std::nullopt;
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    return line;
}

Refused parse_request_line(std::string_view line, RequestHead& out) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return HeadRefusal{400, "request line is malformed"};
    }
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (line.substr(last + 1) != "HTTP/1.1") return HeadRefusal{505, "HTTP version not supported"};
    if (method.empty() || !std::ranges::all_of(method, is_token_char)) {
        return HeadRefusal{400, "request line is malformed"};
    }
    if (method != "GET" && method != "HEAD" && method != "POST") {
        return HeadRefusal{501, "method not implemented"};
    }
    if (target.size() > kMaxTarget) return HeadRefusal{414, "request target is too long"};
    if (!target.starts_with('/') || !std::ranges::all_of(target, is_path_char)) {
        return HeadRefusal{400, "request target is not a plain path"};
    }
    out.method = method;
    out.path = target;
    return std::nullopt;
}

// What has been seen of the fields that may come once.
struct Seen {
    bool host = false;
    bool length = false;
    bool connection = false;
    bool authorization = false;
};

Refused take_length(std::string_view value, Seen& seen, RequestHead& out) {
    if (seen.length) return HeadRefusal{400, "more than one Content-Length"};
    seen.length = true;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (value.empty() || value.size() > kMaxLengthDigits || !std::ranges::all_of(value, is_digit)) {
        return HeadRefusal{400, "Content-Length is not a decimal number"};
    }
    std::from_chars(value.data(), value.data() + value.size(), out.content_length);
    return std::nullopt;
}

Refused take_connection(std::string_view value, Seen& seen, RequestHead& out) {
    if (seen.connection) return HeadRefusal{400, "more than one Connection"};
    seen.connection = true;
    const std::string lower = to_lower(value);
    if (lower.find("upgrade") != std::string::npos) return HeadRefusal{417, "no upgrade"};
    out.keep_alive = lower == "keep-alive";
    return std::nullopt;
}

Refused take_type(std::string_view value, RequestHead& out) {
    out.content_type = to_lower(trim(value.substr(0, value.find(';'))));
    if (!out.content_type.starts_with("multipart/")) return std::nullopt;
    return HeadRefusal{415, "multipart is not accepted"};
}

Refused take_authorization(std::string_view value, Seen& seen, RequestHead& out) {
    if (seen.authorization) return HeadRefusal{400, "more than one Authorization"};
    seen.authorization = true;
    out.authorization = value;
    return std::nullopt;
}

Refused take_field(const std::string& name, std::string_view value, Seen& seen, RequestHead& out) {
    if (name == "content-length") return take_length(value, seen, out);
    if (name == "connection") return take_connection(value, seen, out);
    if (name == "host") {
        if (seen.host) return HeadRefusal{400, "more than one Host"};
        seen.host = true;
    }
    if (name == "transfer-encoding") return HeadRefusal{501, "Transfer-Encoding is not accepted"};
    if (name == "content-encoding") return HeadRefusal{415, "Content-Encoding is not accepted"};
    if (name == "content-type") return take_type(value, out);
    if (name == "authorization") return take_authorization(value, seen, out);
    if (name == "x-forwarded-for") out.forwarded_for = value;
    if (name == "expect") return HeadRefusal{417, "Expect is not accepted"};
    if (name == "upgrade") return HeadRefusal{417, "no upgrade"};
    if (name.starts_with("remote_") || name.starts_with("local_")) {
        return HeadRefusal{400, "header field with a reserved name"};
    }
    return std::nullopt;
}

Refused parse_field(std::string_view line, Seen& seen, RequestHead& out) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() ||
        !std::ranges::all_of(name, is_token_char)) {
        return HeadRefusal{400, "header field is malformed"};
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!std::ranges::all_of(value, is_value_char)) {
        return HeadRefusal{400, "header field has a character that is not accepted"};
    }
    return take_field(to_lower(name), value, seen, out);
}

Refused check_whole(const RequestHead& head, const Seen& seen, std::size_t max_body) {
    if (!seen.host) return HeadRefusal{400, "no Host"};
    if (head.method == "POST" && !seen.length)
        return HeadRefusal{411, "POST without Content-Length"};
    if (head.method != "POST" && head.content_length != 0) {
        return HeadRefusal{400, "body on " + head.method};
    }
    if (head.content_length > max_body) return HeadRefusal{413, "body is too large"};
    return std::nullopt;
}

}  // namespace

std::variant<RequestHead, HeadRefusal> parse_request_head(std::string_view head,
                                                          std::size_t max_body) {
    if (head.size() > kMaxRequestHead) return HeadRefusal{431, "request head is too large"};
    RequestHead out;
    Seen seen;
    std::size_t fields = 0;
    bool first = true;
    while (true) {
        const auto line = take_line(head);
        if (!line) return HeadRefusal{400, "line does not end in CRLF"};
        if (!first && line->empty()) break;
        if (!first && ++fields > kMaxHeaderFields)
            return HeadRefusal{431, "too many header fields"};
        Refused refused = first ? parse_request_line(*line, out) : parse_field(*line, seen, out);
        if (refused) return *refused;
        first = false;
    }
    if (!head.empty()) return HeadRefusal{400, "bytes after the request head"};
    if (Refused refused = check_whole(out, seen, max_body)) return *refused;
    return out;
}

}  // namespace boltseal
