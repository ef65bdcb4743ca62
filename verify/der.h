// The little ASN.1 that is read without OpenSSL, and more strictly: X.690 section 10.
#pragma once

#include "core/bytes.h"

namespace boltseal {

enum class DerTag : std::uint8_t { OctetString = 0x04, Utf8String = 0x0C };

// The contents of exactly one value of this type, of at most 65,535 bytes, in DER. Malformed
// otherwise, bytes after it included.
Result<Bytes> parse_der(DerTag tag, Bytes der);

}  // namespace boltseal
