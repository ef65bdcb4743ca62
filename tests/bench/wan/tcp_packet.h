// What a packet brings to the program at its end.
#pragma once

#include "core/bytes.h"

namespace boltseal::wan {

// The bytes of the TCP segment in this IPv4 packet (RFC 791, RFC 9293 section 3.1) without the
// headers; 0 for anything else, and for a packet that contradicts itself.
std::size_t tcp_payload(Bytes packet);

}  // namespace boltseal::wan
