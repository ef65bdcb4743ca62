#include "tests/support/der_maker.h"

#include "tests/check.h"
#include "verify/openssl_ptr.h"

#include <openssl/objects.h>

namespace boltseal::test {

Buffer joined(const std::vector<Buffer>& parts) {
    Buffer out;
    for (const Buffer& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

Buffer der(DerTag tag, const std::vector<Buffer>& parts) {
    const Buffer content = joined(parts);
    const std::size_t size = content.size();
    REQUIRE(size <= 0xFFFFFF);
    Writer out;
    out.u8(static_cast<std::uint8_t>(tag));
    if (size >= 0x80) out.u8(size > 0xFFFF ? 0x83 : size > 0xFF ? 0x82 : 0x81);
    if (size > 0xFFFF) out.u8(static_cast<std::uint8_t>(size >> 16));
    if (size > 0xFF) out.u8(static_cast<std::uint8_t>(size >> 8));
    out.u8(static_cast<std::uint8_t>(size)).put(content);
    return std::move(out).take();
}

Buffer der_integer(std::uint8_t value) {
    return der(DerTag::Integer, {Buffer{value}});
}

Buffer der_octets(Bytes bytes) {
    return der(DerTag::OctetString, {to_buffer(bytes)});
}

Buffer der_oid(const std::string& dotted) {
    const std::unique_ptr<ASN1_OBJECT, OpensslFree<ASN1_OBJECT_free>> object(
        OBJ_txt2obj(dotted.c_str(), 1));
    REQUIRE(object != nullptr);
    return der(DerTag::Oid,
               {to_buffer(Bytes(OBJ_get0_data(object.get()), OBJ_length(object.get())))});
}

Buffer der_algorithm(const std::string& dotted, const Buffer& parameters) {
    return der(DerTag::Sequence, {der_oid(dotted), parameters});
}

}  // namespace boltseal::test
