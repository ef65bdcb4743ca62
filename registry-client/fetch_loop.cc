#include "registry-client/fetch_loop.h"

#include "net/url.h"
#include "registry-client/range_answer.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kNote = std::uint64_t{16} << 10;  // a kill loses so much, or 20 ms, at most
constexpr std::uint64_t kMuch = std::uint64_t{256} << 10;  // whatever the time
constexpr unsigned kUnknown = 4;  // connections to a source that has brought nothing yet
constexpr int kRefusals = 3;      // in a row that make a source useless for a blob
constexpr int kBad = 3;  // times that the same bytes may be wrong where there is one source
constexpr auto kClaimEvery = 200ms;
constexpr auto kLookEvery = 100ms;
constexpr auto kReportEvery = 200ms;
constexpr auto kLongestWait = 1h;  // that a server may ask for

std::string name_of(const BlobDigest& digest) {
    return "blob '" + to_string(digest) + "'";
}

std::string seconds_of(std::chrono::steady_clock::duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

// Within one host a redirect may need the login, and is not remembered.
bool is_elsewhere(const std::string& url, const RegistryClient& client) {
    const auto there = parse_url(url);
    return there && authority(*there) != client.host();
}

std::optional<std::chrono::milliseconds> retry_after(const Response& answer,
                                                     const Patience& world) {
    const std::string* value = answer.header("retry-after");
    if (value == nullptr || !world.now) return std::nullopt;
    return parse_retry_after(*value, world.now());
}

}  // namespace

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
        sources_.push_back(std::move(source));
    }
    for (BlobToFetch& wanted : blobs) {
        blobs_.emplace_back();
        blobs_.back().wanted = std::move(wanted);
    }
}

// ---- what there is to fetch, and into what

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
    blob.planned = planner_.add_blob(wanted.size, blob.incoming->have(), blob.incoming->grain());
    by_plan_.push_back(static_cast<std::size_t>(&blob - blobs_.data()));
    return {};
}

Result<void> FetchLoop::claim(Time now) {
    if (now - last_claim_ < kClaimEvery) return {};
    last_claim_ = now;
    for (Blob& blob : blobs_) {
        if (blob.whole || blob.planned) continue;
        BOLTSEAL_CHECK(claim_blob(blob));
    }
    return {};
}

// ---- requests out

bool FetchLoop::may_serve(const Blob& blob, std::size_t source) const {
    return !blob.gone.contains(source) && !blob.tried.contains(source) &&
           (!blob.alone || *blob.alone == source);
}

std::optional<std::size_t> FetchLoop::choose_source(const Blob& blob, Extent extent, Time now,
                                                    std::optional<std::size_t> other_than) const {
    std::optional<std::size_t> best;
    std::pair<int, double> best_score;
    double fastest = 1;
    for (const Source& source : sources_) {
        fastest = std::max(fastest, source.health.rate().value_or(1));
    }
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& source = sources_[i];
        if (!may_serve(blob, i) || i == other_than || source.health.not_before() > now) continue;
        const bool unknown = i > 0 && source.health.bytes() == 0;
        unsigned most = source.health.most_connections();
        if (unknown) most = std::min(most, kUnknown);
        if (source.active >= most) continue;
        const bool last_choice = source.health.is_demoted() || source.ignores_ranges ||
                                 blob.incoming->is_suspect(extent, i);
        const std::pair<int, double> score = {
            last_choice ? 1 : 0, (source.active + 1) / source.health.rate().value_or(fastest)};
        if (best && best_score <= score) continue;
        best = i;
        best_score = score;
    }
    if (!best || best_score.first == 0) return best;
    // Better wait for one that is good than ask one that is not.
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& source = sources_[i];
        const bool good = may_serve(blob, i) && !source.health.is_demoted() &&
                          !source.ignores_ranges && !blob.incoming->is_suspect(extent, i);
        if (good && source.health.row() < 3 && source.health.not_before() < now + 5s) {
            return std::nullopt;
        }
    }
    return best;
}

FetchLoop::Transfer& FetchLoop::start(std::size_t blob, std::size_t source, Extent extent,
                                      bool stream, Time now) {
    Blob& of = blobs_[blob];
    Source& from = sources_[source];
    Transfer transfer{.blob = blob,
                      .source = source,
                      .extent = extent,
                      .at = extent.from,
                      .noted = extent.from,
                      .stream = stream,
                      .detour = {},
                      .token = from.token,
                      .noted_at = now,
                      .start = now,
                      .stall = StallDetector(stall_limits_for(round_trip_), now),
                      .trouble = std::nullopt};
    auto owned = std::make_unique<Transfer>(std::move(transfer));
    Transfer& out = *owned;
    Request request = from.who.client->blob_request(of.wanted.blob.digest);
    if (const auto detour = of.detours.find(source); detour != of.detours.end()) {
        std::erase_if(request.headers, [](const Header& h) { return h.first == "Authorization"; });
        request.url = detour->second.url;
        request.public_only = detour->second.public_only;
        out.detour = request.url;
    }
    if (!stream) {
        request.headers.emplace_back(
            "Range", "bytes=" + std::to_string(extent.from) + "-" + std::to_string(extent.to - 1));
    }
    request.stall_timeout = 0ms;                                 // by our own detector
    request.max_body = std::numeric_limits<std::size_t>::max();  // on_piece knows where it ends
    request.on_head = [this, &out](const Response& head) { return on_head(out, head); };
    request.sink = [this, &out](Bytes piece) { return on_piece(out, piece); };
    if (stream) of.streaming = true;
    ++from.active;
    out.id = http_.start(std::move(request));
    transfers_.emplace(out.id, std::move(owned));
    return out;
}

// What a connection brings in a second where they are best.
double FetchLoop::best_rate() const {
    double out = 0;
    for (const Source& source : sources_) out = std::max(out, source.health.rate().value_or(0));
    return out;
}

bool FetchLoop::dispatch_range(Time now) {
    const auto range = planner_.next(controller_.target(), best_rate());
    if (!range) return false;
    const std::size_t blob = by_plan_[range->blob];
    const auto source = choose_source(blobs_[blob], range->extent, now, std::nullopt);
    if (!source) {
        planner_.give_back(range->blob, range->extent);
        return false;
    }
    if (!sources_[*source].ignores_ranges) {
        start(blob, *source, range->extent, false, now);
        return true;
    }
    planner_.take_rest(range->blob);
    if (blobs_[blob].streaming) return true;  // it brings that, too
    start(blob, *source, {0, blobs_[blob].wanted.blob.size}, true, now);
    return true;
}

// Where nothing is left to ask for, what is slow is asked for once more, elsewhere if possible.
bool FetchLoop::dispatch_help(Time now) {
    std::vector<ActiveRange> active;
    std::vector<Transfer*> who;
    const auto young = std::max<Clock::duration>(4 * round_trip_, 500ms);
    for (const auto& [id, transfer] : transfers_) {
        if (transfer->stream || now - transfer->start < young) continue;
        const std::uint64_t left =
            transfer->extent.to - std::min(transfer->at, transfer->extent.to);
        active.push_back({who.size(), left, transfer->stall.rate(now),
                          transfer->is_helped || transfer->is_help});
        who.push_back(transfer.get());
    }
    const double latency = 2e-6 * static_cast<double>(round_trip_.count());
    const auto help = choose_help(active, std::max(typical_rate(now), best_rate()), latency);
    if (!help) return false;
    Transfer& slow = *who[help->index];
    const Extent extent{slow.at + help->skip, slow.extent.to};
    const Blob& blob = blobs_[slow.blob];
    auto source = choose_source(blob, extent, now, slow.source);
    if (!source) source = choose_source(blob, extent, now, std::nullopt);
    if (!source || sources_[*source].ignores_ranges) return false;
    if (help->skip > 0) slow.extent.to = extent.from;
    slow.is_helped = help->skip == 0;
    start(slow.blob, *source, extent, false, now).is_help = help->skip == 0;
    return true;
}

void FetchLoop::dispatch(Time now) {
    while (transfers_.size() < controller_.target()) {
        if (planner_.unasked() > 0 ? !dispatch_range(now) : !dispatch_help(now)) return;
    }
}

// ---- answers in

void FetchLoop::begin_stream(Transfer& transfer) {
    Blob& blob = blobs_[transfer.blob];
    transfer.stream = true;
    transfer.extent = {0, blob.wanted.blob.size};
    transfer.at = 0;
    transfer.noted = 0;
    blob.streaming = true;
    planner_.take_rest(*blob.planned);
}

Result<void> FetchLoop::on_head(Transfer& transfer, const Response& head) {
    Blob& blob = blobs_[transfer.blob];
    auto holds = check_range_answer(head, transfer.extent, blob.wanted.blob.size);
    if (!holds) {
        transfer.trouble = Trouble::Nonsense;
        return std::move(holds).error();
    }
    transfer.answered = true;
    if (transfer.detour.empty() && is_elsewhere(head.url, *sources_[transfer.source].who.client)) {
        blob.detours[transfer.source] = {head.url, head.public_only};
    }
    if (transfer.stream || holds->to <= transfer.extent.to) {
        if (!transfer.stream && holds->to < transfer.extent.to) {  // the rest is for another
            planner_.give_back(*blob.planned, {holds->to, transfer.extent.to});
            transfer.extent.to = holds->to;
        }
        if (holds->from == transfer.extent.from) return {};
    }
    // All of the blob, though a part was asked for. Who else may have it, is asked first.
    sources_[transfer.source].ignores_ranges = true;
    const bool others = std::any_of(sources_.begin(), sources_.end(), [&](const Source& other) {
        const auto i = static_cast<std::size_t>(&other - sources_.data());
        return may_serve(blob, i) && !other.ignores_ranges && !other.health.is_demoted() &&
               other.health.row() < 3;
    });
    if (blob.streaming || others) {
        transfer.ended = true;
        return Error(Fault::Io, "the server ignores ranges");
    }
    begin_stream(transfer);
    return {};
}

Result<void> FetchLoop::on_piece(Transfer& transfer, Bytes piece) {
    const Time now = Clock::now();
    Blob& blob = blobs_[transfer.blob];
    received_ += piece.size();
    transfer.came += piece.size();
    transfer.stall.on_bytes(now, piece.size());
    sources_[transfer.source].report.bytes += piece.size();
    const std::uint64_t room = transfer.extent.to - transfer.at;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(room, piece.size()));
    std::uint64_t fresh = 0;
    // What is there is never written over: it may be proved.
    for (const Extent& gap : blob.incoming->have().missing({transfer.at, transfer.at + wanted})) {
        const auto from = static_cast<std::size_t>(gap.from - transfer.at);
        auto written = blob.incoming->write(
            gap.from, piece.subspan(from, static_cast<std::size_t>(gap.size())));
        if (!written) {
            fatal_ = std::move(written).error();
            return *fatal_;
        }
        fresh += gap.size();
    }
    refetched_ += piece.size() - fresh;
    if (fresh > 0) {
        last_byte_ = now;
        transfer.fresh += fresh;
        blob.refusals.erase(transfer.source);
        sources_[transfer.source].health.brought(fresh);
    }
    transfer.at += wanted;
    const std::uint64_t unnoted = transfer.at - transfer.noted;
    const bool is_due = unnoted >= kNote && (now - transfer.noted_at >= 20ms || unnoted >= kMuch);
    if (is_due || transfer.at == transfer.extent.to) {
        transfer.noted_at = now;
        note(transfer);
    }
    if (wanted == piece.size()) return {};
    transfer.ended = true;
    return Error(Fault::Io, "the rest comes from elsewhere");
}

// From here on the bytes up to `at` count.
void FetchLoop::note(Transfer& transfer) {
    Blob& blob = blobs_[transfer.blob];
    const Extent extent{transfer.noted, transfer.at};
    if (extent.empty()) return;
    transfer.noted = transfer.at;
    auto noted = blob.incoming->note(extent, transfer.source);
    if (!noted) fatal_ = std::move(noted).error();
    planner_.arrived(*blob.planned, extent);
}

FetchLoop::TransferPtr FetchLoop::take(HttpClient::Id id) {
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return nullptr;
    TransferPtr out = std::move(found->second);
    transfers_.erase(found);
    return out;
}

// What it did not bring is to be had again; nothing is said about why.
void FetchLoop::settle(Transfer& transfer) {
    Blob& blob = blobs_[transfer.blob];
    note(transfer);
    --sources_[transfer.source].active;
    if (transfer.stream) blob.streaming = false;
    const bool elsewhere = transfer.is_help || transfer.is_helped;
    if (transfer.stream || !elsewhere || transfer.at >= transfer.extent.to) {
        planner_.give_back(*blob.planned, {transfer.stream ? 0 : transfer.at, transfer.extent.to});
        return;
    }
    // The other one of the two has the same bytes under way, unless it has gone.
    for (const auto& [id, other] : transfers_) {
        if (other->blob == transfer.blob && (other->is_help || other->is_helped) &&
            other->at <= transfer.at && other->extent.to >= transfer.extent.to) {
            other->is_helped = other->is_help = false;
            return;
        }
    }
    planner_.give_back(*blob.planned, {transfer.at, transfer.extent.to});
}

// Requests for nothing but what is there.
void FetchLoop::drop_covered(std::size_t blob) {
    std::vector<HttpClient::Id> useless;
    for (const auto& [id, transfer] : transfers_) {
        if (transfer->blob != blob || transfer->at >= transfer->extent.to) continue;
        if (blobs_[blob].incoming->have().covers({transfer->at, transfer->extent.to})) {
            useless.push_back(id);
        }
    }
    for (const HttpClient::Id id : useless) {
        http_.cancel(id);
        settle(*take(id));
    }
}

void FetchLoop::finished(HttpClient::Finished done, Time now) {
    const TransferPtr transfer = take(done.id);
    if (!transfer) return;
    const bool was_shared = transfer->is_help || transfer->is_helped;
    settle(*transfer);
    if (was_shared) drop_covered(transfer->blob);
    if (!fatal_) judge(*transfer, std::move(done.answer), now);
}

void FetchLoop::judge(Transfer& transfer, Result<Response> answer, Time now) {
    Blob& blob = blobs_[transfer.blob];
    Source& source = sources_[transfer.source];
    const bool success =
        transfer.ended || (answer && answer->status >= 200 && answer->status <= 299 &&
                           transfer.at >= transfer.extent.to);
    if (success) {
        const double time = std::chrono::duration<double>(now - transfer.start).count();
        if (time > 0 && transfer.came > 0) {
            source.health.measured(static_cast<double>(transfer.came) / time);
        }
        return;
    }
    if (transfer.trouble == Trouble::Nonsense) {
        return refused(transfer, std::move(answer).error(), now);
    }
    // Not the network: an answer that is against the rules, or leads where we must not go.
    if (!answer && answer.error().fault() != Fault::Io) {
        return refused(transfer, std::move(answer).error(), now);
    }
    if (!answer) {
        const Trouble what = transfer.answered ? Trouble::Broken : Trouble::Unreachable;
        return trouble(transfer.source, blob, what, std::move(answer).error(), now);
    }
    if (answer->status >= 200 && answer->status <= 299) {
        Error shorter(Fault::Io, std::to_string(transfer.at - transfer.extent.from) +
                                     " bytes of an answer instead of " +
                                     std::to_string(transfer.extent.size()));
        // A server that cannot start in the middle may always end before there is anything new.
        if (transfer.fresh > 0) {
            return trouble(transfer.source, blob, Trouble::Broken, std::move(shorter), now);
        }
        return refused(transfer, std::move(shorter), now);
    }
    judge_status(transfer, *answer, now);
}

void FetchLoop::judge_status(Transfer& transfer, const Response& answer, Time now) {
    Blob& blob = blobs_[transfer.blob];
    Source& source = sources_[transfer.source];
    const int status = answer.status;
    if (may_repeat_status(status)) {
        source.health.took(source.active + 1);
        if (status == 429 || status == 503) controller_.back_off(now);
        return trouble(transfer.source, blob, Trouble::Busy, refusal_of(answer), now,
                       retry_after(answer, options_.world));
    }
    if (!transfer.detour.empty()) {  // it has expired, most likely: the registry knows another
        const auto known = blob.detours.find(transfer.source);
        if (known == blob.detours.end() || known->second.url != transfer.detour) return;
        blob.detours.erase(known);
        count_refusal(transfer, now);
        if (blob.refusals[transfer.source] < kRefusals) return;
    }
    if (status == 401 && transfer.detour.empty()) {
        if (transfer.token != source.token) return;  // there is a new one since
        auto let_in = source.who.client->answer_challenge(answer);
        if (let_in) {
            ++source.token;
            count_refusal(transfer, now);
            if (blob.refusals[transfer.source] < kRefusals) return;
        } else {
            blob.refusals[transfer.source] = kRefusals;
            return refused(transfer, std::move(let_in).error(), now);
        }
    }
    if (status == 404) blob.refusals[transfer.source] = kRefusals;
    refused(transfer, refusal_of(answer), now);
}

// What was asked before an earlier refusal was heard is a part of that.
void FetchLoop::count_refusal(const Transfer& transfer, Time now) {
    Blob& blob = blobs_[transfer.blob];
    Time& last = blob.refused_at[transfer.source];
    if (transfer.start < last) return;
    last = now;
    ++blob.refusals[transfer.source];
}

// An answer that asking again will hardly change.
void FetchLoop::refused(Transfer& transfer, Error error, Time now) {
    Blob& blob = blobs_[transfer.blob];
    const bool nonsense = transfer.trouble == Trouble::Nonsense;
    count_refusal(transfer, now);
    if (blob.refusals[transfer.source] >= kRefusals) blob.gone.insert(transfer.source);
    trouble(transfer.source, blob, nonsense ? Trouble::Nonsense : Trouble::Refused,
            std::move(error), now);
}

void FetchLoop::trouble(std::size_t source, Blob& blob, Trouble what, Error why, Time now,
                        std::optional<std::chrono::milliseconds> after) {
    Source& from = sources_[source];
    const double dice = options_.world.jitter ? options_.world.jitter() : 0.5;
    from.health.failed(now, what, after, dice);
    if (after) asked_to_wait_ = std::max(asked_to_wait_, from.health.not_before());
    ++from.report.troubles[what];
    ++retries_;
    const Incident incident{from.who.name, blob.wanted.blob.digest, what, why.message()};
    blob.last_error = std::move(why).context(from.who.name + ": " + name_of(incident.blob));
    if (observer_ != nullptr) observer_->on_incident(incident);
}

// ---- what happens with time

void FetchLoop::lost(Blob& blob, Extent extent) {
    refetched_ += extent.size();
    planner_.lost(*blob.planned, extent);
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

void FetchLoop::check_stalls(Time now) {
    const double typical = typical_rate(now);
    std::vector<std::pair<HttpClient::Id, Stall>> stalled;
    for (const auto& [id, transfer] : transfers_) {
        const Stall stall = transfer->stall.check(now, typical);
        if (stall != Stall::None) stalled.emplace_back(id, stall);
    }
    for (const auto& [id, stall] : stalled) {
        http_.cancel(id);
        const TransferPtr transfer = take(id);
        settle(*transfer);
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
        note(*transfer);
    }
}

}  // namespace boltseal
