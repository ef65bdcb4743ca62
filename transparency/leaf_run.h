// A sorted file of leaf hashes and their places: what an index keeps of a range of the log. Written
// once, never changed. specs/log-storage.md#index
//
// A filter in memory answers for most leaves that are not in it, and the first leaf of each block
// tells which one has to be read for the others.
#pragma once

#include "transparency/disk_file.h"
#include "transparency/leaf_table.h"
#include "verify/merkle.h"

#include <functional>
#include <memory>

namespace boltseal {

// The entries [begin, end.size) of a log that had the head `end`.
struct LeafRange {
    std::uint64_t begin = 0;
    TreeHead end;
    bool operator==(const LeafRange&) const = default;
};

class LeafRun {
public:
    // What the name of a file ends with until all of it is durable.
    static constexpr const char* kUnfinished = ".new";

    // Places in ascending order, from wherever. Nothing when there are no more. A leaf may have
    // several, if what keeps them finds them with find_all.
    using Next = std::function<Result<std::optional<LeafPlace>>()>;

    // Durable when it returns. At most `most` leaves come.
    static Result<std::unique_ptr<LeafRun>> write(const std::filesystem::path& path,
                                                  const LeafRange& range, std::uint64_t most,
                                                  const Next& next);
    // Malformed if it is no run; its blocks are not looked at.
    static Result<std::unique_ptr<LeafRun>> open(const std::filesystem::path& path);

    const LeafRange& range() const { return range_; }
    const std::filesystem::path& path() const { return file_.path(); }
    std::uint64_t count() const { return count_; }
    std::size_t memory() const;

    // Safe from many threads. Integrity if the block that is read is not as it was written.
    Result<std::optional<std::uint64_t>> find(const TreeHash& leaf) const;

    // Where this leaf is, from index `from` on: ascending, `most` at most.
    Result<std::vector<std::uint64_t>> find_all(const TreeHash& leaf, std::uint64_t from,
                                                std::size_t most) const;

    // Brings what find looks at first into the processor's cache.
    void prefetch(const TreeHash& leaf) const {
        __builtin_prefetch(filter_.data() + filter_line(leaf));
    }

    // All of it, block by block. The run must outlive what this returns.
    Next reader() const;

private:
    using Block = std::vector<LeafPlace>;
    explicit LeafRun(DiskFile file) : file_(std::move(file)) {}
    Result<Block> read_block(std::size_t number) const;
    Result<std::size_t> block_of(const LeafPlace& least) const;
    void add_to_filter(const TreeHash& leaf);
    bool may_have(const TreeHash& leaf) const;
    std::size_t filter_line(const TreeHash& leaf) const;

    DiskFile file_;
    LeafRange range_;
    std::uint64_t count_ = 0;
    std::vector<std::uint64_t> firsts_;  // of each block, the first eight bytes of the first leaf
    std::vector<std::uint64_t> filter_;  // lines of eight words: a Bloom filter in each
};

}  // namespace boltseal
