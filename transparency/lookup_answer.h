// What the log answers to who asks for proofs and for entries: JSON, both ways. What is parsed is
// checked by check_ functions alone, which prove it. specs/log-api.md#proofs, #look-ups
#pragma once

#include "transparency/batch_proof.h"
#include "transparency/lookup.h"
#include "verify/checkpoint.h"

#include <optional>
#include <string>

namespace boltseal {

inline constexpr std::size_t kLookupPage = 32;

struct FoundEntry {
    std::uint64_t index = 0;
    Buffer entry;
    Buffer statement = {};  // by subject only: what the entry has the digest of
    bool operator==(const FoundEntry&) const = default;
};

struct LookupAnswer {
    std::uint64_t complete = 0;
    std::optional<std::uint64_t> next;
    std::vector<FoundEntry> entries;  // ascending by index, kLookupPage at most
    BatchProof proof;
    std::string checkpoint;  // the signed note
    bool operator==(const LookupAnswer&) const = default;
};

std::string print_lookup_answer(const LookupAnswer& answer);
// One spelling, but for white space and the order of members. Malformed for anything else.
Result<LookupAnswer> parse_lookup_answer(Bytes body);

// Proved: every entry is in the tree of the checkpoint and names what was looked up, and the log
// has signed the checkpoint. Untrusted otherwise. What is not in the answer is proved by nothing.
Result<VerifiedCheckpoint> check_lookup_answer(const LookupAnswer& answer, const Lookup& lookup,
                                               const NoteKey& log);

// {"index":...,"leafHash":"<hex>","entry":"<base64>","hashes":[...],"checkpoint":"..."}
std::string print_proof_answer(const InclusionProof& proof, Bytes entry,
                               const VerifiedCheckpoint& checkpoint);

// {"old":{"size":...,"root":"<base64>"},"new":{...},"hashes":[...],"checkpoint":"..."}
std::string print_consistency_answer(const TreeHead& older, const TreeHead& newer,
                                     const ConsistencyProof& proof,
                                     const VerifiedCheckpoint& checkpoint);

}  // namespace boltseal
