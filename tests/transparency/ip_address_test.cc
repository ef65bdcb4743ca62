#include "transparency/ip_address.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

IpAddress ip(const char* text) {
    return parse_ip_address(text).value();
}

}  // namespace

TEST_CASE("addresses have one spelling, and IPv4 is the same in both", "[ip_address]") {
    for (const char* text : {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::7", "::"}) {
        REQUIRE(to_string(ip(text)) == text);
    }
    REQUIRE(ip("::ffff:192.0.2.7") == ip("192.0.2.7"));
    for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4:80", "[::1]", "fe80::1%eth0",
                             " 1.2.3.4", "01.2.3.4.5", "1.2.3.256"}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_ip_address(text), Fault::Malformed);
    }
    REQUIRE_FAULT(parse_ip_address("1.2.3.4" + std::string(100, ' ')), Fault::Malformed);
}

TEST_CASE("a client is an IPv4 address, or an IPv6 network", "[ip_address]") {
    REQUIRE(network_of(ip("192.0.2.7")) == ip("192.0.2.7"));
    REQUIRE(network_of(ip("2001:db8:1:2:3:4:5:6")) == ip("2001:db8:1:2::"));
}

TEST_CASE("ranges contain what their prefix says", "[ip_address]") {
    const IpRange ten = parse_ip_range("10.0.0.0/8").value();
    REQUIRE(ten.contains(ip("10.255.0.1")));
    REQUIRE_FALSE(ten.contains(ip("11.0.0.1")));
    REQUIRE_FALSE(ten.contains(ip("::10.0.0.1")));
    const IpRange v6 = parse_ip_range("2001:db8::/33").value();
    REQUIRE(v6.contains(ip("2001:db8:7fff::1")));
    REQUIRE_FALSE(v6.contains(ip("2001:db8:8000::1")));
    REQUIRE(parse_ip_range("127.0.0.1").value().contains(ip("127.0.0.1")));
    REQUIRE_FALSE(parse_ip_range("127.0.0.1").value().contains(ip("127.0.0.2")));
    REQUIRE(parse_ip_range("0.0.0.0/0").value().contains(ip("8.8.8.8")));
    REQUIRE_FALSE(parse_ip_range("0.0.0.0/0").value().contains(ip("2001:db8::1")));
    REQUIRE_REFUSED(parse_ip_range("10.0.0.1/8"), "'10.0.0.1/8' has bits set beyond its prefix");
    for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08",
                             "10.0.0.0/-1", "10.0.0.0/8/8", "all"}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse_ip_range(text), Fault::Config);
    }
}
