// Absolute http and https URLs, RFC 3986, as strict as requests that carry credentials need them:
// no user information, no white space or control characters, ASCII hosts only. What a proxy, a
// resolver and we read from one URL must be the same.
//
// Percent-encoding is not touched: a path is sent as it was written.
#pragma once

#include "core/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace boltseal {

struct Url {
    std::string scheme;  // "http" or "https"
    std::string host;    // lower case; IPv6 in brackets
    std::uint16_t port = 0;
    std::string target;  // path and query, from '/' on
};

// A fragment is dropped: it is never sent.
Result<Url> parse_url(std::string_view text);

// Where a Location or Link of an answer from `base` leads, RFC 3986 section 5.2.
Result<Url> resolve_url(const Url& base, std::string_view reference);

std::string to_string(const Url& url);  // without the port if it is the scheme's own
std::string authority(const Url& url);  // "host" or "host:port"; safe to show
bool same_origin(const Url& a, const Url& b);

// Everything but letters, digits and -._~ as %XX, for one query value or path segment.
std::string percent_encode(std::string_view text);

// True for 'localhost' and for literal addresses, in any spelling a resolver takes, that are
// loopback, link-local, private, shared, multicast or unspecified, or that embed such an IPv4
// address.
bool is_local_host(std::string_view host);
bool is_loopback_host(std::string_view host);
// Whether nobody on the way can read what is sent there: https, or this machine.
bool is_confidential(const Url& url);

}  // namespace boltseal
