// Where entries stand that name something: keys of look-ups and their places, of which each may
// have many. Sorted runs like the index of leaves (leaf_runs.h), by key and then by place, so that
// the places of a key lie together and a page of them is a few reads. specs/adr/0015
//
// Nothing is decided by it: whoever looks up checks every entry that comes of it.
#pragma once

#include "transparency/leaf_runs.h"
#include "transparency/lookup.h"

#include <set>

namespace boltseal {

struct LookupIndexLimits {
    std::size_t places = std::size_t{1} << 17;       // in memory, about; then they become a run
    std::uint64_t entries = std::uint64_t{1} << 22;  // the same for what is named by few of many
    std::size_t fan_in = 8;
};

// One thread adds, settles and clears; everything else is safe from many.
class LookupIndex {
public:
    // As LeafRuns::open.
    static Result<std::unique_ptr<LookupIndex>> open(const std::filesystem::path& folder,
                                                     const LookupIndexLimits& limits = {});

    // REQUIRES: index is not below the end of what is kept
    void add(const LookupKey& key, std::uint64_t index);

    bool is_full() const;  // so many places are in memory that it should be settled

    // All that the log with this head has was added. May write a run, which is waited for.
    Result<void> settle(const TreeHead& head);
    Result<void> clear();

    // The last head that was settled and is kept for the next process.
    TreeHead kept() const { return runs_->end(); }

    struct Page {
        std::vector<std::uint64_t> indexes;  // ascending
        std::optional<std::uint64_t> next;   // where the next page begins
        std::uint64_t complete = 0;          // entries below this are in it if they have the key
    };
    // Of the entries from index `from` on, `most` at most. Integrity if a file is damaged.
    Result<Page> find(const LookupKey& key, std::uint64_t from, std::size_t most) const;

    std::uint64_t complete() const;

private:
    LookupIndex(std::unique_ptr<LeafRuns> runs, const LookupIndexLimits& limits)
        : limits_(limits), runs_(std::move(runs)), begin_(kept().size), complete_(begin_) {}
    Result<void> write_run(const TreeHead& head);

    const LookupIndexLimits limits_;
    const std::unique_ptr<LeafRuns> runs_;

    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::set<LeafPlace> newest_;
    std::uint64_t begin_;     // of the newest
    std::uint64_t complete_;  // their end
};

}  // namespace boltseal
