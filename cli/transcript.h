// A record of one verification: everything that the verdict depended on, and the verdict. Replayed
// offline, it leads to the same one. specs/transcript.md
//
// It proves nothing about trust: whoever writes one chooses the keys in it. The verdict in it is
// never believed, only compared with the one that is computed anew.
#pragma once

#include "cli/case.h"

#include <filesystem>

namespace boltseal {

struct Transcript {
    std::string tool;  // the version that wrote it
    Case record;
    bool needs_artifact = false;  // its digest alone leads to another verdict
    Json verdict;                 // verdict.schema.json; not believed
};

// Untrusted things in it are bounded and plain text, no more. Limits: 128 MiB, 64 keys and log
// keys, 66 candidates. Malformed for any other spelling than to_string's, and for text that would
// not show as it is.
Result<Transcript> parse_transcript(Bytes bytes);
std::string to_string(const Transcript& transcript);  // RFC 8785, and a final newline

// Io if it cannot be written, or if it could not be read back.
Result<void> save_transcript(const std::filesystem::path& path, const Transcript& transcript);

}  // namespace boltseal
