// One request as it came, one answer before it goes out. Only as much of HTTP/1.1 as a registry
// that lies needs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boltseal::hostile {

struct Request {
    std::string method;
    std::string target;  // without scheme and host, also if it came to us as a proxy
    std::map<std::string, std::string> headers;  // names in lower case

    std::string header(const std::string& name) const;  // empty if there is none
};

Request parse_request(std::string_view head);

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // included
};

// "bytes=a-b" or "bytes=a-" of a body of that size (RFC 9110 section 14.1.2); nullopt for anything
// else, also for several ranges, and for one that begins beyond the end.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string_view body;
    std::shared_ptr<const std::string> kept;  // where `body` is, unless it lives elsewhere
    std::uint64_t offset = 0;                 // of `body` in the whole, for a range

    void set_header(const std::string& name, std::string value);  // replaces
    void drop_header(const std::string& name);
    void set_body(std::string text);
};

std::string head_text(const Answer& answer);

}  // namespace boltseal::hostile
