#include "verify/der.h"

namespace boltseal {

namespace {

constexpr std::uint8_t kOneByte = 0x81;  // X.690 section 8.1.3.5: how many bytes the length takes
constexpr std::uint8_t kTwoBytes = 0x82;

// X.690 section 10.1: in as few bytes as it can be.
Result<std::size_t> parse_length(Reader& in) {
    BOLTSEAL_TRY(const std::uint8_t first, in.u8());
    if (first < 0x80) return std::size_t{first};
    std::size_t length = 0;
    if (first == kOneByte) {
        BOLTSEAL_TRY(length, in.u8());
        if (length >= 0x80) return length;
    }
    if (first == kTwoBytes) {
        BOLTSEAL_TRY(length, in.u16());
        if (length >= 0x100) return length;
    }
    return Error(Fault::Malformed, "length is not in DER");
}

}  // namespace

Result<Bytes> parse_der(DerTag tag, Bytes der) {
    Reader in(der);
    BOLTSEAL_TRY(const std::uint8_t type, in.u8());
    if (type != static_cast<std::uint8_t>(tag)) {
        return Error(Fault::Malformed,
                     tag == DerTag::Utf8String ? "not a UTF8String" : "not an OCTET STRING");
    }
    BOLTSEAL_TRY(const std::size_t length, parse_length(in));
    BOLTSEAL_TRY(const Bytes contents, in.take(length));
    BOLTSEAL_CHECK(in.end());
    return contents;
}

}  // namespace boltseal
