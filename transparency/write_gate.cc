#include "transparency/write_gate.h"

#include "core/encoding.h"
#include "core/json.h"
#include "transparency/write_watch.h"

#include <algorithm>

namespace boltseal {

namespace {

ApiResponse unavailable(std::string_view why) {
    return error_response(503, why);
}

ApiResponse unauthorised(const Error& error, bool had_token) {
    ApiResponse response = error_response(401, error.message());
    response.www_authenticate = had_token ? R"(Bearer realm="boltseal-log", error="invalid_token")"
                                          : R"(Bearer realm="boltseal-log")";
    return response;
}

ApiResponse too_many(std::chrono::seconds wait) {
    ApiResponse response = error_response(429, "too many entries from this client");
    response.retry_after = static_cast<unsigned>(wait.count());
    return response;
}

}  // namespace

// What happened to one write, for its line in the audit trail.
class WriteGate::Watch : public WriteWatch {
public:
    Watch(const WriteGate& gate, const ApiRequest& request, const IpAddress& client,
          std::string token)
        : gate_(gate), path_(request.path), client_(client), token_(std::move(token)) {}

    Result<void> on_signer(const PublicKey& key, Bytes certificate) override {
        if (gate_.rules_.audit) keys_.insert(key_hash(key));
        if (!gate_.rules_.allowed) return {};
        auto allowed = gate_.rules_.allowed->check(key, certificate, gate_.clock_());
        refused_ = !allowed;
        return allowed;
    }

    void on_placed(const std::vector<Place>& places) override {
        for (const Place& place : places) {
            first_ = std::min(first_.value_or(place.index), place.index);
            if (place.is_new) ++fresh_;
        }
        count_ = places.size();
    }

    const IpAddress& client() const { return client_; }
    bool has_refused() const override { return refused_; }
    std::size_t count() const { return count_; }

    std::string line(Timestamp now, int status) const {
        Json::Array keys;
        for (const KeyHash& key : keys_) keys.push_back(to_hex(key.bytes()));
        Json first;
        if (first_) first = *first_;
        return to_json(Json::object({{"time", to_rfc3339(now)},
                                     {"client", to_string(client_)},
                                     {"token", token_.empty() ? Json() : Json(token_)},
                                     {"path", path_},
                                     {"status", status},
                                     {"first", first},
                                     {"count", std::uint64_t{count_}},
                                     {"new", std::uint64_t{fresh_}},
                                     {"keys", std::move(keys)}}));
    }

private:
    const WriteGate& gate_;
    const std::string path_;
    const IpAddress client_;
    const std::string token_;
    std::set<KeyHash> keys_;
    std::optional<std::uint64_t> first_;
    std::size_t count_ = 0;
    std::size_t fresh_ = 0;
    bool refused_ = false;
};

WriteGate::WriteGate(WriteRules rules, WallClock clock, Next next)
    : rules_(std::move(rules)),
      clock_(std::move(clock)),
      next_(std::move(next)),
      watches_(rules_.allowed || rules_.rate || rules_.audit) {
    if (rules_.rate) limiter_.emplace(*rules_.rate);
}

void WriteGate::handle(ApiRequest request, Reply reply) {
    if (request.method == "POST") return handle_write(std::move(request), reply);
    if (request.path == "/readyz" && rules_.audit && rules_.audit->has_failed()) {
        return reply(unavailable("the audit trail cannot be written: takes no entries"));
    }
    next_(std::move(request), std::move(reply));
}

void WriteGate::handle_write(ApiRequest request, const Reply& reply) {
    const IpAddress client = client_of(request);
    std::string token;
    if (auto refused = refuse(request, client, token)) return reply(*std::move(refused));
    if (!watches_) return next_(std::move(request), reply);
    auto watch = std::make_shared<Watch>(*this, request, client, std::move(token));
    request.watch = watch;  // shared with whoever works on the request, until it is answered
    next_(std::move(request), Reply([this, watch, reply](ApiResponse response) {
              finish(*watch, std::move(response), reply);
          }));
}

// Cheapest first. What is refused here leaves no line: an audit file that anybody can fill is a way
// to stop the log.
std::optional<ApiResponse> WriteGate::refuse(const ApiRequest& request, const IpAddress& client,
                                             std::string& token) {
    const auto now = std::chrono::steady_clock::now();
    if (limiter_) {
        if (const auto wait = limiter_->take(network_of(client), now)) return too_many(*wait);
    }
    if (rules_.audit && rules_.audit->has_failed()) {
        return unavailable("the log does not take entries now");
    }
    if (!rules_.tokens) return std::nullopt;
    const auto needed = rules_.tokens->needed(now);
    if (!needed) return unavailable("the log does not take entries now");
    if (!*needed) return std::nullopt;
    auto name = rules_.tokens->check(request.authorization, clock_());
    if (!name) return unauthorised(name.error(), !request.authorization.empty());
    token = *std::move(name);
    return std::nullopt;
}

IpAddress WriteGate::client_of(const ApiRequest& request) const {
    const bool trusted = std::ranges::any_of(
        rules_.trusted_proxies, [&](const IpRange& range) { return range.contains(request.peer); });
    if (!trusted) return request.peer;
    std::string_view last = request.forwarded_for;
    if (const auto comma = last.rfind(','); comma != last.npos) last.remove_prefix(comma + 1);
    while (last.starts_with(' ') || last.starts_with('\t')) last.remove_prefix(1);
    const auto address = parse_ip_address(last);
    return address ? *address : request.peer;
}

void WriteGate::finish(const Watch& watch, ApiResponse response, const Reply& reply) {
    if (limiter_ && watch.count() > 1)
        limiter_->charge(network_of(watch.client()), watch.count() - 1);
    if (!rules_.audit) return reply(std::move(response));
    auto line = watch.line(clock_(), response.status);
    auto answer = std::make_shared<ApiResponse>(std::move(response));
    rules_.audit->write(std::move(line), [answer, reply](bool written) {
        reply(written ? std::move(*answer) : unavailable("the log does not take entries now"));
    });
}

}  // namespace boltseal
