// in-toto Statements: what is claimed about which artifacts.
// github.com/in-toto/attestation, spec/v1/statement.md; v0.1 is read, v1 is written.
#pragma once

#include "core/digest.h"
#include "core/json.h"

namespace boltseal {

// The predicate type that says no more than "signed", as cosign writes it.
inline constexpr std::string_view kSignPredicateType = "https://sigstore.dev/cosign/sign/v1";

struct Subject {
    std::string name;                 // may be empty; nothing is decided by it
    std::vector<BlobDigest> digests;  // sha256, sha384 and sha512 ones; others are not kept
};

struct Statement {
    std::vector<Subject> subjects;
    std::string predicate_type;
    Json predicate;  // null if absent
};

// What a predicate may be. A statement around it may be a little more, so that what was made of an
// accepted predicate is read back. SBOMs hold components of components.
inline constexpr JsonLimits kPredicateLimits = {
    .max_bytes = std::size_t{15} << 20, .max_depth = 120, .max_values = 900'000};

// Limits: 16 MiB, 128 levels, a million values, 1 to 1024 subjects of 1 to 32 digests each. Unknown
// members are ignored, as the specification asks.
Result<Statement> parse_statement(Bytes payload);

// The canonical v1 text: what boltseal signs.
Buffer encode_statement(const Statement& statement);

// The subject that names this very digest, or nullptr. Matched by algorithm and value alone.
const Subject* find_subject(const Statement& statement, const BlobDigest& digest);

}  // namespace boltseal
