// How a verdict is told: to people as lines, to programs as JSON
// (specs/schema/verdict.schema.json).
#pragma once

#include "core/json.h"
#include "verify/verify_bundle.h"

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

std::string to_text(const VerdictSubject& subject, const Verified& verified);
Json to_json(const VerdictSubject& subject, const Verified& verified);
Json to_json(const VerdictSubject& subject, const Error& error);

}  // namespace boltseal
