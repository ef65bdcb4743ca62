#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

namespace boltseal {

namespace {

constexpr std::size_t kMaxUrl = 8192;
constexpr std::size_t kMaxHost = 255;

Error bad_url(const std::string& why) {
    return Error(Fault::Malformed, "URL " + why);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
}

Result<void> check_characters(std::string_view text) {
    if (text.size() > kMaxUrl) return bad_url("is longer than 8192 bytes");
    for (const char c : text) {
        if (c <= 0x20 || c > 0x7E) return bad_url("has a character that must be encoded");
        if (c == '\\') return bad_url("has a backslash");
    }
    return {};
}

std::uint16_t default_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

Result<std::uint16_t> parse_port(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || text.size() > 5 || value == 0 || value > 65535) {
        return bad_url("has a port that is no number from 1 to 65535");
    }
    return static_cast<std::uint16_t>(value);
}

Result<void> check_host(std::string_view host) {
    if (host.empty()) return bad_url("has no host");
    if (host.size() > kMaxHost) return bad_url("has a host longer than 255 bytes");
    if (host.front() != '[') {
        if (std::all_of(host.begin(), host.end(), is_host_char)) return {};
        return bad_url("has a host that is no name");
    }
    in6_addr address{};
    const std::string inside(host.substr(1, host.size() - 2));
    if (host.back() == ']' && ::inet_pton(AF_INET6, inside.c_str(), &address) == 1) return {};
    return bad_url("has a host that is no IPv6 address");
}

Result<void> read_authority(std::string_view text, Url& url) {
    if (text.find('@') != std::string_view::npos) return bad_url("has user information");
    const std::size_t bracket = text.rfind(']');
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.port = default_port(url.scheme);
    if (colon != std::string_view::npos) {
        BOLTSEAL_TRY(url.port, parse_port(text.substr(colon + 1)));
        text = text.substr(0, colon);
    }
    url.host = to_lower(text);
    return check_host(url.host);
}

std::string_view without_fragment(std::string_view text) {
    return text.substr(0, text.find('#'));
}

// RFC 3986 section 5.2.4, for a path that starts with '/'.
std::string remove_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool slash_at_end = false;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        slash_at_end = path.empty() && (segment == "." || segment == "..");
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (segment != ".") {
            kept.push_back(segment);
        }
    }
    std::string out;
    for (const std::string_view segment : kept) out.append("/").append(segment);
    if (slash_at_end || out.empty()) out += '/';
    return out;
}

std::string clean_target(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return remove_dot_segments(path).append(target.substr(path.size()));
}

// The scheme of RFC 3986 section 3.1 that `text` starts with, if any.
std::string_view scheme_of(std::string_view text) {
    const std::size_t end = text.find_first_of(":/?");
    if (end == std::string_view::npos || text[end] != ':') return {};
    return text.substr(0, end);
}

using Ipv4 = std::array<std::uint8_t, 4>;

bool is_loopback(const Ipv4& a) {
    return a[0] == 127;
}

bool is_local(const Ipv4& a) {
    if (a[0] == 0 || a[0] == 10 || is_loopback(a) || a[0] >= 224) return true;
    if (a[0] == 100 && (a[1] & 0xC0) == 64) return true;  // RFC 6598
    if (a[0] == 169 && a[1] == 254) return true;
    return (a[0] == 172 && (a[1] & 0xF0) == 16) || (a[0] == 192 && a[1] == 168);
}

using Ipv6 = std::array<std::uint8_t, 16>;

Ipv4 ipv4_at(const Ipv6& a, std::size_t at) {
    return {a[at], a[at + 1], a[at + 2], a[at + 3]};
}

bool starts_with(const Ipv6& a, std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), a.begin());
}

// The IPv4 address that a host would be reached under behind this one: mapped, compatible
// (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
std::optional<Ipv4> embedded_ipv4(const Ipv6& a) {
    if (starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return ipv4_at(a, 12);
    if (starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) return ipv4_at(a, 12);
    if (starts_with(a, {0, 0x64, 0xFF, 0x9B})) return ipv4_at(a, 12);
    if (starts_with(a, {0x20, 0x02})) return ipv4_at(a, 2);
    return std::nullopt;
}

bool is_loopback(const Ipv6& a) {
    Ipv6 one{};
    one.back() = 1;
    const bool mapped = starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF});
    return a == one || (mapped && is_loopback(ipv4_at(a, 12)));
}

bool is_local(const Ipv6& a) {
    if (const auto v4 = embedded_ipv4(a)) return is_local(*v4);  // ::1 and :: are 0.0.0.x
    return (a[0] & 0xFE) == 0xFC || a[0] == 0xFF || (a[0] == 0xFE && (a[1] & 0x80) == 0x80);
}

// inet_aton takes what getaddrinfo takes: 127.1, 0x7f000001, 017700000001.
std::optional<Ipv4> parse_ipv4(std::string_view host) {
    in_addr address{};
    if (::inet_aton(std::string(host).c_str(), &address) == 0) return std::nullopt;
    Ipv4 out{};
    std::memcpy(out.data(), &address.s_addr, out.size());
    return out;
}

std::optional<Ipv6> parse_ipv6(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    in6_addr address{};
    if (::inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) return std::nullopt;
    Ipv6 out{};
    std::memcpy(out.data(), address.s6_addr, out.size());
    return out;
}

bool is_localhost_name(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

std::string_view without_root_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    BOLTSEAL_CHECK(check_characters(text));
    Url url;
    url.scheme = to_lower(scheme_of(text));
    if (url.scheme != "http" && url.scheme != "https") return bad_url("is not http or https");
    text.remove_prefix(url.scheme.size() + 1);
    if (!text.starts_with("//")) return bad_url("has no host");
    text = without_fragment(text.substr(2));
    const std::string_view host_and_port = text.substr(0, text.find_first_of("/?"));
    BOLTSEAL_CHECK(read_authority(host_and_port, url));
    text.remove_prefix(host_and_port.size());
    url.target = clean_target(text.starts_with('/') ? std::string(text) : "/" + std::string(text));
    return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
    BOLTSEAL_CHECK(check_characters(reference));
    reference = without_fragment(reference);
    if (!scheme_of(reference).empty()) return parse_url(reference);
    if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
    Url url = base;
    const std::string path = base.target.substr(0, base.target.find('?'));
    if (reference.starts_with('/')) {
        url.target = reference;
    } else if (reference.starts_with('?')) {
        url.target = path + std::string(reference);
    } else if (!reference.empty()) {
        url.target = path.substr(0, path.rfind('/') + 1) + std::string(reference);
    }
    url.target = clean_target(url.target);
    return url;
}

std::string to_string(const Url& url) {
    return url.scheme + "://" + authority(url) + url.target;
}

std::string authority(const Url& url) {
    if (url.port == default_port(url.scheme)) return url.host;
    return url.host + ":" + std::to_string(url.port);
}

bool same_origin(const Url& a, const Url& b) {
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_host_char(c) || (c >= 'A' && c <= 'Z') || c == '~') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

bool is_local_host(std::string_view host) {
    host = without_root_dot(host);
    if (const auto v4 = parse_ipv4(host)) return is_local(*v4);
    if (const auto v6 = parse_ipv6(host)) return is_local(*v6);
    return is_localhost_name(to_lower(host));
}

bool is_loopback_host(std::string_view host) {
    host = without_root_dot(host);
    if (const auto v4 = parse_ipv4(host)) return is_loopback(*v4);
    if (const auto v6 = parse_ipv6(host)) return is_loopback(*v6);
    return is_localhost_name(to_lower(host));
}

bool is_confidential(const Url& url) {
    return url.scheme == "https" || is_loopback_host(url.host);
}

}  // namespace boltseal
