#include "tests/bench/wan/tcp_packet.h"

namespace boltseal::wan {

namespace {

constexpr std::size_t kLeastHeader = 20;  // of IP, and of TCP
constexpr std::uint8_t kTcp = 6;

std::size_t words(int count) {
    return static_cast<std::size_t>(count) * 4;
}

}  // namespace

std::size_t tcp_payload(Bytes packet) {
    if (packet.size() < 2 * kLeastHeader || packet[0] >> 4 != 4 || packet[9] != kTcp) return 0;
    const std::size_t ip = words(packet[0] & 0x0F);
    if (ip < kLeastHeader || packet.size() < ip + kLeastHeader) return 0;
    const std::size_t tcp = words(packet[ip + 12] >> 4);
    if (tcp < kLeastHeader || packet.size() < ip + tcp) return 0;
    return packet.size() - ip - tcp;
}

}  // namespace boltseal::wan
