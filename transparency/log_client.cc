#include "transparency/log_client.h"

#include "net/url.h"
#include "transparency/log_request.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxCheckpoint = std::size_t{1} << 20;
constexpr std::size_t kMaxAnswer = std::size_t{4} << 20;
constexpr std::size_t kMaxMessage = 300;

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

// What the server says of itself, as text that is safe to show; empty if it says nothing.
std::string message_of(const Response& response) {
    const auto json = parse_json(response.body, JsonLimits{std::size_t{64} << 10, 8});
    const Json* const member = json ? json->find("message") : nullptr;
    if (!member || !member->is_string()) return "";
    std::string text = member->as_string()->substr(0, kMaxMessage);
    for (char& c : text) {
        if (c < 0x20 || c > 0x7e) c = '?';
    }
    return ": " + text;
}

// The fault says whether asking again later may help.
Error unexpected(const std::string& what, const Response& response) {
    const std::string text =
        what + " answered " + std::to_string(response.status) + message_of(response);
    if (response.status == 404) return Error(Fault::Missing, text);
    const bool passing = response.status == 408 || response.status == 429 || response.status >= 500;
    return Error(passing ? Fault::Io : Fault::Declined, text);
}

Result<Buffer> fetch(Transport& transport, const std::string& url, std::size_t limit,
                     const Patience& patience) {
    Request request;
    request.url = url;
    request.max_body = limit;
    BOLTSEAL_TRY(Response response, send_with_retries(transport, request, patience));
    if (response.status != 200) return unexpected("'" + url + "'", response);
    return std::move(response.body);
}

}  // namespace

Result<Buffer> HttpTiles::get(const Tile& tile) {
    const auto get = [&](const Tile& wanted) {
        return fetch(
            transport_, url_ + "/api/v2/" + to_path(wanted),
            tile.kind == Tile::Kind::Hashes ? kTileWidth * TreeHash::kSize : kMaxBundleSize,
            patience_);
    };
    auto bytes = get(tile);
    if (bytes || tile.is_full() || bytes.error().fault() != Fault::Missing) return bytes;
    BOLTSEAL_TRY(const Buffer full, get(tile.full()));
    return cut_tile(tile.kind, full, tile.width);
}

LogClient::LogClient(Transport& transport, std::string url, NoteKey key, Patience patience)
    : transport_(transport),
      url_(without_slash(std::move(url))),
      key_(std::move(key)),
      patience_(std::move(patience)) {}

Result<void> LogClient::set_token(std::string token) {
    const auto url = parse_url(url_);
    if (!url || (url->scheme != "https" && !is_loopback_host(url->host))) {
        return Error(Fault::Config, "a token for the log is sent over https only");
    }
    token_ = std::move(token);
    return {};
}

// An entry that is submitted twice stands in the log once, so unlike other POSTs this may repeat.
Result<Response> LogClient::post(const Request& request) {
    for (int attempt = 1;; ++attempt) {
        auto response = transport_.send(request);
        const bool again = response ? may_repeat_status(response->status)
                                    : may_repeat_fault(response.error().fault());
        if (!again || !patience_.sleep) return response;
        std::optional<std::chrono::milliseconds> asked;
        const std::string* const header = response ? response->header("retry-after") : nullptr;
        if (header)
            asked = parse_retry_after(*header, patience_.now ? patience_.now() : Timestamp{});
        const auto delay = retry_delay(patience_.policy, attempt, asked,
                                       patience_.jitter ? patience_.jitter() : 0.5);
        if (!delay) return response;
        patience_.sleep(*delay);
    }
}

Result<LogEntry> LogClient::submit(const HashedRekord& entry) {
    BOLTSEAL_TRY(const Buffer expected, encode_entry(entry));
    BOLTSEAL_TRY(const std::string body, encode_submission(entry));
    Request request;
    request.method = "POST";
    request.url = url_ + "/api/v2/log/entries";
    request.headers = {{"Content-Type", "application/json"}};
    if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
    request.body = to_buffer(body);
    request.max_body = kMaxAnswer;
    const std::string log = "log '" + key_.name + "'";
    BOLTSEAL_TRY(const Response response, post(request));
    if (response.status != 200 && response.status != 201) return unexpected(log, response);

    auto parsed = parse_json(response.body);
    if (!parsed) return std::move(parsed).error().context("answer of " + log);
    auto answer = parse_log_entry(*parsed);
    if (!answer) return std::move(answer).error().context("answer of " + log);
    auto checked = check_log_entry(*answer, expected, key_);
    if (!checked) return std::move(checked).error().context("answer of " + log);
    return answer;
}

Result<VerifiedCheckpoint> LogClient::fetch_checkpoint() {
    BOLTSEAL_TRY(const Buffer note,
                 fetch(transport_, url_ + "/api/v2/checkpoint", kMaxCheckpoint, patience_));
    auto checkpoint = check_checkpoint(note, key_);
    if (!checkpoint) {
        return std::move(checkpoint).error().context("checkpoint of log '" + key_.name + "'");
    }
    return checkpoint;
}

Result<void> LogClient::check_consistency(const VerifiedCheckpoint& older,
                                          const VerifiedCheckpoint& newer) {
    HttpTiles tiles(transport_, url_, patience_);
    auto then = Prover(tiles, newer.head()).head_at(older.head().size);
    if (!then && then.error().fault() == Fault::Missing) BOLTSEAL_CHECK(check_not_shrunk(newer));
    if (!then) return std::move(then).error().context("history of log '" + key_.name + "'");
    if (*then == older.head()) return {};
    return two_histories(newer.origin(), then->size, then->root, older.head().root);
}

// A log that has not what it has once shown may be behind, or may have been rolled back: what it
// signs now tells.
Result<void> LogClient::check_not_shrunk(const VerifiedCheckpoint& seen) {
    BOLTSEAL_TRY(const VerifiedCheckpoint now, fetch_checkpoint());
    if (now.head().size >= seen.head().size) return {};
    return Error(Fault::Untrusted, "log '" + key_.name + "' has shrunk: it shows " +
                                       std::to_string(now.head().size) + " entries now, and has " +
                                       "shown " + std::to_string(seen.head().size) + " before");
}

}  // namespace boltseal
