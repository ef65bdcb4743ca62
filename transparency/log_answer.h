// What the log prints for those who have written to it. specs/log-api.md
#pragma once

#include "transparency/batch_proof.h"
#include "transparency/sequenced.h"
#include "verify/note.h"

#include <string>

namespace boltseal {

// Rekor v2's TransparencyLogEntry, with every field, as proto3 JSON.
std::string print_entry_answer(const InclusionProof& proof, const VerifiedCheckpoint& checkpoint,
                               const NoteKey& key, std::string_view kind, Bytes body);

// Each once, ascending: what a batch proof is of.
std::vector<std::uint64_t> sorted_indexes(const std::vector<Place>& places);

// {"indexes":[...],"duplicates":[...],"hashes":[...],"checkpoint":"..."}: the index of each entry
// in the order of the request, the numbers of those that were there before, the batch proof.
std::string print_batch_answer(const Sequenced& sequenced, const BatchProof& proof);

struct BatchAnswer {
    std::vector<Place> places;
    BatchProof proof;
    std::string checkpoint;  // the note; nothing about it is checked
};

// One spelling, at most kMaxBatchEntries entries. Malformed for anything else.
Result<BatchAnswer> parse_batch_answer(Bytes body);

}  // namespace boltseal
