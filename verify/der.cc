#include "verify/der.h"

namespace boltseal {

namespace {

constexpr std::uint8_t kOneByte = 0x81;  // X.690 section 8.1.3.5: how many bytes the length takes
constexpr std::uint8_t kTwoBytes = 0x82;
constexpr std::uint8_t kLongTag = 0x1F;  // X.690 section 8.1.2.4: a tag of several bytes

Error bad(const char* why) {
    return Error(Fault::Malformed, why);
}

// X.690 section 10.1: in as few bytes as it can be.
Result<std::size_t> take_length(Reader& in) {
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
    return bad("length is not in DER");
}

const char* wrong_type(DerTag expected) {
    switch (expected) {
        case DerTag::OctetString:
            return "not an OCTET STRING";
        case DerTag::Utf8String:
            return "not a UTF8String";
        case DerTag::Sequence:
            return "not a SEQUENCE";
        case DerTag::Explicit3:
            break;
    }
    return "not a value of type [3]";
}

}  // namespace

Result<DerValue> take_der(Reader& in) {
    const Bytes start = in.rest();
    DerValue value;
    BOLTSEAL_TRY(value.tag, in.u8());
    if ((value.tag & kLongTag) == kLongTag) return bad("tag has more than one byte");
    BOLTSEAL_TRY(const std::size_t length, take_length(in));
    BOLTSEAL_TRY(value.contents, in.take(length));
    value.whole = start.first(start.size() - in.rest().size());
    return value;
}

Result<Bytes> parse_der(DerTag tag, Bytes der) {
    if (!der.empty() && der.front() != static_cast<std::uint8_t>(tag)) return bad(wrong_type(tag));
    Reader in(der);
    BOLTSEAL_TRY(const DerValue value, take_der(in));
    BOLTSEAL_CHECK(in.end());
    return value.contents;
}

Buffer encode_der(DerTag tag, Bytes contents) {
    Writer out;
    out.u8(static_cast<std::uint8_t>(tag));
    const std::size_t size = contents.size();
    if (size >= 0x100) {
        out.u8(kTwoBytes).u8(static_cast<std::uint8_t>(size >> 8));
    } else if (size >= 0x80) {
        out.u8(kOneByte);
    }
    out.u8(static_cast<std::uint8_t>(size & 0xFF)).put(contents);
    return std::move(out).take();
}

}  // namespace boltseal
