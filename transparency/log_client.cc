#include "transparency/log_client.h"

#include "core/encoding.h"
#include "net/url.h"
#include "transparency/log_answer.h"
#include "transparency/log_request.h"

#include <algorithm>
#include <map>

namespace boltseal {

namespace {

constexpr std::size_t kMaxLogAnswer = std::size_t{4} << 20;
constexpr std::size_t kMaxPage = std::size_t{16} << 20;
constexpr std::size_t kMaxMessage = 300;
constexpr const char* kEntriesPath = "/api/v1/entries";

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

Request get_request(std::string url, std::size_t limit) {
    Request request;
    request.url = std::move(url);
    request.max_body = limit;
    return request;
}

Result<Buffer> fetch(Transport& transport, const Request& request, const Patience& patience) {
    BOLTSEAL_TRY(Response response, send_with_retries(transport, request, patience));
    if (response.status != 200) return unexpected("'" + request.url + "'", response);
    return std::move(response.body);
}

std::size_t limit_of(const Tile& tile) {
    return tile.kind == Tile::Kind::Hashes ? kTileWidth * TreeHash::kSize : kMaxBundleSize;
}

}  // namespace

HttpTiles::HttpTiles(Transport& transport, std::string url, Patience patience)
    : transport_(transport), url_(without_slash(std::move(url))), patience_(std::move(patience)) {}

Request HttpTiles::request_for(const std::string& path, std::size_t limit) const {
    return get_request(url_ + prefix_ + path, limit);
}

Result<Buffer> HttpTiles::read(const std::string& path, std::size_t limit) {
    return fetch(transport_, request_for(path, limit), patience_);
}

// What is not below the one is looked for below the other, until something was found.
template <typename Read>
Result<Buffer> HttpTiles::find_out(Read read_it) {
    auto bytes = read_it();
    if (!bytes && bytes.error().fault() == Fault::Missing && !is_found_) {
        const std::string before = std::exchange(prefix_, "/");
        auto other = read_it();
        if (!other) prefix_ = before;
        if (other) bytes = std::move(other);
    }
    is_found_ = is_found_ || bytes;
    return bytes;
}

Result<Buffer> HttpTiles::read_tile(const Tile& tile) {
    auto bytes = read(to_path(tile), limit_of(tile));
    if (bytes || tile.is_full() || bytes.error().fault() != Fault::Missing) return bytes;
    BOLTSEAL_TRY(const Buffer full, read(to_path(tile.full()), limit_of(tile)));
    return cut_tile(tile.kind, full, tile.width);
}

Result<Buffer> HttpTiles::get(const Tile& tile) {
    if (auto come = expected_.extract(tile)) return std::move(come.mapped());
    return find_out([&] { return read_tile(tile); });
}

void HttpTiles::expect(std::span<const Tile> tiles) {
    expected_.clear();
    if (!is_found_) (void)get_checkpoint();
    std::vector<Request> requests;
    for (const Tile& tile : tiles) requests.push_back(request_for(to_path(tile), limit_of(tile)));
    auto answers = transport_.send_all(requests);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] || answers[i]->status != 200) continue;
        expected_.emplace(tiles[i], std::move(answers[i]->body));
    }
}

Result<Buffer> HttpTiles::get_checkpoint() {
    return find_out([&] { return read("checkpoint", kMaxNote); });
}

LogClient::LogClient(Transport& transport, std::string url, NoteKey key, Patience patience)
    : transport_(transport),
      url_(without_slash(std::move(url))),
      key_(std::move(key)),
      patience_(std::move(patience)),
      tiles_(transport, url_, patience_) {}

Result<void> LogClient::set_token(std::string token) {
    const auto url = parse_url(url_);
    if (!url || !is_confidential(*url)) {
        return Error(Fault::Config, "a token for the log is sent over https only");
    }
    token_ = std::move(token);
    return {};
}

// An entry that is submitted twice stands in the log once, so unlike other POSTs this may repeat.
Result<Response> LogClient::post(const std::string& path, const char* content_type, Buffer body) {
    Request request;
    request.method = "POST";
    request.url = url_ + path;
    request.headers = {{"Content-Type", content_type}};
    if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
    request.body = std::move(body);
    request.max_body = kMaxLogAnswer;
    return send_with_retries(transport_, request, patience_, Repeatable::Yes);
}

Result<LogEntry> LogClient::submit(const HashedRekord& entry) {
    BOLTSEAL_TRY(const Buffer expected, encode_entry(entry));
    BOLTSEAL_TRY(const std::string body, encode_submission(entry));
    const std::string log = who();
    BOLTSEAL_TRY(const Response response,
                 post("/api/v2/log/entries", "application/json", to_buffer(body)));
    if (response.status != 200 && response.status != 201) return unexpected(log, response);

    auto parsed = parse_json(response.body);
    if (!parsed) return std::move(parsed).error().context("answer of " + log);
    auto answer = parse_log_entry(*parsed);
    if (!answer) return std::move(answer).error().context("answer of " + log);
    auto checked = check_log_entry(*answer, expected, key_);
    if (!checked) return std::move(checked).error().context("answer of " + log);
    return answer;
}

// The places are the log's word until the proof was checked: then they are proved as well.
Result<SubmittedBatch> LogClient::check_batch(const Response& response,
                                              const std::vector<Buffer>& entries) const {
    if (response.status != 200) return unexpected(who(), response);
    BOLTSEAL_TRY(const BatchAnswer answer, parse_batch_answer(response.body));
    if (answer.places.size() != entries.size()) {
        return Error(Fault::Untrusted, "batch of " + std::to_string(entries.size()) +
                                           " entries, answer for " +
                                           std::to_string(answer.places.size()));
    }
    std::map<std::uint64_t, TreeHash> leaves;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const TreeHash leaf = hash_leaf(entries[i]);
        if (leaves.emplace(answer.places[i].index, leaf).first->second == leaf) continue;
        return Error(Fault::Untrusted, "two entries of a batch have one place");
    }
    std::vector<ProvedLeaf> proved;
    for (const auto& [index, leaf] : leaves) proved.push_back({index, leaf});
    BOLTSEAL_TRY(VerifiedCheckpoint checkpoint,
                 check_checkpoint(as_bytes(answer.checkpoint), key_));
    BOLTSEAL_TRY(const std::vector<InclusionProof> proofs,
                 check_batch_proof(proved, answer.proof, checkpoint.head()));
    SubmittedBatch batch{answer.places, {}, std::move(checkpoint)};
    for (const Place& place : answer.places) {
        batch.proofs.push_back(
            *std::ranges::lower_bound(proofs, place.index, {}, &InclusionProof::index));
    }
    return batch;
}

Result<SubmittedBatch> LogClient::submit_batch(const std::vector<HashedRekord>& entries) {
    std::vector<Buffer> expected;
    for (const HashedRekord& entry : entries) {
        BOLTSEAL_TRY(Buffer body, encode_entry(entry));
        expected.push_back(std::move(body));
    }
    BOLTSEAL_TRY(const std::string body, encode_batch(entries));
    BOLTSEAL_TRY(const Response response, post(kEntriesPath, "application/json", to_buffer(body)));
    auto batch = check_batch(response, expected);
    if (!batch) return std::move(batch).error().context("answer of " + who());
    return batch;
}

Result<SubmittedBatch> LogClient::submit_raw(const std::vector<Buffer>& entries) {
    BOLTSEAL_TRY(Buffer body, encode_entry_bundle(entries));
    BOLTSEAL_TRY(const Response response,
                 post(kEntriesPath, "application/octet-stream", std::move(body)));
    auto batch = check_batch(response, entries);
    if (!batch) return std::move(batch).error().context("answer of " + who());
    return batch;
}

Result<LookupAnswer> LogClient::find(const Lookup& lookup, std::uint64_t from) {
    std::string path = "/api/v1/find/" + to_path(lookup);
    if (from != 0) path += "/from/" + std::to_string(from);
    BOLTSEAL_TRY(const Buffer body,
                 fetch(transport_, get_request(url_ + path, kMaxPage), patience_));
    auto answer = parse_lookup_answer(body);
    if (!answer) return std::move(answer).error().context("answer of " + who());
    auto checked = check_lookup_answer(*answer, lookup, key_);
    if (!checked) return std::move(checked).error().context("answer of " + who());
    return answer;
}

Result<TlogProof> LogClient::prove_leaf(const TreeHash& leaf) {
    const std::string path = "/api/v1/proof/leaf/" + to_hex(leaf.bytes());
    BOLTSEAL_TRY(const Buffer body,
                 fetch(transport_, get_request(url_ + path, kMaxLogAnswer), patience_));
    auto proof = parse_tlog_proof(body);
    if (!proof) return std::move(proof).error().context("answer of " + who());
    auto proved = check_tlog_proof(*proof, leaf, key_, WitnessPolicy());
    if (!proved) return std::move(proved).error().context("answer of " + who());
    return proof;
}

Result<VerifiedCheckpoint> LogClient::fetch_checkpoint() {
    BOLTSEAL_TRY(const Buffer note, tiles_.get_checkpoint());
    auto checkpoint = check_checkpoint(note, key_);
    if (!checkpoint) return std::move(checkpoint).error().context("checkpoint of " + who());
    return checkpoint;
}

Result<void> LogClient::check_consistency(const VerifiedCheckpoint& older,
                                          const VerifiedCheckpoint& newer) {
    auto then = Prover(tiles_, newer.head()).head_at(older.head().size);
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
