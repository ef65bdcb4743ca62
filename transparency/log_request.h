// The request that writes an entry: Rekor v2's HashedRekordRequestV002 in proto3 JSON, both ways.
// github.com/sigstore/rekor-tiles, api/proto/rekor/v2; specs/log-api.md#write
#pragma once

#include "verify/log_entry.h"

#include <string>

namespace boltseal {

inline constexpr std::size_t kMaxSubmission = std::size_t{1} << 20;

// Accepts camelCase and snake_case names, as proto3 JSON readers do; refuses every unknown member.
// Malformed with a message for the client. The signature is not checked.
Result<HashedRekord> parse_submission(Bytes body);

Result<std::string> encode_submission(const HashedRekord& entry);

}  // namespace boltseal
