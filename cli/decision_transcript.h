// A record of one decision by a policy file: the policy with the files that it names, everything
// that was found beside the image, and the decision. Replayed offline, it leads to the same one.
// specs/transcript.md#decisions
//
// As with transcript.h, it proves nothing about trust, and the decision in it is never believed.
#pragma once

#include "cli/decision.h"

#include <filesystem>

namespace boltseal {

inline constexpr std::string_view kDecisionTranscriptSchema =
    "https://boltseal.dev/schema/decision-transcript/v1";

struct DecisionTranscript {
    std::string tool;  // the version that wrote it
    std::string name;  // of the image
    Timestamp time;
    PolicySource source;
    ImageEvidence evidence;
    std::optional<Setback> setback = std::nullopt;
    Json decision;  // decision.schema.json; not believed
};

// Limits: 128 MiB, 1024 manifests with 64 bundles each, 1024 files. Malformed for any other
// spelling than to_string's, and for text that would not show as it is.
Result<DecisionTranscript> parse_decision_transcript(Bytes bytes);
std::string to_string(const DecisionTranscript& transcript);  // RFC 8785, and a final newline

// Decides anew. Malformed if the policy in it is none.
Result<DecidedImage> replay(const DecisionTranscript& transcript);

// Io if it cannot be written, or if it could not be read back.
Result<void> save_decision_transcript(const std::filesystem::path& path,
                                      const DecidedImage& decided);

}  // namespace boltseal
