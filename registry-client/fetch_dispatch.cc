// Requests out: which range next, and whom to ask for it.
#include "net/redirect.h"
#include "registry-client/fetch_loop.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kUnknown = 4;  // connections to a source that has shown nothing yet
// What it must have brought right, where chunks tell: what damages a little damages all of them.
constexpr std::uint64_t kShown = std::uint64_t{1} << 20;
// Of all bytes, so many may be asked of a source once more while it sends them: what waits behind a
// lost packet has arrived, where nobody sees it, and arrives twice.
constexpr double kAskedTwice = 0.04;
constexpr HelpLimits kElsewhere{.times = 1.5, .seconds = 0};  // another source may be much faster

}  // namespace

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
        const bool unknown =
            i > 0 && (blob.incoming->grain() > 0 ? source.health.proved_bytes() < kShown
                                                 : source.health.bytes() == 0);
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
                      .held = {},
                      .stream = stream,
                      .detour = {},
                      .token = from.token,
                      .wrote_at = now,
                      .start = now,
                      .stall = StallDetector(stall_limits_for(round_trip_), now),
                      .trouble = std::nullopt};
    auto owned = std::make_unique<Transfer>(std::move(transfer));
    Transfer& out = *owned;
    Request request = from.who.client->blob_request(of.wanted.blob.digest);
    if (const auto detour = of.detours.find(source); detour != of.detours.end()) {
        drop_private(request.headers);
        request.tls = nullptr;
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

double FetchLoop::all_bytes() const {
    double out = 0;
    for (const Blob& blob : blobs_) out += static_cast<double>(blob.wanted.blob.size);
    return out;
}

// Where nothing is left to ask for, what is slow is shared with another connection, or left to it:
// never fetched by both.
bool FetchLoop::dispatch_help(Time now) {
    std::vector<ActiveRange> active;
    std::vector<Transfer*> who;
    const auto young = std::max<Clock::duration>(4 * round_trip_, 500ms);
    for (const auto& [id, transfer] : transfers_) {
        if (transfer->stream || now - transfer->start < young) continue;
        const std::uint64_t left =
            transfer->extent.to - std::min(transfer->at, transfer->extent.to);
        active.push_back({who.size(), left, transfer->stall.rate(now)});
        who.push_back(transfer.get());
    }
    const double latency = 2e-6 * static_cast<double>(round_trip_.count());
    const HelpLimits limits = sources_.size() > 1 ? kElsewhere : HelpLimits();
    const double rate = std::max(typical_rate(now), best_rate());
    const auto help = choose_help(active, rate, latency, limits);
    if (!help) return false;
    Transfer& slow = *who[help->index];
    const std::size_t blob = slow.blob;
    const Extent extent{slow.at + help->skip, slow.extent.to};
    auto source = choose_source(blobs_[blob], extent, now, slow.source);
    if (!source) source = choose_source(blobs_[blob], extent, now, std::nullopt);
    if (!source || sources_[*source].ignores_ranges) return false;
    if (*source == slow.source) {
        if (static_cast<double>(asked_twice_ + extent.size()) > kAskedTwice * all_bytes()) {
            return false;
        }
        asked_twice_ += extent.size();
    }
    slow.extent.to = extent.from;
    if (help->skip == 0) drop(slow.id);
    start(blob, *source, extent, false, now);
    return true;
}

void FetchLoop::dispatch(Time now) {
    while (transfers_.size() < controller_.target()) {
        if (planner_.unasked() > 0 ? !dispatch_range(now) : !dispatch_help(now)) return;
    }
}

}  // namespace boltseal
