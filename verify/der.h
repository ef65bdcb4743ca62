// The little ASN.1 that is read and written without OpenSSL, more strictly and much faster: X.690
// section 10. Values of at most 65,535 bytes.
#pragma once

#include "core/bytes.h"

namespace boltseal {

enum class DerTag : std::uint8_t {
    OctetString = 0x04,
    Utf8String = 0x0C,
    Sequence = 0x30,
    Explicit3 = 0xA3,  // [3], around one other value
};

struct DerValue {
    std::uint8_t tag = 0;
    Bytes contents;
    Bytes whole;
};

// Consumes one value of any type. Malformed if it is not in DER, as far as its own header goes.
Result<DerValue> take_der(Reader& in);

// The contents of exactly one value of this type. Malformed otherwise, bytes after it included.
Result<Bytes> parse_der(DerTag tag, Bytes der);

Buffer encode_der(DerTag tag, Bytes contents);  // REQUIRES: at most 65,535 bytes

}  // namespace boltseal
