#include "transparency/run_index.h"

#include <unistd.h>

#include <algorithm>

namespace boltseal {

namespace {

// What may be added between two times of settling, and while a run is being written.
constexpr std::size_t kSlack = std::size_t{1} << 18;

}  // namespace

RunIndex::RunIndex(std::unique_ptr<LeafRuns> runs, const RunIndexLimits& limits)
    : runs_(std::move(runs)),
      limits_(limits),
      table_(limits.table + kSlack),
      table_begin_(runs_->end().size) {}

Result<std::unique_ptr<RunIndex>> RunIndex::open(const std::filesystem::path& folder,
                                                 const RunIndexLimits& limits) {
    BOLTSEAL_TRY(auto runs, LeafRuns::open(folder, {limits.table, limits.fan_in}));
    std::unique_ptr<RunIndex> index(new RunIndex(std::move(runs), limits));
    index->writer_ = std::thread([raw = index.get()] { raw->run_writer(); });
    return index;
}

RunIndex::~RunIndex() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (writer_.joinable()) writer_.join();
}

RunIndex::View RunIndex::view_now() const {
    View view;
    view.version = version_ + runs_->version();  // before what it is of
    {
        const std::lock_guard guard(mutex_);
        view.sealed = sealed_;
    }
    view.runs = runs_->all();
    return view;
}

const RunIndex::View& RunIndex::view() {
    if (view_.version != version_ + runs_->version()) view_ = view_now();
    return view_;
}

Result<std::optional<std::uint64_t>> RunIndex::find_in(const View& view, const TreeHash& leaf) {
    if (view.sealed) {
        if (const auto found = view.sealed->table.find(leaf)) return found;
    }
    for (const LeafRuns::Run& run : *view.runs) {
        auto found = run->find(leaf);
        if (found && !*found) continue;
        if (!found && found.error().fault() == Fault::Integrity) ::unlink(run->path().c_str());
        return found;
    }
    return std::optional<std::uint64_t>();
}

Result<std::optional<std::uint64_t>> RunIndex::find(const TreeHash& leaf) {
    const View& now = view();
    for (const LeafRuns::Run& run : *now.runs) run->prefetch(leaf);  // waits for memory once
    if (const auto found = table_.find(leaf)) return found;
    return find_in(now, leaf);
}

Result<std::optional<std::uint64_t>> RunIndex::look_up(const TreeHash& leaf) const {
    {
        const std::lock_guard guard(table_mutex_);
        if (const auto found = table_.find(leaf)) return found;
    }
    return find_in(view_now(), leaf);
}

Result<void> RunIndex::add(const TreeHash& leaf, std::uint64_t index) {
    if (table_.size() == table_.capacity()) {
        return Error(Fault::Io, "the index was not settled for too long");
    }
    const std::lock_guard guard(table_mutex_);
    table_.add(leaf, index);
    return {};
}

// Waits for the writer only when it is far behind.
Result<void> RunIndex::settle(const TreeHead& head) {
    if (table_.size() < limits_.table) return {};
    BOLTSEAL_CHECK(runs_->check());
    std::unique_lock lock(mutex_);
    if (failure_) return *failure_;
    if (sealed_ && table_.size() < limits_.table + kSlack / 2) return {};
    changed_.wait(lock, [this] { return !sealed_ || failure_; });
    if (failure_) return *failure_;
    LeafTable next(limits_.table + kSlack);
    {
        const std::lock_guard guard(table_mutex_);
        std::swap(table_, next);
    }
    sealed_ =
        std::make_shared<const Sealed>(Sealed{std::move(next), LeafRange{table_begin_, head}});
    table_begin_ = head.size;
    ++version_;
    changed_.notify_all();
    return {};
}

Result<void> RunIndex::clear() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !sealed_ || failure_; });
        if (failure_) return *failure_;
    }
    BOLTSEAL_CHECK(runs_->clear());
    const std::lock_guard guard(table_mutex_);
    table_.clear();
    table_begin_ = 0;
    return {};
}

std::size_t RunIndex::memory() const {
    std::size_t sum = table_.capacity() * (sizeof(LeafPlace) + 2 * sizeof(std::uint32_t));
    {
        const std::lock_guard guard(mutex_);
        if (sealed_) sum *= 2;
    }
    return sum + runs_->memory();
}

void RunIndex::run_writer() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || sealed_; });
        if (!sealed_) return;
        const auto sealed = sealed_;
        lock.unlock();
        const auto written = write_sealed(*sealed);
        lock.lock();
        if (!written) failure_ = written.error();
        if (written) sealed_.reset();
        ++version_;
        changed_.notify_all();
        if (failure_) return;
    }
}

Result<void> RunIndex::write_sealed(const Sealed& sealed) {
    std::vector<LeafPlace> places = sealed.table.places();
    std::ranges::sort(places, {}, &LeafPlace::leaf);
    const auto next = [at = places.begin(), end = places.end()]() mutable {
        return Result<std::optional<LeafPlace>>(at == end ? std::optional<LeafPlace>()
                                                          : std::optional(*at++));
    };
    return runs_->append(sealed.range, places.size(), next);
}

}  // namespace boltseal
