// Addresses of clients, and ranges of them. RFC 4291, RFC 4632. No names, no ports, no zones.
#pragma once

#include "core/result.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

struct sockaddr;

namespace boltseal {

// IPv4 as IPv6 maps it (::ffff:a.b.c.d), so that both spellings of one address are the same.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4() const;
    auto operator<=>(const IpAddress&) const = default;
};

// Malformed for anything but one address.
Result<IpAddress> parse_ip_address(std::string_view text);
std::string to_string(const IpAddress& address);
// The unspecified address for other families.
IpAddress to_ip_address(const sockaddr& address);

// What one client is taken for: an IPv4 address, or the /64 that an IPv6 client has to itself.
IpAddress network_of(const IpAddress& address);

struct IpRange {
    IpAddress first;
    unsigned prefix = 128;  // bits, of 128 for IPv4 too
    bool contains(const IpAddress& address) const;
};

// "192.0.2.0/24", "2001:db8::/32", or one address. Config for anything else, and where bits beyond
// the prefix are set.
Result<IpRange> parse_ip_range(std::string_view text);

}  // namespace boltseal
