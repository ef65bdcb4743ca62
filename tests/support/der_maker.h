// DER put together by hand, right or wrong, where a library would make only what is right.
#pragma once

#include "verify/der.h"

#include <string>
#include <vector>

namespace boltseal::test {

Buffer joined(const std::vector<Buffer>& parts);

// One element with these parts inside, its length in the shortest form.
Buffer der(DerTag tag, const std::vector<Buffer>& parts = {});

Buffer der_integer(std::uint8_t value);  // below 128
Buffer der_octets(Bytes bytes);
Buffer der_oid(const std::string& dotted);
Buffer der_algorithm(const std::string& dotted, const Buffer& parameters = {});
inline const Buffer kDerNull = {0x05, 0x00};

}  // namespace boltseal::test
