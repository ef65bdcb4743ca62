// Answers in: what of them is believed, and what follows from one that is not.
#include "net/url.h"
#include "registry-client/fetch_loop.h"
#include "registry-client/range_answer.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

// A kill loses so much of each connection, or what came in 20 ms, at most. In whole blocks of the
// file bytes cost the system half of what they do in pieces as they come. In larger ones it needs
// more than eight pages in a row, which a virtual machine may have given back to its host.
constexpr std::size_t kBlock = std::size_t{32} << 10;
constexpr std::size_t kWorthWriting = std::size_t{16} << 10;
constexpr int kRefusals = 3;  // in a row that make a source useless for a blob

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

void FetchLoop::begin_stream(Transfer& transfer) {
    Blob& blob = blobs_[transfer.blob];
    transfer.stream = true;
    transfer.extent = {0, blob.wanted.blob.size};
    transfer.at = 0;
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
        if (!transfer.stream) blob.refusals.erase(transfer.source);
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
    if (is_line_dead(now)) {  // until now: TCP's next try may take as long again
        for (const auto& [id, other] : transfers_)
            other->stall.excuse(now + (now - last_received_));
    }
    last_received_ = now;
    transfer.stall.on_bytes(now, piece.size());
    sources_[transfer.source].report.bytes += piece.size();
    const std::uint64_t room = transfer.extent.to - transfer.at;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(room, piece.size()));
    std::uint64_t fresh = 0;
    for (const Extent& gap : blob.incoming->have().missing({transfer.at, transfer.at + wanted})) {
        fresh += gap.size();
    }
    refetched_ += piece.size() - fresh;
    if (fresh > 0) {
        last_byte_ = now;
        transfer.fresh += fresh;
        blob.refusals.erase(transfer.source);
        sources_[transfer.source].health.brought(fresh);
    }
    hold(transfer, piece.first(wanted), now);
    if (fatal_) return *fatal_;
    if (wanted == piece.size()) return {};
    transfer.ended = true;
    return Error(Fault::Io, "the rest comes from elsewhere");
}

void FetchLoop::hold(Transfer& transfer, Bytes bytes, Time now) {
    while (!bytes.empty()) {
        const std::size_t room = kBlock - static_cast<std::size_t>(transfer.at % kBlock);
        const Bytes part = bytes.first(std::min(room, bytes.size()));
        transfer.held.insert(transfer.held.end(), part.begin(), part.end());
        transfer.at += part.size();
        bytes = bytes.subspan(part.size());
        const bool is_due =
            transfer.held.size() >= kWorthWriting && now - transfer.wrote_at >= 20ms;
        if (transfer.at % kBlock != 0 && transfer.at != transfer.extent.to && !is_due) continue;
        transfer.wrote_at = now;
        write(transfer);
    }
}

// From here on the bytes up to `at` count.
void FetchLoop::write(Transfer& transfer) {
    if (transfer.held.empty()) return;
    Blob& blob = blobs_[transfer.blob];
    const Extent extent{transfer.at - transfer.held.size(), transfer.at};
    auto written = blob.incoming->write(extent.from, transfer.held, transfer.source);
    transfer.held.clear();
    if (!written) fatal_ = std::move(written).error();
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
    write(transfer);
    --sources_[transfer.source].active;
    if (transfer.stream) blobs_[transfer.blob].streaming = false;
    const std::uint64_t from = transfer.stream ? 0 : transfer.at;
    planner_.give_back(*blobs_[transfer.blob].planned, {from, transfer.extent.to});
}

FetchLoop::TransferPtr FetchLoop::drop(HttpClient::Id id) {
    http_.cancel(id);
    TransferPtr out = take(id);
    settle(*out);
    return out;
}

void FetchLoop::finished(HttpClient::Finished done, Time now) {
    const TransferPtr transfer = take(done.id);
    if (!transfer) return;
    settle(*transfer);
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
}  // namespace boltseal
