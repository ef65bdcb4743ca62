#include "core/encoding.h"

#include <array>

namespace boltseal {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0xFF;
using Values = std::array<std::uint8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
    Values values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr Values kHexValues = values_of(kHex);
constexpr Values kStandardValues = values_of(kStandard);
constexpr Values kUrlSafeValues = values_of(kUrlSafe);

std::string encode(Bytes bytes, std::string_view alphabet, bool pad) {
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    char* out = text.data();
    const char* const digits = alphabet.data();
    const std::size_t rest = bytes.size() % 3;
    const std::uint8_t* in = bytes.data();
    for (const std::uint8_t* const end = in + (bytes.size() - rest); in != end; in += 3) {
        const std::uint32_t group = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = digits[group >> 6 & 63];
        *out++ = digits[group & 63];
    }
    if (rest > 0) {
        const std::uint32_t second = rest == 2 ? in[1] : 0U;
        const std::uint32_t first = in[0];
        *out++ = digits[first >> 2];
        *out++ = digits[(first << 4 | second >> 4) & 63];
        if (rest == 2) *out++ = digits[second << 2 & 63];
    }
    if (!pad) text.resize(static_cast<std::size_t>(out - text.data()));
    return text;
}

// `text` is without padding; a group of one digit, unused bits that are set and every character
// outside the alphabet are refused.
Result<Buffer> decode(std::string_view text, const Values& values) {
    const std::size_t rest = text.size() % 4;
    if (rest == 1) return Error(Fault::Malformed, "base64 has a wrong length");
    Buffer bytes(text.size() * 3 / 4);
    const auto value_of = [&values](char c) {
        return std::uint32_t{values[static_cast<std::uint8_t>(c)]};
    };
    std::uint8_t* out = bytes.data();
    std::uint32_t seen = 0;  // in any of the values
    const char* in = text.data();
    for (const char* const end = in + (text.size() - rest); in != end; in += 4, out += 3) {
        const std::uint32_t a = value_of(in[0]);
        const std::uint32_t b = value_of(in[1]);
        const std::uint32_t c = value_of(in[2]);
        const std::uint32_t d = value_of(in[3]);
        seen |= a | b | c | d;
        out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
        out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
        out[2] = static_cast<std::uint8_t>(c << 6 | d);
    }
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < rest; ++i) {
        seen |= value_of(in[i]);
        bits |= value_of(in[i]) << (26 - 6 * i);
    }
    for (std::size_t i = 1; i < rest; ++i, bits <<= 8) {
        *out++ = static_cast<std::uint8_t>(bits >> 24);
    }
    if (seen > 63) return Error(Fault::Malformed, "base64 has a character outside its alphabet");
    if (bits != 0) return Error(Fault::Malformed, "base64 has unused bits that are set");
    return bytes;
}

// Cuts off the padding that the length asks for.
Result<std::string_view> without_padding(std::string_view text) {
    if (text.size() % 4 != 0) return Error(Fault::Malformed, "base64 is not padded");
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    return text;
}

}  // namespace

std::string to_hex(Bytes bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text += kHex[byte >> 4];
        text += kHex[byte & 15];
    }
    return text;
}

Result<Buffer> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return Error(Fault::Malformed, "hex has an odd number of digits");
    Buffer bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::uint8_t high = kHexValues[static_cast<std::uint8_t>(text[i])];
        const std::uint8_t low = kHexValues[static_cast<std::uint8_t>(text[i + 1])];
        if (high == kNoDigit || low == kNoDigit) {
            return Error(Fault::Malformed, "not lower-case hex");
        }
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

std::string to_base64(Bytes bytes) {
    return encode(bytes, kStandard, true);
}

Result<Buffer> parse_base64(std::string_view text) {
    BOLTSEAL_TRY(const std::string_view digits, without_padding(text));
    return decode(digits, kStandardValues);
}

std::string to_base64url(Bytes bytes) {
    return encode(bytes, kUrlSafe, false);
}

Result<Buffer> parse_base64url(std::string_view text) {
    return decode(text, kUrlSafeValues);
}

Result<Buffer> parse_base64_any(std::string_view text) {
    if (text.find('=') != std::string_view::npos) {
        BOLTSEAL_TRY(text, without_padding(text));
    }
    const bool url_safe = text.find_first_of("-_") != std::string_view::npos;
    return decode(text, url_safe ? kUrlSafeValues : kStandardValues);
}

}  // namespace boltseal
