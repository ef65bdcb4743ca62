#include "registry-client/auth.h"

#include "core/encoding.h"
#include "core/json.h"
#include "net/url.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxToken = std::size_t{64} << 10;
constexpr std::uint64_t kLongestLife = 86'400;  // seconds; whoever says more is asked again anyway

std::string query(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        out += name + "=" + percent_encode(value);
    }
    return out;
}

// The token goes into a header: visible ASCII, and not endless.
bool is_usable_token(std::string_view token) {
    return !token.empty() &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<std::string> token_of(const Json& json) {
    for (const std::string_view name : {"token", "access_token"}) {
        const Json* token = json.find(name);
        if (token == nullptr || !token->is_string() || token->as_string()->empty()) continue;
        if (is_usable_token(*token->as_string())) return *token->as_string();
        return Error(Fault::Malformed, "token has characters that no header may have");
    }
    return Error(Fault::Malformed, "answer has no token");
}

// A tenth of its life is left then, and no less than it takes to ask on a bad path. Tokens that
// live shorter, or do not say how long, are good until they are refused.
std::optional<std::chrono::seconds> time_to_renewal(const Json& json) {
    const Json* life = json.find("expires_in");
    const auto seconds = life ? life->as_uint() : std::nullopt;
    if (!seconds) return std::nullopt;
    const std::chrono::seconds good(std::min(*seconds, kLongestLife));
    const auto left = std::max<std::chrono::seconds>(good / 10, 10s);
    if (good < 2 * left) return std::nullopt;
    return good - left;
}

// CVE-2026-24845, CVE-2026-33540: the realm is the registry's word, and credentials go there.
Result<Url> check_realm(const std::string& realm, const Url& registry) {
    auto url = parse_url(realm);
    if (!url) return std::move(url).error().context("realm of the token service");
    const bool from_plain = registry.scheme == "http";
    const bool stays = from_plain && (url->host == registry.host || is_loopback_host(url->host));
    if (url->scheme != "https" && !from_plain) {
        return Error(Fault::Malformed, "realm of the token service is not https");
    }
    if (is_local_host(url->host) && !is_local_host(registry.host)) {
        return Error(Fault::Malformed, "realm of the token service is a local address");
    }
    if (url->scheme != "https" && !stays) {
        return Error(Fault::Malformed,
                     "realm of the token service is on another host, and is not https");
    }
    return url;
}

}  // namespace

Authenticator::Authenticator(Transport& transport, std::string origin,
                             std::optional<Credential> credential, Patience patience, Clock clock)
    : transport_(&transport),
      origin_(std::move(origin)),
      credential_(std::move(credential)),
      patience_(std::move(patience)),
      clock_(std::move(clock)) {}

std::string Authenticator::authorization(const std::string& scope) {
    if (const auto found = tokens_.find(scope); found != tokens_.end()) {
        Token& token = found->second;
        if (token.renew_at && *token.renew_at <= clock_()) {
            token.renew_at.reset();  // asked once; after that the registry says when it is over
            if (auto renewed = fetch_token(Challenge(token.challenge), scope)) {
                token = *std::move(renewed);
            }
        }
        return "Bearer " + token.text;
    }
    if (credential_ && !credential_->registry_token.empty()) {
        return "Bearer " + credential_->registry_token;
    }
    if (!basic_) return {};
    return "Basic " + to_base64(as_bytes(credential_->username + ":" + credential_->password));
}

Result<void> Authenticator::answer(const Response& refusal, const std::string& scope) {
    std::vector<Challenge> challenges;
    for (const auto& [name, value] : refusal.headers) {
        if (name != "www-authenticate") continue;
        BOLTSEAL_TRY(auto more, parse_challenges(value));
        challenges.insert(challenges.end(), more.begin(), more.end());
    }
    tokens_.erase(scope);
    for (const Challenge& challenge : challenges) {
        if (challenge.scheme != "bearer") continue;
        BOLTSEAL_TRY(tokens_[scope], fetch_token(challenge, scope));
        return {};
    }
    const bool asks_basic = std::any_of(challenges.begin(), challenges.end(),
                                        [](const auto& c) { return c.scheme == "basic"; });
    const bool have_password = credential_ && !credential_->username.empty();
    if (!asks_basic) return Error(Fault::Declined, "registry asks for no known kind of login");
    if (!have_password) {
        return Error(Fault::Declined, "registry wants a user name and password")
            .with_hint(
                "log in with a tool that writes ~/.docker/config.json, such as 'docker login'");
    }
    if (basic_) return Error(Fault::Declined, "registry refused the user name and password");
    basic_ = true;
    return {};
}

Result<Request> Authenticator::token_request(const Challenge& challenge,
                                             const std::string& scope) const {
    const auto param = [&](const std::string& name) {
        const auto found = challenge.params.find(name);
        return found == challenge.params.end() ? std::string() : found->second;
    };
    BOLTSEAL_TRY(const Url registry, parse_url(origin_));
    BOLTSEAL_TRY(const Url realm, check_realm(param("realm"), registry));
    std::string scopes = param("scope");  // first what the registry wants: some read only one
    if (scopes.empty()) scopes = scope;
    Request request;
    request.url = to_string(realm);
    if (same_origin(realm, registry)) request.tls = tls_;
    request.max_body = kMaxToken;
    std::vector<std::pair<std::string, std::string>> pairs;
    if (!param("service").empty()) pairs.emplace_back("service", param("service"));
    if (credential_ && !credential_->identity_token.empty()) {
        pairs.insert(pairs.end(), {{"grant_type", "refresh_token"},
                                   {"refresh_token", credential_->identity_token},
                                   {"client_id", "boltseal"},
                                   {"scope", scopes}});
        request.method = "POST";
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        request.body = to_buffer(query(pairs));
        return request;
    }
    pairs.emplace_back("scope", scopes);
    if (scopes != scope) pairs.emplace_back("scope", scope);
    if (credential_ && !credential_->username.empty()) {
        pairs.emplace_back("account", credential_->username);
        const std::string login = credential_->username + ":" + credential_->password;
        request.headers = {{"Authorization", "Basic " + to_base64(as_bytes(login))}};
    }
    request.url += (realm.target.find('?') == std::string::npos ? "?" : "&") + query(pairs);
    return request;
}

Result<Authenticator::Token> Authenticator::fetch_token(const Challenge& challenge,
                                                        const std::string& scope) {
    const Time asked = clock_();
    BOLTSEAL_TRY(const Request request, token_request(challenge, scope));
    BOLTSEAL_TRY(const Response response, send_with_retries(*transport_, request, patience_));
    const std::string status = std::to_string(response.status);
    if (response.status == 400 || response.status == 401 || response.status == 403) {
        return Error(Fault::Declined, "token service refused with status " + status);
    }
    if (response.status != 200) {
        return Error(Fault::Io, "token service answered with status " + status);
    }
    auto json = parse_json(response.body, {.max_bytes = kMaxToken});
    auto text = json ? token_of(*json) : std::move(json).error();
    if (!text) return std::move(text).error().context("token service");
    Token token{*std::move(text), challenge, std::nullopt};
    if (const auto wait = time_to_renewal(*json)) token.renew_at = asked + *wait;
    return token;
}

}  // namespace boltseal
