// Bytes as they are passed around, and how they are read from the front and written to the back.
#pragma once

#include "core/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

using Bytes = std::span<const std::uint8_t>;  // borrowed
using Buffer = std::vector<std::uint8_t>;     // owned

Bytes as_bytes(std::string_view text);
std::string_view as_text(Bytes bytes);  // does not check that it is UTF-8
Buffer to_buffer(Bytes bytes);
Buffer to_buffer(std::string_view text);
bool equal(Bytes a, Bytes b);  // not for secrets: see sign/secret.h

// True for text that RFC 3629 allows: no overlong forms, surrogates, or code points above U+10FFFF.
bool is_utf8(Bytes bytes);

// The text in quotes, cut at `most` bytes, with everything but printable ASCII escaped: how bytes
// that somebody else chose appear in a message.
std::string printable(std::string_view text, std::size_t most = 100);
// Enough for the names and addresses that a person has to compare.
inline constexpr std::size_t kInFull = 2048;

// The text with everything escaped that a terminal would not show as it is: control characters (C0,
// DEL, C1), and those that turn the direction of text. For whole lines, as the last step.
std::string without_controls(std::string_view text);

std::string to_lower(std::string_view text);  // the letters A to Z; all other bytes stay

// Consumes a byte string from its front. A read that wants more than there is fails as Malformed
// and consumes nothing. The bytes behind the view must outlive the reader and what it returns.
class Reader {
public:
    explicit Reader(Bytes bytes) : rest_(bytes) {}

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();  // integers are big-endian
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();
    Result<Bytes> take(std::size_t n);
    Result<Bytes> take_u16_prefixed();  // a 16-bit length, then that many bytes
    Result<void> end() const;           // Malformed if anything is left

    bool empty() const { return rest_.empty(); }
    Bytes rest() const { return rest_; }

private:
    Bytes rest_;
};

// Appends to a byte string. Nothing here can fail but for lengths that do not fit their prefix.
class Writer {
public:
    Writer& u8(std::uint8_t value);
    Writer& u16(std::uint16_t value);
    Writer& u32(std::uint32_t value);
    Writer& u64(std::uint64_t value);
    Writer& put(Bytes bytes);
    Writer& put(std::string_view text);
    Result<void> put_u16_prefixed(Bytes bytes);  // Malformed above 65,535 bytes

    Bytes bytes() const { return bytes_; }
    Buffer take() && { return std::move(bytes_); }

private:
    Buffer bytes_;
};

}  // namespace boltseal
