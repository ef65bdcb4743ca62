// The index of a log in a folder: leaves in memory, and sorted runs of those before (leaf_run.h).
// specs/adr/0012 says why no embedded database is behind it.
//
// When the table in memory is full it is written as a run, and when there are enough runs of one
// size they become one, both behind the back of the thread that looks up and adds. What is not in a
// run yet is made again from the log at the next start.
#pragma once

#include "transparency/index.h"
#include "transparency/leaf_run.h"

#include <atomic>
#include <condition_variable>
#include <thread>

namespace boltseal {

struct RunIndexLimits {
    std::size_t table = std::size_t{1}
                        << 19;  // leaves in memory; twice that while a run is written
    std::size_t fan_in = 8;     // so many runs of about one size become one
};

class RunIndex : public LeafIndex {
public:
    // Makes the folder if it is not there. What is damaged or out of line is removed: it is made
    // again from the log.
    static Result<std::unique_ptr<RunIndex>> open(const std::filesystem::path& folder,
                                                  const RunIndexLimits& limits = {});
    ~RunIndex() override;
    RunIndex(const RunIndex&) = delete;
    RunIndex& operator=(const RunIndex&) = delete;

    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) override;
    Result<void> add(const TreeHash& leaf, std::uint64_t index) override;
    Result<void> settle(const TreeHead& head) override;
    TreeHead kept() const override;
    Result<void> clear() override;

    std::size_t memory() const;  // of filters and tables, in bytes
    std::size_t runs() const;

private:
    // Owners: the index, and a look-up or a merge that goes on while a larger run takes its place.
    using Run = std::shared_ptr<const LeafRun>;
    using Runs = std::vector<Run>;

    struct Sealed {
        LeafTable table;
        LeafRange range;
    };
    RunIndex(std::filesystem::path folder, const RunIndexLimits& limits);
    Result<void> load();
    Result<void> take_up(std::vector<Run>& found);
    void run_writer();
    void run_merger();
    Result<Run> write_sealed(const Sealed& sealed) const;
    Result<Run> merge(const Runs& parts) const;
    Runs find_mergeable() const;
    void replace(const Runs& parts, const Run& by);
    void fail(const Error& error);

    // What look-ups see besides the table. Taken anew only when it has changed.
    struct View {
        std::uint64_t version = 0;
        std::shared_ptr<const Sealed> sealed;
        std::shared_ptr<const Runs> runs;
    };
    const View& view();

    const std::filesystem::path folder_;
    const RunIndexLimits limits_;
    LeafTable table_;  // of the one thread that looks up and adds, as are the next two
    std::uint64_t table_begin_ = 0;
    View view_;
    std::atomic<std::uint64_t> version_{1};  // goes up when runs_ or sealed_ changes

    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable changed_;
    std::shared_ptr<const Runs> runs_ = std::make_shared<Runs>();  // in the order of the log
    std::shared_ptr<const Sealed> sealed_;                         // shared with the writer
    std::optional<Error> failure_;
    bool stopping_ = false;
    bool merging_ = false;

    std::thread writer_;
    std::thread merger_;
};

}  // namespace boltseal
