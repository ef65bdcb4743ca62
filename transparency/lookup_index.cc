#include "transparency/lookup_index.h"

#include <unistd.h>

namespace boltseal {

namespace {

// A run does not ask what its 32 bytes are the hash of.
TreeHash in_run(const LookupKey& key) {
    return TreeHash::from(key.bytes()).value();
}

}  // namespace

Result<std::unique_ptr<LookupIndex>> LookupIndex::open(const std::filesystem::path& folder,
                                                       const LookupIndexLimits& limits) {
    BOLTSEAL_TRY(auto runs, LeafRuns::open(folder, {limits.places, limits.fan_in}));
    return std::unique_ptr<LookupIndex>(new LookupIndex(std::move(runs), limits));
}

void LookupIndex::add(const LookupKey& key, std::uint64_t index) {
    const std::lock_guard guard(mutex_);
    newest_.insert({in_run(key), index});
}

Result<void> LookupIndex::settle(const TreeHead& head) {
    bool full = false;
    {
        const std::lock_guard guard(mutex_);
        complete_ = head.size;
        full = newest_.size() >= limits_.places || complete_ - begin_ >= limits_.entries;
    }
    if (!full) return {};
    return write_run(head);
}

// Only the thread that is here changes the newest: it may read them while others do.
Result<void> LookupIndex::write_run(const TreeHead& head) {
    BOLTSEAL_CHECK(runs_->check());
    const auto next = [at = newest_.begin(), end = newest_.end()]() mutable {
        return Result<std::optional<LeafPlace>>(at == end ? std::optional<LeafPlace>()
                                                          : std::optional(*at++));
    };
    BOLTSEAL_CHECK(runs_->append({begin_, head}, newest_.size(), next));
    const std::lock_guard guard(mutex_);
    newest_.clear();
    begin_ = head.size;
    return {};
}

Result<void> LookupIndex::clear() {
    BOLTSEAL_CHECK(runs_->clear());
    const std::lock_guard guard(mutex_);
    newest_.clear();
    begin_ = 0;
    complete_ = 0;
    return {};
}

bool LookupIndex::is_full() const {
    const std::lock_guard guard(mutex_);
    return newest_.size() >= limits_.places;
}

std::uint64_t LookupIndex::complete() const {
    const std::lock_guard guard(mutex_);
    return complete_;
}

// The newest are looked at before the runs: places that became a run in between are then found
// twice, and not missed.
Result<LookupIndex::Page> LookupIndex::find(const LookupKey& key, std::uint64_t from,
                                            std::size_t most) const {
    const TreeHash leaf = in_run(key);
    std::vector<std::uint64_t> newest;
    std::uint64_t begin = 0;
    Page page;
    {
        const std::lock_guard guard(mutex_);
        begin = begin_;
        page.complete = complete_;
        for (auto at = newest_.lower_bound({leaf, from});
             at != newest_.end() && at->leaf == leaf && newest.size() <= most; ++at) {
            newest.push_back(at->index);
        }
    }
    for (const LeafRuns::Run& run : *runs_->all()) {
        if (run->range().end.size <= from || run->range().begin >= begin) continue;
        if (page.indexes.size() > most) break;
        const auto found = run->find_all(leaf, from, most + 1 - page.indexes.size());
        if (!found && found.error().fault() == Fault::Integrity) ::unlink(run->path().c_str());
        if (!found) return found.error();
        for (const std::uint64_t index : *found) {
            if (index < begin) page.indexes.push_back(index);
        }
    }
    page.indexes.insert(page.indexes.end(), newest.begin(), newest.end());
    if (page.indexes.size() > most) {
        page.next = page.indexes[most];
        page.indexes.resize(most);
    }
    return page;
}

}  // namespace boltseal
