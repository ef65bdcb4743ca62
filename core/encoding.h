// Hex and base64 with one spelling each way: what parses prints back to the same text.
#pragma once

#include "core/bytes.h"

#include <string>
#include <string_view>

namespace boltseal {

std::string to_hex(Bytes bytes);                  // lower case
Result<Buffer> parse_hex(std::string_view text);  // lower case only, even length

// RFC 4648 section 4: '+' and '/', always padded, unused bits zero, no white space.
std::string to_base64(Bytes bytes);
Result<Buffer> parse_base64(std::string_view text);

// RFC 4648 section 5: '-' and '_', never padded, unused bits zero.
std::string to_base64url(Bytes bytes);
Result<Buffer> parse_base64url(std::string_view text);

// Either alphabet, padded or not, as the DSSE and proto3 JSON specifications ask of readers. Mixed
// alphabets, wrong padding, unused bits and every other character are still refused.
Result<Buffer> parse_base64_any(std::string_view text);

}  // namespace boltseal
