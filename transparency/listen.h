// Where a server listens.
#pragma once

#include "core/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace boltseal {

struct ListenAddress {
    std::string host = "127.0.0.1";  // an address, not a name
    std::uint16_t port = 8470;       // 0: any free one
};

// "127.0.0.1:8470" or "[::1]:8470". Config for anything else, host names included.
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct Listener {
    int fd = -1;
    std::uint16_t port = 0;
};

// A socket that does not block. Config if the address cannot be used.
Result<Listener> listen_on(const ListenAddress& address);

}  // namespace boltseal
