#include "tests/bench/wan/tcp_bytes.h"

#include "tests/check.h"

using namespace boltseal;
using namespace boltseal::wan;

namespace {

// An IPv4 header of 20 bytes, a TCP header of 32 (with timestamps, as Linux sends them), and these
// bytes of a connection whose first has the number 1000.
Buffer packet(std::uint32_t from, std::size_t size) {
    Buffer out(52 + size, 0);
    out[0] = 0x45;
    out[9] = 6;
    out[32] = 0x80;
    const std::uint32_t number = 1000 + from;
    for (std::size_t i = 0; i < 4; ++i) {
        out[24 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    }
    return out;
}

Buffer changed(Buffer packet, std::size_t at, std::uint8_t value) {
    packet[at] = value;
    return packet;
}

std::uint64_t payload_of(Bytes packet) {
    TcpBytes bytes;
    bytes.add(packet);
    return bytes.payload();
}

}  // namespace

TEST_CASE("the payload of a TCP packet is what follows both headers", "[wan]") {
    REQUIRE(payload_of(packet(0, 100)) == 100);
    REQUIRE(payload_of(packet(0, 0)) == 0);  // a bare acknowledgement
}

TEST_CASE("other packets, and those that contradict themselves, have no payload", "[wan]") {
    REQUIRE(payload_of({}) == 0);
    REQUIRE(payload_of(changed(packet(0, 100), 0, 0x65)) == 0);   // IPv6
    REQUIRE(payload_of(changed(packet(0, 100), 9, 17)) == 0);     // UDP
    REQUIRE(payload_of(changed(packet(0, 100), 0, 0x44)) == 0);   // an IP header that is too short
    REQUIRE(payload_of(changed(packet(0, 100), 32, 0x40)) == 0);  // a TCP header that is too short
    Buffer cut = packet(0, 100);
    cut.resize(51);  // the TCP header is longer than the packet
    REQUIRE(payload_of(cut) == 0);
    cut.resize(45);
    cut[0] = 0x4F;  // and so is the IP header
    REQUIRE(payload_of(cut) == 0);
}

TEST_CASE("what a connection has brought before is not fresh", "[wan]") {
    TcpBytes bytes;
    bytes.add(packet(0, 100));
    bytes.add(packet(200, 100));  // one is lost
    REQUIRE(bytes.fresh() == 200);
    bytes.add(packet(100, 100));  // and sent again
    REQUIRE(bytes.fresh() == 300);
    bytes.add(packet(150, 200));  // half of it was there
    REQUIRE(bytes.fresh() == 350);
    bytes.add(packet(0, 350));
    REQUIRE(bytes.fresh() == 350);
    REQUIRE(bytes.payload() == 850);
}

TEST_CASE("connections are told apart by their ends, and by how they begin", "[wan]") {
    TcpBytes bytes;
    bytes.add(packet(0, 100));
    bytes.add(changed(packet(0, 100), 23, 7));  // to another port
    REQUIRE(bytes.fresh() == 200);
    bytes.add(changed(packet(0, 0), 33, 0x12));  // SYN and ACK: the ports are used anew
    bytes.add(packet(1, 99));
    REQUIRE(bytes.fresh() == 299);
    bytes.add(packet(0, 1));  // is there anybody? (RFC 9293 section 3.8.4)
    REQUIRE(bytes.fresh() == 299);
    REQUIRE(bytes.payload() == 300);
}

TEST_CASE("numbers of bytes go round", "[wan]") {
    TcpBytes bytes;
    const auto near_the_end = static_cast<std::uint32_t>(-1000 - 50);
    bytes.add(packet(near_the_end, 100));
    bytes.add(packet(near_the_end + 50, 100));
    REQUIRE(bytes.fresh() == 150);
}
