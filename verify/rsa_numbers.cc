#include "verify/rsa_numbers.h"

#include "verify/der.h"

namespace boltseal {

namespace {

// rsaEncryption, and NULL.
constexpr std::uint8_t kAlgorithm[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                       0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};

Error bad_rsa_key(const char* why) {
    return Error(Fault::Malformed, why);
}

// X.690 section 8.3: in its shortest form.
Result<Bytes> take_natural(DerReader& in) {
    BOLTSEAL_TRY(const DerElement number, in.take(DerTag::Integer));
    const Bytes content = number.content;
    if (content.empty()) return bad_rsa_key("number is empty");
    if (content[0] >= 0x80) return bad_rsa_key("number is negative");
    if (!is_shortest_integer(content)) return bad_rsa_key("number is not in its shortest form");
    return content;
}

}  // namespace

Result<RsaNumbers> parse_rsa_numbers(Bytes spki) {
    BOLTSEAL_TRY(const Bytes content, read_der(spki, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement algorithm, in.take(DerTag::Sequence));
    if (!equal(algorithm.content, kAlgorithm)) return bad_rsa_key("not a plain RSA key");
    BOLTSEAL_TRY(const DerElement bits, in.take(DerTag::BitString));
    BOLTSEAL_CHECK(in.end());
    if (bits.content.empty() || bits.content[0] != 0) {
        return bad_rsa_key("key is not of whole bytes");
    }
    BOLTSEAL_TRY(const Bytes numbers, read_der(bits.content.subspan(1), DerTag::Sequence));
    DerReader key(numbers);
    BOLTSEAL_TRY(const Bytes modulus, take_natural(key));
    BOLTSEAL_TRY(const Bytes exponent, take_natural(key));
    BOLTSEAL_CHECK(key.end());
    return RsaNumbers{modulus, exponent};
}

}  // namespace boltseal
