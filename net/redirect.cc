#include "net/redirect.h"

namespace boltseal {

namespace {

bool is_private(std::string_view name) {
    const std::string key = to_lower(name);
    return key != "accept" && key != "range" && !key.starts_with("if-");
}

}  // namespace

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_followed(const Request& request) {
    return (request.method == "GET" || request.method == "HEAD") && request.max_redirects > 0;
}

Result<Url> next_hop(const Url& first, const Url& from, const std::string& location) {
    auto next = resolve_url(from, location);
    if (!next) return std::move(next).error().context("redirect");
    if (from.scheme == "https" && next->scheme == "http") {
        return Error(Fault::Malformed, "redirect from https to http at '" + authority(*next) + "'");
    }
    if (is_local_host(next->host) && !is_local_host(first.host)) {
        return Error(Fault::Malformed, "redirect to the local address '" + authority(*next) + "'");
    }
    return next;
}

void drop_private(std::vector<Header>& headers) {
    std::erase_if(headers, [](const Header& header) { return is_private(header.first); });
}

}  // namespace boltseal
