#include "transparency/run_index.h"

#include "transparency/disk_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

// What may be added between two times of settling, and while a run is being written.
constexpr std::size_t kSlack = std::size_t{1} << 18;

fs::path place_of(const fs::path& folder, const LeafRange& range) {
    return folder / (to_file_name(range.begin) + "-" + to_file_name(range.end.size) + ".leaves");
}

}  // namespace

RunIndex::RunIndex(fs::path folder, const RunIndexLimits& limits)
    : folder_(std::move(folder)), limits_(limits), table_(limits.table + kSlack) {}

Result<std::unique_ptr<RunIndex>> RunIndex::open(const fs::path& folder,
                                                 const RunIndexLimits& limits) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error(Fault::Io, "cannot make '" + folder.string() + "': " + std::strerror(errno));
    }
    std::unique_ptr<RunIndex> index(new RunIndex(folder, limits));
    BOLTSEAL_CHECK(index->load());
    index->writer_ = std::thread([raw = index.get()] { raw->run_writer(); });
    index->merger_ = std::thread([raw = index.get()] { raw->run_merger(); });
    return index;
}

RunIndex::~RunIndex() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (writer_.joinable()) writer_.join();
    if (merger_.joinable()) merger_.join();
}

Result<void> RunIndex::load() {
    std::vector<Run> found;
    std::error_code error;
    for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
        auto run = LeafRun::open(it->path());
        if (run && run.value()->path() == place_of(folder_, run.value()->range())) {
            found.push_back(*std::move(run));
        } else if (!run && run.error().fault() == Fault::Io) {
            return std::move(run).error();
        } else {
            ::unlink(it->path().c_str());
        }
    }
    if (error) {
        return Error(Fault::Io, "cannot list '" + folder_.string() + "': " + error.message());
    }
    return take_up(found);
}

// Runs that continue one another from the start of the log. A crash may have left those that a
// larger one was made of.
Result<void> RunIndex::take_up(std::vector<Run>& found) {
    std::ranges::sort(found, [](const Run& a, const Run& b) {
        return a->range().begin != b->range().begin ? a->range().begin < b->range().begin
                                                    : a->range().end.size > b->range().end.size;
    });
    auto runs = std::make_shared<Runs>();
    for (const Run& run : found) {
        if (run->range().begin == table_begin_ && run->range().end.size > table_begin_) {
            table_begin_ = run->range().end.size;
            runs->push_back(run);
        } else {
            ::unlink(run->path().c_str());
        }
    }
    runs_ = std::move(runs);
    return {};
}

const RunIndex::View& RunIndex::view() {
    if (view_.version == version_) return view_;
    const std::lock_guard guard(mutex_);
    view_ = View{version_, sealed_, runs_};
    return view_;
}

Result<std::optional<std::uint64_t>> RunIndex::find(const TreeHash& leaf) {
    const View& now = view();
    for (const Run& run : *now.runs) run->prefetch(leaf);  // waits for memory once, not for each
    if (const auto found = table_.find(leaf)) return found;
    if (now.sealed) {
        if (const auto found = now.sealed->table.find(leaf)) return found;
    }
    for (const Run& run : *now.runs) {
        auto found = run->find(leaf);
        if (found && !*found) continue;
        if (!found && found.error().fault() == Fault::Integrity) ::unlink(run->path().c_str());
        return found;
    }
    return std::optional<std::uint64_t>();
}

Result<void> RunIndex::add(const TreeHash& leaf, std::uint64_t index) {
    if (table_.size() == table_.capacity()) {
        return Error(Fault::Io, "the index was not settled for too long");
    }
    table_.add(leaf, index);
    return {};
}

// Waits for the writer only when it is far behind.
Result<void> RunIndex::settle(const TreeHead& head) {
    if (table_.size() < limits_.table) return {};
    std::unique_lock lock(mutex_);
    if (failure_) return *failure_;
    if (sealed_ && table_.size() < limits_.table + kSlack / 2) return {};
    changed_.wait(lock, [this] { return !sealed_ || failure_; });
    if (failure_) return *failure_;
    sealed_ =
        std::make_shared<const Sealed>(Sealed{std::move(table_), LeafRange{table_begin_, head}});
    table_ = LeafTable(limits_.table + kSlack);
    table_begin_ = head.size;
    ++version_;
    changed_.notify_all();
    return {};
}

TreeHead RunIndex::kept() const {
    const std::lock_guard guard(mutex_);
    return runs_->empty() ? TreeHead{0, hash_empty()} : runs_->back()->range().end;
}

Result<void> RunIndex::clear() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return (!sealed_ && !merging_) || failure_; });
    if (failure_) return *failure_;
    for (const Run& run : *runs_) ::unlink(run->path().c_str());
    runs_ = std::make_shared<Runs>();
    ++version_;
    table_.clear();
    table_begin_ = 0;
    return {};
}

std::size_t RunIndex::memory() const {
    const std::lock_guard guard(mutex_);
    std::size_t sum = table_.capacity() * (sizeof(LeafPlace) + 2 * sizeof(std::uint32_t));
    if (sealed_) sum *= 2;
    for (const Run& run : *runs_) sum += run->memory();
    return sum;
}

std::size_t RunIndex::runs() const {
    const std::lock_guard guard(mutex_);
    return runs_->size();
}

void RunIndex::fail(const Error& error) {
    const std::lock_guard guard(mutex_);
    if (!failure_) failure_ = error;
    changed_.notify_all();
}

void RunIndex::run_writer() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || failure_ || sealed_; });
        if (!sealed_ || failure_) return;
        const auto sealed = sealed_;
        lock.unlock();
        auto run = write_sealed(*sealed);
        if (!run) return fail(run.error());
        lock.lock();
        auto runs = std::make_shared<Runs>(*runs_);
        runs->push_back(*std::move(run));
        runs_ = std::move(runs);
        sealed_.reset();
        ++version_;
        changed_.notify_all();
    }
}

Result<RunIndex::Run> RunIndex::write_sealed(const Sealed& sealed) const {
    std::vector<LeafPlace> places = sealed.table.places();
    std::ranges::sort(places, {}, &LeafPlace::leaf);
    const auto next = [at = places.begin(), end = places.end()]() mutable {
        return Result<std::optional<LeafPlace>>(at == end ? std::optional<LeafPlace>()
                                                          : std::optional(*at++));
    };
    BOLTSEAL_TRY(std::unique_ptr<LeafRun> run, LeafRun::write(place_of(folder_, sealed.range),
                                                              sealed.range, places.size(), next));
    return Run(std::move(run));
}

// As many neighbours of about one size as become one.
RunIndex::Runs RunIndex::find_mergeable() const {
    const auto level = [this](const Run& run) {
        int number = 0;
        for (std::uint64_t size = run->count() / limits_.table; size >= limits_.fan_in;
             size /= limits_.fan_in) {
            ++number;
        }
        return number;
    };
    for (auto at = runs_->begin(); at != runs_->end();) {
        auto end = std::find_if(at, runs_->end(),
                                [&](const Run& run) { return level(run) != level(*at); });
        if (static_cast<std::size_t>(end - at) >= limits_.fan_in) {
            return Runs(at, at + static_cast<std::ptrdiff_t>(limits_.fan_in));
        }
        at = end;
    }
    return {};
}

void RunIndex::run_merger() {
    std::unique_lock lock(mutex_);
    for (;;) {
        Runs parts;
        changed_.wait(lock, [&] {
            parts = find_mergeable();
            return stopping_ || failure_ || !parts.empty();
        });
        if (stopping_ || failure_) return;
        merging_ = true;
        lock.unlock();
        const auto merged = merge(parts);
        if (!merged) return fail(merged.error());
        lock.lock();
        replace(parts, *merged);
        merging_ = false;
        changed_.notify_all();
    }
}

void RunIndex::replace(const Runs& parts, const Run& by) {
    auto runs = std::make_shared<Runs>();
    for (const Run& run : *runs_) {
        if (run == parts.front()) runs->push_back(by);
        if (std::ranges::find(parts, run) == parts.end()) runs->push_back(run);
    }
    runs_ = std::move(runs);
    ++version_;
    for (const Run& part : parts) ::unlink(part->path().c_str());
}

Result<RunIndex::Run> RunIndex::merge(const Runs& parts) const {
    struct Source {
        LeafRun::Next next;
        LeafPlace place;
    };
    std::vector<Source> sources;
    std::uint64_t count = 0;
    for (const Run& part : parts) {
        count += part->count();
        Source source{part->reader(), {}};
        BOLTSEAL_TRY(const auto first, source.next());
        if (!first) continue;
        source.place = *first;
        sources.push_back(std::move(source));
    }
    const auto later = [&](std::size_t a, std::size_t b) {
        return sources[a].place.leaf > sources[b].place.leaf;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> order(later);
    for (std::size_t i = 0; i < sources.size(); ++i) order.push(i);
    const auto next = [&]() -> Result<std::optional<LeafPlace>> {
        if (order.empty()) return std::optional<LeafPlace>();
        Source& source = sources[order.top()];
        const std::size_t number = order.top();
        order.pop();
        const LeafPlace place = source.place;
        BOLTSEAL_TRY(const auto following, source.next());
        if (following) {
            source.place = *following;
            order.push(number);
        }
        return std::optional(place);
    };
    const LeafRange range{parts.front()->range().begin, parts.back()->range().end};
    BOLTSEAL_TRY(std::unique_ptr<LeafRun> run,
                 LeafRun::write(place_of(folder_, range), range, count, next));
    return Run(std::move(run));
}

}  // namespace boltseal
