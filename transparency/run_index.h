// The index of a log in a folder: leaves in memory, and sorted runs of those before (leaf_runs.h).
// specs/adr/0012 says why no embedded database is behind it.
//
// When the table in memory is full it is written as a run, behind the back of the thread that looks
// up and adds. What is not in a run yet is made again from the log at the next start.
#pragma once

#include "transparency/index.h"
#include "transparency/leaf_runs.h"
#include "transparency/leaf_table.h"

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
    Result<std::optional<std::uint64_t>> look_up(const TreeHash& leaf) const override;
    Result<void> add(const TreeHash& leaf, std::uint64_t index) override;
    Result<void> settle(const TreeHead& head) override;
    TreeHead kept() const override { return runs_->end(); }
    Result<void> clear() override;

    std::size_t memory() const;  // of filters and tables, in bytes
    std::size_t runs() const { return runs_->all()->size(); }

private:
    struct Sealed {
        LeafTable table;
        LeafRange range;
    };
    RunIndex(std::unique_ptr<LeafRuns> runs, const RunIndexLimits& limits);
    void run_writer();
    Result<void> write_sealed(const Sealed& sealed);

    // Where a leaf is looked for besides the table. A leaf goes from the table to the sealed one
    // and then to the runs, and each is taken in this order: it is missed nowhere.
    struct View {
        std::uint64_t version = 0;
        std::shared_ptr<const Sealed> sealed;
        std::shared_ptr<const LeafRuns::Runs> runs;
    };
    View view_now() const;
    const View& view();
    static Result<std::optional<std::uint64_t>> find_in(const View& view, const TreeHash& leaf);

    const std::unique_ptr<LeafRuns> runs_;
    const RunIndexLimits limits_;

    // Held by whoever changes the table, and by look_up while it reads it. The one thread that
    // looks up and adds is the only one to change it, and so reads it without.
    mutable std::mutex table_mutex_;
    LeafTable table_;
    std::uint64_t table_begin_ = 0;          // of the one thread, as is the next
    View view_;                              // taken anew only when it has changed
    std::atomic<std::uint64_t> version_{1};  // goes up when sealed_ changes

    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable changed_;
    std::shared_ptr<const Sealed> sealed_;  // shared with the writer
    std::optional<Error> failure_;
    bool stopping_ = false;

    std::thread writer_;
};

}  // namespace boltseal
