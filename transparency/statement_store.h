// The statements that came with entries, so that these are found by what the statements are about.
// A log holds the digest of a payload and not the payload, so this is no part of the log, and
// cannot be made again from it: one file that grows, with an index beside it.
// specs/log-storage.md#statements
//
// Nothing is decided by it. Whoever gets a statement compares its digest with what the log has.
#pragma once

#include "transparency/lookup_index.h"
#include "transparency/run_checker.h"

namespace boltseal {

// Safe from many threads.
class StatementStore {
public:
    // Makes the folder if it is not there. A record at the end that was not finished is written
    // over; the index is made again where it does not fit. Integrity if whole records lie behind
    // what is damaged.
    static Result<std::unique_ptr<StatementStore>> open(const std::filesystem::path& folder,
                                                        const LookupIndexLimits& limits = {});

    // Is every record whole, and does the index beside them have the places of all that it covers,
    // and no others? Integrity, with what to remove; nothing is changed. A record at the end that
    // was not finished is none. Nobody may be writing.
    static Result<void> check(const std::filesystem::path& folder);

    // Durable when it returns; one that is there already stays as it is. Io after an error: then
    // nothing more is kept until a new store was opened. REQUIRES: an in-toto statement
    Result<void> keep(Bytes statement);

    struct Found {
        std::uint64_t place = 0;
        Buffer statement;
    };
    struct Page {
        std::vector<Found> statements;      // in the order in which they were kept
        std::optional<std::uint64_t> next;  // the place where the next page begins
    };
    // Those about this digest, from a place on. Integrity if one is damaged.
    Result<Page> find(const BlobDigest& subject, std::uint64_t from, std::size_t most) const;

private:
    struct Record {
        Buffer statement;
        TreeHash chain;  // of it and all before it
    };
    StatementStore(DiskFile file, std::unique_ptr<LookupIndex> index)
        : file_(std::move(file)), index_(std::move(index)) {}
    Result<void> take_up();
    Result<TreeHash> chain_at(std::uint64_t place) const;
    Result<std::optional<Record>> read(std::uint64_t place) const;
    Error damaged(const std::string& how) const;
    Result<std::uint64_t> find_end() const;
    Result<void> check_rest(std::uint64_t end) const;
    Result<PlaceSum> places_of(const LeafRange& range, std::uint64_t end) const;
    Result<void> add(Bytes statement);
    Result<void> append(Bytes statement);

    std::mutex mutex_;  // of who writes: held while a statement is made durable
    DiskFile file_;
    const std::unique_ptr<LookupIndex> index_;
    std::uint64_t end_ = 0;  // of what is durable
    TreeHash chain_;
    std::optional<Error> failure_;
};

}  // namespace boltseal
