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
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? bytes[i + k] : 0u);
        for (std::size_t k = 0; k <= n; ++k) text += alphabet[group >> (18 - 6 * k) & 63];
        if (pad) text.append(3 - n, '=');
    }
    return text;
}

// `text` is without padding; a group of one digit, unused bits that are set and every character
// outside the alphabet are refused.
Result<Buffer> decode(std::string_view text, const Values& values) {
    if (text.size() % 4 == 1) return Error(Fault::Malformed, "base64 has a wrong length");
    Buffer bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == kNoDigit) {
            return Error(Fault::Malformed, "base64 has a character outside its alphabet");
        }
        bits = bits << 6 | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<std::uint8_t>(bits >> held));
            bits &= (1u << held) - 1;
        }
    }
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
