#include "tests/bench/wan/tcp_bytes.h"

#include <algorithm>

namespace boltseal::wan {

namespace {

constexpr std::size_t kLeastHeader = 20;  // of IP, and of TCP
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kSyn = 0x02;

std::size_t words(int count) {
    return static_cast<std::size_t>(count) * 4;
}

}  // namespace

void TcpBytes::add(Bytes packet) {
    if (packet.size() < 2 * kLeastHeader || packet[0] >> 4 != 4 || packet[9] != kTcp) return;
    const std::size_t ip = words(packet[0] & 0x0F);
    if (ip < kLeastHeader || packet.size() < ip + kLeastHeader) return;
    const Bytes segment = packet.subspan(ip);
    const std::size_t header = words(segment[12] >> 4);
    if (header < kLeastHeader || segment.size() < header) return;

    Ends ends;
    std::copy_n(packet.begin() + 12, 8, ends.begin());
    std::copy_n(segment.begin(), 4, ends.begin() + 8);
    std::uint32_t number = 0;
    for (const std::uint8_t byte : segment.subspan(4, 4)) number = number << 8 | byte;
    if ((segment[13] & kSyn) != 0) {  // which has a number of its own, before the first byte
        flows_[ends] = {number + 1};
        return;
    }
    const std::size_t size = segment.size() - header;
    payload_ += size;
    Flow& flow = flows_.try_emplace(ends, Flow{number}).first->second;
    const std::uint32_t from = number - flow.first;
    if (from > 0x7FFFFFFF) return;  // a probe of what is before: it brings nothing
    const std::uint64_t before = flow.brought.size();
    flow.brought.add({from, from + size});
    fresh_ += flow.brought.size() - before;
}

}  // namespace boltseal::wan
