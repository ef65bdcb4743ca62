// The runs of an index in a folder (leaf_run.h), each for the part of the log behind the one
// before. When there are enough of one size they become one, behind the back of those who read and
// append.
#pragma once

#include "transparency/leaf_run.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace boltseal {

struct LeafRunsLimits {
    std::size_t smallest = std::size_t{1} << 19;  // leaves in a run that was not merged, about
    std::size_t fan_in = 8;                       // so many runs of about one size become one
};

// Safe from many threads, but that one alone appends and clears.
class LeafRuns {
public:
    // Owners: this, and a look-up or a merge that goes on while a larger run takes its place.
    using Run = std::shared_ptr<const LeafRun>;
    using Runs = std::vector<Run>;

    // Makes the folder if it is not there. What is damaged or out of line is removed: it is made
    // again from the log.
    static Result<std::unique_ptr<LeafRuns>> open(const std::filesystem::path& folder,
                                                  const LeafRunsLimits& limits);
    ~LeafRuns();
    // What is in the folder, as open takes it up, for those who check: nothing is changed, and what
    // open would remove is Integrity, but for what a crash leaves. None if there is no folder.
    static Result<Runs> list(const std::filesystem::path& folder);

    LeafRuns(const LeafRuns&) = delete;
    LeafRuns& operator=(const LeafRuns&) = delete;

    // In the order of the log.
    std::shared_ptr<const Runs> all() const;
    std::uint64_t version() const { return version_; }  // goes up whenever all() changes

    // Of the last run, which is durable: of the empty log if there is none.
    TreeHead end() const;

    // Durable when it returns. REQUIRES: range.begin == end().size; leaves as LeafRun::write wants
    Result<void> append(const LeafRange& range, std::uint64_t most, const LeafRun::Next& next);

    Result<void> clear();
    Result<void> check() const;  // why runs cannot be merged any more
    std::size_t memory() const;  // in bytes

private:
    LeafRuns(std::filesystem::path folder, const LeafRunsLimits& limits)
        : folder_(std::move(folder)), limits_(limits) {}
    Result<void> load();
    void take_up(Runs& found);
    void run_merger();
    Runs find_mergeable() const;
    Result<Run> merge(const Runs& parts) const;
    void replace(const Runs& parts, const Run& by);

    const std::filesystem::path folder_;
    const LeafRunsLimits limits_;
    std::atomic<std::uint64_t> version_{1};

    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable changed_;
    std::shared_ptr<const Runs> runs_ = std::make_shared<Runs>();
    std::optional<Error> failure_;
    bool stopping_ = false;
    bool merging_ = false;

    std::thread merger_;
};

}  // namespace boltseal
