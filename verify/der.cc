#include "verify/der.h"

#include "core/encoding.h"

namespace boltseal {

namespace {

constexpr std::uint8_t kHighTagNumber = 0x1F;
constexpr std::uint8_t kLongLength = 0x80;
constexpr std::size_t kMaxLengthBytes = 4;

// RFC 5754 section 2: contents of OBJECT IDENTIFIERs.
constexpr std::uint8_t kSha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
constexpr std::uint8_t kSha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
constexpr std::uint8_t kSha512[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03};

Error bad_der(const std::string& why) {
    return Error(Fault::Malformed, why);
}

std::string tag_name(std::uint8_t tag) {
    return "tag " + to_hex(Bytes(&tag, 1));
}

// X.690 sections 8.1.3 and 10.1.
Result<std::size_t> read_length(Reader& in) {
    BOLTSEAL_TRY(const std::uint8_t first, in.u8());
    if (first < kLongLength) return std::size_t{first};
    const std::size_t count = first - kLongLength;
    if (count == 0 || count > kMaxLengthBytes) return bad_der("length is not in a form of DER");
    std::size_t length = 0;
    BOLTSEAL_TRY(const Bytes bytes, in.take(count));
    for (const std::uint8_t byte : bytes) length = (length << 8) | byte;
    if (bytes[0] == 0 || length < kLongLength) return bad_der("length is not in its shortest form");
    return length;
}

}  // namespace

bool DerReader::next_is(DerTag tag) const {
    return !rest_.empty() && rest_[0] == static_cast<std::uint8_t>(tag);
}

Result<DerElement> DerReader::any() {
    Reader in(rest_);
    BOLTSEAL_TRY(const std::uint8_t tag, in.u8());
    if ((tag & kHighTagNumber) == kHighTagNumber) return bad_der("tag is of more than one byte");
    BOLTSEAL_TRY(const std::size_t length, read_length(in));
    BOLTSEAL_TRY(const Bytes content, in.take(length));
    const Bytes whole = rest_.first(rest_.size() - in.rest().size());
    rest_ = in.rest();
    return DerElement{whole, content};
}

Result<DerElement> DerReader::take(DerTag tag) {
    const auto expected = static_cast<std::uint8_t>(tag);
    if (rest_.empty()) return bad_der("ends where " + tag_name(expected) + " is expected");
    if (rest_[0] != expected) {
        return bad_der("found " + tag_name(rest_[0]) + ", expected " + tag_name(expected));
    }
    return any();
}

Result<std::optional<Bytes>> DerReader::take_if(DerTag tag) {
    if (!next_is(tag)) return std::optional<Bytes>();
    BOLTSEAL_TRY(const DerElement element, any());
    return std::optional<Bytes>(element.content);
}

Result<bool> DerReader::boolean() {
    DerReader ahead = *this;
    BOLTSEAL_TRY(const DerElement element, ahead.take(DerTag::Boolean));
    if (element.content.size() != 1 || (element.content[0] != 0 && element.content[0] != 0xFF)) {
        return bad_der("boolean is neither FF nor 00");
    }
    *this = ahead;
    return element.content[0] == 0xFF;
}

Result<void> DerReader::end() const {
    if (rest_.empty()) return {};
    return bad_der(std::to_string(rest_.size()) + " bytes more than expected");
}

Buffer encode_der(DerTag tag, Bytes content) {
    Writer out;
    out.u8(static_cast<std::uint8_t>(tag));
    if (content.size() >= 0x100) {
        out.u8(0x82).u8(static_cast<std::uint8_t>(content.size() >> 8));
    } else if (content.size() >= 0x80) {
        out.u8(0x81);
    }
    out.u8(static_cast<std::uint8_t>(content.size() & 0xFF)).put(content);
    return std::move(out).take();
}

Buffer encode_der(DerTag tag, std::initializer_list<Bytes> parts) {
    Writer content;
    for (const Bytes part : parts) content.put(part);
    return encode_der(tag, content.bytes());
}

Result<Bytes> read_der(Bytes bytes, DerTag tag) {
    DerReader in(bytes);
    BOLTSEAL_TRY(const DerElement element, in.take(tag));
    BOLTSEAL_CHECK(in.end());
    return element.content;
}

bool is_shortest_integer(Bytes content) {
    if (content.empty()) return false;
    if (content.size() == 1) return true;
    const bool is_padded =
        (content[0] == 0x00 && content[1] < 0x80) || (content[0] == 0xFF && content[1] >= 0x80);
    return !is_padded;
}

Result<DerAlgorithm> take_algorithm(DerReader& in) {
    BOLTSEAL_TRY(const DerElement sequence, in.take(DerTag::Sequence));
    DerReader fields(sequence.content);
    BOLTSEAL_TRY(const DerElement oid, fields.take(DerTag::Oid));
    DerAlgorithm algorithm{oid.content, {}};
    if (fields.empty()) return algorithm;
    BOLTSEAL_TRY(const DerElement parameters, fields.any());
    BOLTSEAL_CHECK(fields.end());
    algorithm.parameters = parameters.whole;
    return algorithm;
}

bool has_no_parameters(const DerAlgorithm& algorithm) {
    constexpr std::uint8_t kNull[] = {static_cast<std::uint8_t>(DerTag::Null), 0};
    return algorithm.parameters.empty() || equal(algorithm.parameters, kNull);
}

Result<HashAlgorithm> hash_of(const DerAlgorithm& algorithm) {
    if (has_no_parameters(algorithm)) {
        if (equal(algorithm.oid, kSha256)) return HashAlgorithm::Sha256;
        if (equal(algorithm.oid, kSha384)) return HashAlgorithm::Sha384;
        if (equal(algorithm.oid, kSha512)) return HashAlgorithm::Sha512;
    }
    return Error(Fault::Untrusted, "hash algorithm is not SHA-256, SHA-384 or SHA-512");
}

}  // namespace boltseal
