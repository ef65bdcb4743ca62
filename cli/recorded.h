// What transcripts have in common: text that may be shown, bytes, and errors that were met.
// specs/transcript.md#format
#pragma once

#include "cli/case.h"
#include "core/json.h"

namespace boltseal {

// Text that may be shown: without control characters, and none that turn the direction of text.
Result<std::string> plain_at(const Json& json, std::string_view name);
Result<std::string> plain_if(const Json& json, std::string_view name);  // empty if it is absent
Result<bool> flag_if(const Json& json,
                     std::string_view name);  // true, or absent: no other spelling
Result<Buffer> base64_at(const Json& json, std::string_view name);

Json error_json(const Error& error);
Result<Setback> parse_error(const Json& json, std::string check);

}  // namespace boltseal
