#include "tests/bench/wan/tcp_packet.h"

#include "tests/check.h"

using namespace boltseal;
using namespace boltseal::wan;

namespace {

// An IPv4 header of 20 bytes, a TCP header of 32 (with timestamps, as Linux sends them), 100 more.
Buffer packet() {
    Buffer out(152, 0);
    out[0] = 0x45;
    out[9] = 6;
    out[32] = 0x80;
    return out;
}

}  // namespace

TEST_CASE("the payload of a TCP packet is what follows both headers", "[wan]") {
    Buffer bytes = packet();
    REQUIRE(tcp_payload(bytes) == 100);
    bytes.resize(52);
    REQUIRE(tcp_payload(bytes) == 0);  // a bare acknowledgement
}

TEST_CASE("other packets, and those that contradict themselves, have no payload", "[wan]") {
    REQUIRE(tcp_payload({}) == 0);
    const auto changed = [](std::size_t at, std::uint8_t value) {
        Buffer bytes = packet();
        bytes[at] = value;
        return tcp_payload(bytes);
    };
    REQUIRE(changed(0, 0x65) == 0);   // IPv6
    REQUIRE(changed(9, 17) == 0);     // UDP
    REQUIRE(changed(0, 0x44) == 0);   // an IP header that is too short
    REQUIRE(changed(32, 0x40) == 0);  // a TCP header that is too short
    Buffer cut = packet();
    cut.resize(51);  // the TCP header is longer than the packet
    REQUIRE(tcp_payload(cut) == 0);
    cut.resize(45);
    cut[0] = 0x4F;  // and so is the IP header
    REQUIRE(tcp_payload(cut) == 0);
}
