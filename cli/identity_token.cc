#include "cli/identity_token.h"

#include "cli/network.h"
#include "core/file.h"
#include "core/json.h"
#include "net/url.h"
#include "transparency/fulcio_client.h"

#include <cstdlib>

namespace boltseal {

namespace {

std::string setting(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

Result<std::string> read_token_file(const std::filesystem::path& file) {
    auto bytes = read_file(file, kMaxIdentityToken);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    const std::string_view text = as_text(*bytes);
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    return std::string(text.substr(0, end == text.npos ? 0 : end + 1));
}

Result<std::string> answer_of_actions(Transport& transport, const std::string& url,
                                      const std::string& bearer) {
    BOLTSEAL_TRY(const Url parsed, parse_url(url));
    if (!is_confidential(parsed)) {
        return Error(Fault::Config, "tokens are asked for over https only");
    }
    Request request;
    request.url = url + (url.find('?') == url.npos ? "?" : "&") + "audience=sigstore";
    request.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + bearer}};
    request.max_body = kMaxIdentityToken;
    BOLTSEAL_TRY(const Response response, send_with_retries(transport, request, real_patience()));
    if (response.status != 200) {
        return Error(Fault::Io, "it answered " + std::to_string(response.status));
    }
    BOLTSEAL_TRY(const Json json, parse_json(response.body, JsonLimits{kMaxIdentityToken, 4}));
    BOLTSEAL_TRY(const std::string* const value, json.string_at("value"));
    return *value;
}

}  // namespace

Result<std::string> read_identity_token(const std::filesystem::path& file, Transport& transport) {
    if (!file.empty()) return read_token_file(file);
    if (std::string token = setting("SIGSTORE_ID_TOKEN"); !token.empty()) return token;
    const std::string url = setting("ACTIONS_ID_TOKEN_REQUEST_URL");
    const std::string bearer = setting("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    if (url.empty() || bearer.empty()) {
        return Error(Fault::Config, "no token that says who signs")
            .with_hint(
                "give --identity-token or set SIGSTORE_ID_TOKEN; in GitHub Actions, let the job "
                "have one with 'permissions: id-token: write'");
    }
    auto token = answer_of_actions(transport, url, bearer);
    if (token) return token;
    return std::move(token).error().context("token of GitHub Actions");
}

}  // namespace boltseal
