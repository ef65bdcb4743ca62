#include "registry-client/fetch_loop.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr int kBad = 3;  // times that the same bytes may be wrong where there is one source
constexpr auto kClaimEvery = 200ms;
constexpr auto kLookEvery = 100ms;
constexpr auto kReportEvery = 200ms;
constexpr std::size_t kMany = 4;   // connections that do not all stall by themselves at once
constexpr auto kQuiet = 1s;        // without a byte on any of them
constexpr auto kLongestWait = 1h;  // that a server may ask for

std::string seconds_of(std::chrono::steady_clock::duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

std::string name_of(const BlobDigest& digest) {
    return "blob '" + to_string(digest) + "'";
}

FetchLoop::FetchLoop(HttpClient& http, LayoutStore& layout, std::vector<BlobToFetch> blobs,
                     std::vector<BlobSource> sources, const FetchOptions& options,
                     FetchObserver* observer)
    : http_(http),
      layout_(layout),
      options_(options),
      observer_(observer),
      round_trip_(http.connect_time(sources.front().client->host()).value_or(50ms)),
      begin_(Clock::now()),
      controller_(concurrency_for(round_trip_, options.most_connections), begin_),
      last_received_(begin_),
      last_byte_(begin_),
      asked_to_wait_(begin_),
      last_claim_(begin_ - kClaimEvery),
      last_look_(begin_),
      last_report_(begin_),
      pool_(2, [&http] { http.wake(); }) {
    for (BlobSource& who : sources) {
        Source source;
        source.report.name = who.name;
        source.who = std::move(who);
        source.health = SourceHealth(options_.world.policy);
        if (source.who.is_distrusted) source.health.distrust();
        sources_.push_back(std::move(source));
    }
    for (BlobToFetch& wanted : blobs) {
        blobs_.emplace_back();
        blobs_.back().wanted = std::move(wanted);
    }
}

bool FetchLoop::is_over() const {
    return std::all_of(blobs_.begin(), blobs_.end(), [](const Blob& blob) { return blob.whole; });
}

void FetchLoop::mark_whole(Blob& blob) {
    blob.whole = true;
    layout_.mark_proved(blob.wanted.blob.digest);
}

// A blob that another process has is waited for, and looked at again: it may be there then.
Result<void> FetchLoop::claim_blob(Blob& blob) {
    const Descriptor& wanted = blob.wanted.blob;
    const auto nowhere = [](Bytes) { return Result<void>(); };
    if (layout_.get_blob(wanted, nowhere)) {
        reused_ += wanted.size;
        last_byte_ = Clock::now();
        mark_whole(blob);
        return {};
    }
    BOLTSEAL_TRY(OpenFile folder, layout_.make_blob_folder(wanted.digest.algorithm()));
    BOLTSEAL_TRY(auto partial, PartialBlob::open(folder.get(), wanted, read_boot_id()));
    if (!partial) {
        last_byte_ = Clock::now();  // the other one is at work
        return {};
    }
    folders_.push_back(std::move(folder));
    if (layout_.get_blob(wanted, nowhere)) {  // it was placed in between
        mark_whole(blob);
        partial->discard();
        return {};
    }
    blob.incoming =
        std::make_unique<IncomingBlob>(wanted, std::move(*partial), blob.wanted.chunks, pool_);
    reused_ += blob.incoming->have().size();
    bring_local(blob);
    if (blob.awaited == 0) plan(blob);
    return {};
}

void FetchLoop::plan(Blob& blob) {
    // Whose fault a wrong chunk is, is plain only if it comes from one source.
    const std::uint64_t grain = sources_.size() > 1 ? blob.incoming->grain() : 0;
    blob.planned = planner_.add_blob(blob.wanted.blob.size, blob.incoming->have(), grain);
    by_plan_.push_back(static_cast<std::size_t>(&blob - blobs_.data()));
}

Result<void> FetchLoop::claim(Time now) {
    if (now - last_claim_ < kClaimEvery) return {};
    last_claim_ = now;
    for (Blob& blob : blobs_) {
        if (blob.whole || blob.incoming) continue;
        BOLTSEAL_CHECK(claim_blob(blob));
    }
    return {};
}

void FetchLoop::lost(Blob& blob, Extent extent) {
    refetched_ += extent.size();
    if (blob.planned) planner_.lost(*blob.planned, extent);
    if (extent.size() == blob.wanted.blob.size) {
        // Who was wrong shows when all of it comes from one source.
        blob.alone = std::nullopt;
        for (std::size_t i = sources_.size(); i-- > 0;) {
            if (may_serve(blob, i)) blob.alone = i;
        }
        return;
    }
    const auto most = kBad * static_cast<int>(sources_.size());
    if (++blob.bad[extent.from] < most || fatal_) return;
    fatal_ = Error(Fault::Integrity, name_of(blob.wanted.blob.digest) + ": bytes from " +
                                         std::to_string(extent.from) +
                                         " on are damaged wherever they are fetched from");
}

void FetchLoop::handle(Blob& blob, const BlobFinding& finding, Time now) {
    if (Local* const local = local_of(finding.source)) return handle_local(blob, *local, finding);
    switch (finding.kind) {
        case BlobFinding::Kind::Whole:
            return mark_whole(blob);
        case BlobFinding::Kind::Failed:
            fatal_ = finding.error;
            return;
        case BlobFinding::Kind::Lost:
            return lost(blob, finding.extent);
        case BlobFinding::Kind::Hopeless:
            blob.tried.insert(finding.source);
            return;
        case BlobFinding::Kind::Right:
            if (finding.source != kEarlierRun) {
                sources_[finding.source].health.proved(finding.extent.size());
            }
            return;
        case BlobFinding::Kind::Came:  // from this machine: handle_local has them
        case BlobFinding::Kind::Absent:
            return;
        case BlobFinding::Kind::Blamed:
            break;
    }
    if (finding.source == kEarlierRun) return;
    trouble(finding.source, blob, Trouble::Damaged,
            Error(Fault::Integrity, "bytes " + std::to_string(finding.extent.from) + "-" +
                                        std::to_string(finding.extent.to - 1) +
                                        " are not those of the blob"),
            now);
}

void FetchLoop::pump(Time now) {
    pool_.run_finished();
    for (Blob& blob : blobs_) {
        if (!blob.incoming || blob.whole) continue;
        blob.incoming->pump(now);
        for (const BlobFinding& finding : blob.incoming->take_findings()) {
            handle(blob, finding, now);
        }
    }
}

double FetchLoop::typical_rate(Time now) const {
    std::vector<double> rates;
    for (const auto& [id, transfer] : transfers_) {
        if (transfer->answered) rates.push_back(transfer->stall.rate(now));
    }
    if (rates.size() < 3) return 0;
    const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
    std::nth_element(rates.begin(), middle, rates.end());
    return *middle;
}

// Where many bring nothing at once, it is the line.
bool FetchLoop::is_line_dead(Time now) const {
    return transfers_.size() >= kMany && now - last_received_ > kQuiet;
}

// On a dead line one is given up, to ask anew whether the line is there again. The others go on
// when it is: what has arrived behind a lost packet would be lost with them.
void FetchLoop::check_stalls(Time now) {
    const double typical = typical_rate(now);
    std::vector<std::pair<HttpClient::Id, Stall>> stalled;
    for (const auto& [id, transfer] : transfers_) {
        const Stall stall = transfer->stall.check(now, typical);
        if (stall != Stall::None) stalled.emplace_back(id, stall);
    }
    if (is_line_dead(now) && stalled.size() > 1) {
        for (std::size_t i = 1; i < stalled.size(); ++i) {
            transfers_.at(stalled[i].first)->stall.excuse(now);
        }
        stalled.resize(1);
    }
    for (const auto& [id, stall] : stalled) {
        const TransferPtr transfer = drop(id);
        const char* why = stall == Stall::NoAnswer ? "no answer"
                          : stall == Stall::Silent ? "no byte for too long"
                                                   : "next to nothing comes";
        trouble(transfer->source, blobs_[transfer->blob], Trouble::Stalled, Error(Fault::Io, why),
                now);
    }
}

void FetchLoop::report_progress(Time now) {
    const double time = std::chrono::duration<double>(now - last_report_).count();
    const double lately = static_cast<double>(received_ - reported_bytes_) / time;
    goodput_ = goodput_ > 0 ? goodput_ * 0.7 + lately * 0.3 : lately;
    last_report_ = now;
    reported_bytes_ = received_;
    if (observer_ == nullptr) return;
    FetchProgress out;
    for (const Blob& blob : blobs_) {
        const Descriptor& wanted = blob.wanted.blob;
        std::uint64_t done = blob.whole ? wanted.size : 0;
        if (!blob.whole && blob.incoming) done = blob.incoming->have().size();
        out.blobs.push_back({wanted.digest, wanted.size, done});
        out.done += done;
        out.total += wanted.size;
    }
    out.goodput = goodput_;
    out.connections = static_cast<unsigned>(transfers_.size());
    out.retries = retries_;
    out.refetched = refetched_;
    if (transfers_.empty() && asked_to_wait_ > now) {
        out.waiting = std::chrono::duration_cast<std::chrono::milliseconds>(asked_to_wait_ - now);
    }
    observer_->on_progress(out);
}

Error FetchLoop::nothing_left(const Blob& blob) const {
    const std::string name = name_of(blob.wanted.blob.digest);
    if (!blob.tried.empty()) {
        return Error(Fault::Integrity,
                     name + ": no source has the right bytes: " +
                         (blob.last_error ? blob.last_error->message() : std::string()));
    }
    return blob.last_error.value_or(Error(Fault::Missing, name + " cannot be had"));
}

std::optional<Error> FetchLoop::reason_to_give_up(Time now) const {
    const Blob* lacking = nullptr;
    Time soonest = Time::max();
    for (const Blob& blob : blobs_) {
        if (!blob.planned || blob.whole || planner_.is_complete(*blob.planned)) continue;
        if (lacking == nullptr || blob.last_error) lacking = &blob;
        bool served = false;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (!may_serve(blob, i)) continue;
            served = true;
            soonest = std::min(soonest, sources_[i].health.not_before());
        }
        if (!served && !blob.streaming) return nothing_left(blob);
    }
    const auto because = [&](std::string what) {
        if (lacking != nullptr && lacking->last_error) {
            what += "; last: " + lacking->last_error->message();
        }
        return Error(Fault::Io, std::move(what))
            .with_hint("what has come is kept: the same command goes on from there");
    };
    const bool limited = options_.deadline.count() > 0;
    if (limited && now - begin_ >= options_.deadline) {
        return because("the deadline of " + seconds_of(options_.deadline) + " is over");
    }
    if (lacking == nullptr) return std::nullopt;
    if (transfers_.empty() && soonest != Time::max() && soonest > now) {
        const bool asked = asked_to_wait_ > now;
        if (asked && limited && soonest > begin_ + options_.deadline) {
            return because("asked to wait for " + seconds_of(soonest - now) +
                           ", beyond the deadline");
        }
        if (asked && soonest > now + kLongestWait) {
            return because("asked to wait for " + seconds_of(soonest - now));
        }
    }
    if (now - std::max(last_byte_, asked_to_wait_) > options_.patience) {
        return because("nothing has come for " + seconds_of(options_.patience));
    }
    return std::nullopt;
}

FetchReport FetchLoop::make_report() const {
    FetchReport out;
    out.bytes = received_;
    out.reused = reused_;
    out.refetched = refetched_;
    out.retries = retries_;
    for (const Source& source : sources_) out.sources.push_back(source.report);
    for (const BlobShelf* shelf : options_.shelves) {
        ShelfReport report{shelf->name(), 0, 0};
        for (const Local& local : locals_) {
            if (local.blob.shelf != shelf) continue;
            report.bytes += local.bytes;
            report.chunks += local.chunks;
        }
        out.shelves.push_back(std::move(report));
    }
    return out;
}

Result<FetchReport> FetchLoop::run() {
    for (;;) {
        Time now = Clock::now();
        BOLTSEAL_CHECK(claim(now));
        dispatch(now);
        pump(now);
        if (fatal_) return *fatal_;
        if (is_over()) break;
        if (auto why = reason_to_give_up(now)) return *std::move(why);
        for (auto& done : http_.wait(50ms)) finished(std::move(done), Clock::now());
        now = Clock::now();
        if (now - last_look_ >= kLookEvery) {
            last_look_ = now;
            check_stalls(now);
        }
        const bool busy = planner_.unasked() > 0 && transfers_.size() >= controller_.target();
        controller_.tick(now, received_, busy);
        if (now - last_report_ >= kReportEvery) report_progress(now);
    }
    if (Clock::now() > last_report_) report_progress(Clock::now());
    return make_report();
}

// What has come is written down for the next run.
FetchLoop::~FetchLoop() {
    for (const auto& [id, transfer] : transfers_) {
        http_.cancel(id);
        write(*transfer);
    }
    for (const Local& local : locals_) {
        if (local.is_named) local.blob.shelf->drop(local.blob.digest);
    }
}

}  // namespace boltseal
