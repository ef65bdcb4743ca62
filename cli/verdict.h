// How a verdict is told: to people as lines, to programs as JSON
// (specs/schema/verdict.schema.json). What the checks are called is in specs/verdicts.md.
#pragma once

#include "cli/search.h"
#include "core/json.h"

#include <optional>
#include <string>

namespace boltseal {

// "refused", "usage", "undetermined" or "integrity": one word for each exit status, so that a
// program need not compare numbers.
std::string_view verdict_of(Fault fault);

// What was verified, in the words of the user.
struct VerdictSubject {
    std::string kind;                                 // "image" or "file"
    std::string name;                                 // reference or path
    std::optional<BlobDigest> digest = std::nullopt;  // not known if it could not be resolved
};

// The checks that held in their order; for a refusal then the one that did not, with what was
// expected and found, and what to do next.
std::string to_text(const VerdictSubject& subject, const Judgement& judgement);
Json to_json(const VerdictSubject& subject, const Judgement& judgement);

}  // namespace boltseal
