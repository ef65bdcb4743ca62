#include "core/bytes.h"

#include <algorithm>
#include <cstring>

namespace boltseal {

namespace {

// The continuation bytes of one code point, RFC 3629 section 4: how many, and the range of the
// first of them, which is what rules out overlong forms, surrogates and code points too large.
struct Utf8Tail {
    std::size_t count;
    std::uint8_t low;
    std::uint8_t high;
};

Utf8Tail utf8_tail(std::uint8_t lead) {
    if (lead < 0x80) return {0, 0, 0};
    if (lead >= 0xC2 && lead <= 0xDF) return {1, 0x80, 0xBF};
    if (lead == 0xE0) return {2, 0xA0, 0xBF};
    if (lead == 0xED) return {2, 0x80, 0x9F};
    if (lead >= 0xE1 && lead <= 0xEF) return {2, 0x80, 0xBF};
    if (lead == 0xF0) return {3, 0x90, 0xBF};
    if (lead >= 0xF1 && lead <= 0xF3) return {3, 0x80, 0xBF};
    if (lead == 0xF4) return {3, 0x80, 0x8F};
    return {4, 0, 0};  // never valid
}

// Nearly all text is, which is why it is looked at eight bytes at a time.
bool is_ascii(std::span<const std::uint8_t, 8> bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    return (word & 0x8080808080808080) == 0;
}

std::string escaped(unsigned char byte) {
    static constexpr std::string_view kHexDigits = "0123456789abcdef";
    return {'\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
}

// How many bytes of a control character the text begins with: C0 and DEL; U+0080 to U+009F; U+200E,
// U+200F, U+202A to U+202E and U+2066 to U+2069, which turn the direction.
std::size_t control_at(std::string_view text) {
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    if (at(0) < 0x20 || at(0) == 0x7F) return 1;
    if (at(0) == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) return 2;
    if (at(0) != 0xE2) return 0;
    if (at(1) == 0x80 && (at(2) == 0x8E || at(2) == 0x8F)) return 3;
    if (at(1) == 0x80 && at(2) >= 0xAA && at(2) <= 0xAE) return 3;
    if (at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9) return 3;
    return 0;
}

}  // namespace

Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Buffer to_buffer(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

Buffer to_buffer(std::string_view text) {
    return to_buffer(as_bytes(text));
}

bool equal(Bytes a, Bytes b) {
    return std::ranges::equal(a, b);
}

bool is_utf8(Bytes bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i + 8 <= bytes.size() && is_ascii(bytes.subspan(i).first<8>())) {
            i += 7;
            continue;
        }
        const Utf8Tail tail = utf8_tail(bytes[i]);
        if (tail.count == 4 || tail.count > bytes.size() - i - 1) return false;
        for (std::size_t k = 0; k < tail.count; ++k) {
            const std::uint8_t next = bytes[++i];
            const std::uint8_t low = k == 0 ? tail.low : std::uint8_t{0x80};
            const std::uint8_t high = k == 0 ? tail.high : std::uint8_t{0xBF};
            if (next < low || next > high) return false;
        }
    }
    return true;
}

std::string printable(std::string_view text, std::size_t most) {
    std::string out = "'";
    for (const char c : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            out += c;
        } else {
            out += escaped(byte);
        }
    }
    return out + (text.size() > most ? "...'" : "'");
}

std::string without_controls(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = control_at(text);
        for (const char c : text.substr(0, size)) out += escaped(static_cast<unsigned char>(c));
        if (size == 0) out += text.front();
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out;
}

Result<Bytes> Reader::take(std::size_t n) {
    if (n > rest_.size()) return Error(Fault::Malformed, "input ends too early");
    const Bytes taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
}

Result<std::uint8_t> Reader::u8() {
    BOLTSEAL_TRY(const Bytes b, take(1));
    return b[0];
}

Result<std::uint16_t> Reader::u16() {
    BOLTSEAL_TRY(const Bytes b, take(2));
    return static_cast<std::uint16_t>(b[0] << 8 | b[1]);
}

Result<std::uint32_t> Reader::u32() {
    BOLTSEAL_TRY(const Bytes b, take(4));
    std::uint32_t value = 0;
    for (const std::uint8_t byte : b) value = value << 8 | byte;
    return value;
}

Result<std::uint64_t> Reader::u64() {
    BOLTSEAL_TRY(const Bytes b, take(8));
    std::uint64_t value = 0;
    for (const std::uint8_t byte : b) value = value << 8 | byte;
    return value;
}

Result<Bytes> Reader::take_u16_prefixed() {
    Reader ahead = *this;
    BOLTSEAL_TRY(const std::uint16_t size, ahead.u16());
    BOLTSEAL_TRY(const Bytes bytes, ahead.take(size));
    *this = ahead;
    return bytes;
}

Result<void> Reader::end() const {
    if (!rest_.empty()) return Error(Fault::Malformed, "unexpected bytes at the end");
    return {};
}

Writer& Writer::u8(std::uint8_t value) {
    bytes_.push_back(value);
    return *this;
}

Writer& Writer::u16(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
}

Writer& Writer::u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
}

Writer& Writer::u64(std::uint64_t value) {
    return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value));
}

Writer& Writer::put(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
}

Writer& Writer::put(std::string_view text) {
    return put(as_bytes(text));
}

Result<void> Writer::put_u16_prefixed(Bytes bytes) {
    if (bytes.size() > 0xFFFF) return Error(Fault::Malformed, "more than 65535 bytes");
    u16(static_cast<std::uint16_t>(bytes.size())).put(bytes);
    return {};
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

}  // namespace boltseal
