// The head of an HTTP/1.1 request, checked before any library sees it. RFC 9112, and much narrower:
// one spelling of everything, nothing that two parsers could read in two ways.
//
// Bodies come with one Content-Length or not at all: Transfer-Encoding, Content-Encoding,
// multipart, Expect and Upgrade are refused. Range is ignored, as RFC 9110 section 14.2 lets a
// server do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace boltseal {

inline constexpr std::size_t kMaxRequestHead = std::size_t{16} << 10;
inline constexpr std::size_t kMaxHeaderFields = 64;
inline constexpr std::size_t kMaxTarget = 1024;

struct RequestHead {
    std::string method;  // GET, HEAD or POST
    std::string path;    // starts with '/'; letters, digits and "-._~/" only
    std::size_t content_length = 0;
    bool keep_alive = true;
    std::string content_type;   // lower case, without parameters
    std::string authorization;  // as it was sent
    std::string forwarded_for;  // X-Forwarded-For; of several the last, which a proxy has added
};

struct HeadRefusal {
    int status = 400;
    std::string why;
};

// `head` ends with the empty line. Content longer than `max_body` is refused with 413.
std::variant<RequestHead, HeadRefusal> parse_request_head(std::string_view head,
                                                          std::size_t max_body);

}  // namespace boltseal
