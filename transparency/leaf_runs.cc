#include "transparency/leaf_runs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

fs::path place_of(const fs::path& folder, const LeafRange& range) {
    return folder / (to_file_name(range.begin) + "-" + to_file_name(range.end.size) + ".leaves");
}

// In the order of the log, the larger of two that begin together first.
void sort_runs(LeafRuns::Runs& runs) {
    std::ranges::sort(runs, [](const LeafRuns::Run& a, const LeafRuns::Run& b) {
        return a->range().begin != b->range().begin ? a->range().begin < b->range().begin
                                                    : a->range().end.size > b->range().end.size;
    });
}

}  // namespace

Result<std::unique_ptr<LeafRuns>> LeafRuns::open(const fs::path& folder,
                                                 const LeafRunsLimits& limits) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error(Fault::Io, "cannot make '" + folder.string() + "': " + std::strerror(errno));
    }
    std::unique_ptr<LeafRuns> runs(new LeafRuns(folder, limits));
    BOLTSEAL_CHECK(runs->load());
    runs->merger_ = std::thread([raw = runs.get()] { raw->run_merger(); });
    return runs;
}

LeafRuns::~LeafRuns() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (merger_.joinable()) merger_.join();
}

Result<void> LeafRuns::load() {
    Runs found;
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
    take_up(found);
    return {};
}

Result<LeafRuns::Runs> LeafRuns::list(const fs::path& folder) {
    Runs found;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() == LeafRun::kUnfinished) continue;
        auto run = LeafRun::open(it->path());
        if (!run && run.error().fault() == Fault::Malformed) {
            return std::move(run).error().as(Fault::Integrity);
        }
        if (!run) return std::move(run).error();
        if (run.value()->path() != place_of(folder, run.value()->range())) {
            return Error(Fault::Integrity, "'" + it->path().string() + "' has another's name");
        }
        found.push_back(*std::move(run));
    }
    if (error == std::errc::no_such_file_or_directory) return Runs();
    if (error) {
        return Error(Fault::Io, "cannot list '" + folder.string() + "': " + error.message());
    }
    sort_runs(found);
    Runs runs;
    std::uint64_t next = 0;
    for (const Run& run : found) {
        if (run->range().end.size <= next) continue;  // a larger one was made of it
        if (run->range().begin != next) {
            return Error(Fault::Integrity, "nothing leads to '" + run->path().string() + "'");
        }
        next = run->range().end.size;
        runs.push_back(run);
    }
    return runs;
}

// Runs that continue one another from the start of the log. A crash may have left those that a
// larger one was made of.
void LeafRuns::take_up(Runs& found) {
    sort_runs(found);
    auto runs = std::make_shared<Runs>();
    std::uint64_t next = 0;
    for (const Run& run : found) {
        if (run->range().begin == next && run->range().end.size > next) {
            next = run->range().end.size;
            runs->push_back(run);
        } else {
            ::unlink(run->path().c_str());
        }
    }
    runs_ = std::move(runs);
}

std::shared_ptr<const LeafRuns::Runs> LeafRuns::all() const {
    const std::lock_guard guard(mutex_);
    return runs_;
}

TreeHead LeafRuns::end() const {
    const std::lock_guard guard(mutex_);
    return runs_->empty() ? TreeHead{0, hash_empty()} : runs_->back()->range().end;
}

Result<void> LeafRuns::append(const LeafRange& range, std::uint64_t most,
                              const LeafRun::Next& next) {
    BOLTSEAL_TRY(std::unique_ptr<LeafRun> run,
                 LeafRun::write(place_of(folder_, range), range, most, next));
    const std::lock_guard guard(mutex_);
    auto runs = std::make_shared<Runs>(*runs_);
    runs->push_back(std::move(run));
    runs_ = std::move(runs);
    ++version_;
    changed_.notify_all();
    return {};
}

Result<void> LeafRuns::clear() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !merging_ || failure_; });
    if (failure_) return *failure_;
    for (const Run& run : *runs_) ::unlink(run->path().c_str());
    runs_ = std::make_shared<Runs>();
    ++version_;
    return {};
}

Result<void> LeafRuns::check() const {
    const std::lock_guard guard(mutex_);
    if (failure_) return *failure_;
    return {};
}

std::size_t LeafRuns::memory() const {
    std::size_t sum = 0;
    const auto runs = all();  // kept while they are looked at
    for (const Run& run : *runs) sum += run->memory();
    return sum;
}

// As many neighbours of about one size as become one.
LeafRuns::Runs LeafRuns::find_mergeable() const {
    const auto level = [this](const Run& run) {
        int number = 0;
        for (std::uint64_t size = run->count() / limits_.smallest; size >= limits_.fan_in;
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

void LeafRuns::run_merger() {
    std::unique_lock lock(mutex_);
    for (;;) {
        Runs parts;
        changed_.wait(lock, [&] {
            parts = find_mergeable();
            return stopping_ || !parts.empty();
        });
        if (stopping_) return;
        merging_ = true;
        lock.unlock();
        const auto merged = merge(parts);
        lock.lock();
        merging_ = false;
        if (merged) {
            replace(parts, *merged);
        } else {
            failure_ = merged.error();
        }
        changed_.notify_all();
        if (failure_) return;
    }
}

void LeafRuns::replace(const Runs& parts, const Run& by) {
    auto runs = std::make_shared<Runs>();
    for (const Run& run : *runs_) {
        if (run == parts.front()) runs->push_back(by);
        if (std::ranges::find(parts, run) == parts.end()) runs->push_back(run);
    }
    runs_ = std::move(runs);
    ++version_;
    for (const Run& part : parts) ::unlink(part->path().c_str());
}

Result<LeafRuns::Run> LeafRuns::merge(const Runs& parts) const {
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
        return sources[a].place > sources[b].place;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> order(later);
    for (std::size_t i = 0; i < sources.size(); ++i) order.push(i);
    const auto next = [&]() -> Result<std::optional<LeafPlace>> {
        if (order.empty()) return std::optional<LeafPlace>();
        const std::size_t number = order.top();
        Source& source = sources[number];
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
