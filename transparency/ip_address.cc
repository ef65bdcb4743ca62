#include "transparency/ip_address.h"

#include "core/bytes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace boltseal {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

IpAddress mapped(const in_addr& v4) {
    IpAddress address;
    std::ranges::copy(kMapped, address.bytes.begin());
    std::memcpy(address.bytes.data() + kMapped.size(), &v4, sizeof v4);
    return address;
}

IpAddress masked(IpAddress address, unsigned prefix) {
    for (unsigned bit = prefix; bit < 128; ++bit) {
        address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    }
    return address;
}

}  // namespace

bool IpAddress::is_v4() const {
    return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

Result<IpAddress> parse_ip_address(std::string_view text) {
    const std::string whole(text.substr(0, INET6_ADDRSTRLEN));
    in_addr v4{};
    if (::inet_pton(AF_INET, whole.c_str(), &v4) == 1) return mapped(v4);
    IpAddress address;
    if (::inet_pton(AF_INET6, whole.c_str(), address.bytes.data()) == 1) return address;
    return Error(Fault::Malformed, printable(text) + " is no IP address");
}

std::string to_string(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN] = {};
    const bool v4 = address.is_v4();
    ::inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? kMapped.size() : 0), text,
                sizeof text);
    return text;
}

IpAddress to_ip_address(const sockaddr& address) {
    IpAddress out;
    if (address.sa_family == AF_INET) {
        out = mapped(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    } else if (address.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        std::memcpy(out.bytes.data(), &v6.sin6_addr, out.bytes.size());
    }
    return out;
}

IpAddress network_of(const IpAddress& address) {
    return address.is_v4() ? address : masked(address, 64);
}

bool IpRange::contains(const IpAddress& address) const {
    return masked(address, prefix) == first;
}

Result<IpRange> parse_ip_range(std::string_view text) {
    const auto bad = [&](const std::string& why) {
        return Error(Fault::Config, printable(text) + " " + why)
            .with_hint("write 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32");
    };
    const std::size_t slash = text.find('/');
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address) return bad("is no range of IP addresses");
    IpRange range{*address, 128};
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const unsigned most = address->is_v4() ? 32 : 128;
        unsigned bits = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        const bool one_spelling = digits.size() == 1 || !digits.starts_with('0');
        if (error != std::errc() || end != digits.data() + digits.size() || bits > most ||
            !one_spelling) {
            return bad("is no range of IP addresses");
        }
        range.prefix = address->is_v4() ? kMappedBits + bits : bits;
    }
    if (!range.contains(range.first)) return bad("has bits set beyond its prefix");
    return range;
}

}  // namespace boltseal
