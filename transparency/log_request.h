// The requests that write entries. Rekor v2's HashedRekordRequestV002 in proto3 JSON, both ways:
// github.com/sigstore/rekor-tiles, api/proto/rekor/v2; specs/log-api.md#write. Many of them, or any
// bytes: specs/log-api.md#batch.
#pragma once

#include "transparency/write_watch.h"
#include "verify/log_entry.h"

#include <string>

namespace boltseal {

inline constexpr std::size_t kMaxSubmission = std::size_t{1} << 20;
inline constexpr std::size_t kMaxBatchBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxBatchEntries = 4096;

// Accepts camelCase and snake_case names, as proto3 JSON readers do; refuses every unknown member.
// Malformed with a message for the client. The signature is not checked.
Result<HashedRekord> parse_submission(Bytes body);

Result<std::string> encode_submission(const HashedRekord& entry);

// An entry whose signatures were verified, and whose body was read as a monitor will: what the log
// takes, its readers can read.
struct Admitted {
    Buffer body;
    std::string_view kind;  // "hashedrekord", "dsse"
    Buffer statement;       // that came with it, to be found by its subjects; empty if none is kept
};

// Of a HashedRekordRequestV002, or of an envelope (dsse_request.h). Untrusted or Malformed, for the
// client. The watch, if there is one, is told of each signer once the signature is verified, and
// may refuse it.
Result<Admitted> admit(Bytes submission, WriteWatch* watch = nullptr);

// {"entries":[...]}, each a submission; the error names which, counted from zero.
Result<std::vector<Admitted>> admit_batch(Bytes body, WriteWatch* watch = nullptr);
Result<std::string> encode_batch(const std::vector<HashedRekord>& entries);

// Entries one after the other as in an entry bundle, at least one.
Result<std::vector<Buffer>> parse_raw_batch(Bytes body);

}  // namespace boltseal
