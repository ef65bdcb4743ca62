// Proofs and look-ups over HTTP, for reading only: structs in, structs out. specs/log-api.md#proofs
#pragma once

#include "transparency/http_message.h"
#include "transparency/lookup_answer.h"
#include "transparency/sequencer.h"
#include "transparency/statement_store.h"

namespace boltseal {

// Safe from many threads. Reads files: not for the thread that serves all connections. What it
// refers to must outlive it.
class LookupApi {
public:
    LookupApi(Sequencer& sequencer, const LookupIndex& index, const StatementStore& statements)
        : sequencer_(sequencer), index_(index), statements_(statements) {}

    // True for the paths below which everything is answered here.
    static bool has(std::string_view path);

    ApiResponse answer(const ApiRequest& request) const;

private:
    ApiResponse prove(std::string_view path) const;
    Result<std::string> prove_entry(std::uint64_t index, bool as_json) const;
    ApiResponse prove_consistency(std::string_view path) const;
    Result<std::string> consistency(std::uint64_t older, std::uint64_t newer,
                                    const VerifiedCheckpoint& checkpoint) const;
    ApiResponse find(std::string_view path) const;
    Result<LookupAnswer> look_up(const Lookup& lookup, std::uint64_t from) const;
    Result<LookupAnswer> look_up_subject(const Lookup& lookup, std::uint64_t from) const;
    Result<void> prove_all(LookupAnswer& answer, const VerifiedCheckpoint& checkpoint) const;

    Sequencer& sequencer_;
    const LookupIndex& index_;
    const StatementStore& statements_;
};

}  // namespace boltseal
