// What the packets of one direction bring to the programs at their end. Pure.
#pragma once

#include "core/bytes.h"
#include "registry-client/extents.h"

#include <array>

namespace boltseal::wan {

class TcpBytes {
public:
    // An IPv4 packet with a TCP segment (RFC 791, RFC 9293 section 3.1). Nothing is counted of
    // anything else, nor of a packet that contradicts itself.
    void add(Bytes packet);

    std::uint64_t payload() const { return payload_; }  // bytes of segments, without the headers
    // The same without what its connection had brought before: what TCP sent again because it had
    // not heard that it was there. Of the first 2 GiB of a connection.
    std::uint64_t fresh() const { return fresh_; }

private:
    struct Flow {
        std::uint32_t first = 0;  // the sequence number of its first byte
        ExtentSet brought = {};
    };
    using Ends = std::array<std::uint8_t, 12>;  // both addresses, both ports

    std::map<Ends, Flow> flows_;
    std::uint64_t payload_ = 0;
    std::uint64_t fresh_ = 0;
};

}  // namespace boltseal::wan
