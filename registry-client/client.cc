#include "registry-client/client.h"

#include "net/url.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr int kMaxPages = 1000;
constexpr std::size_t kMaxTags = 100'000;
constexpr std::uint64_t kReadProgress = std::uint64_t{64} << 10;  // that pays for another attempt

std::string manifest_types() {
    std::string out;
    for (const auto type : {kOciIndex, kOciManifest, kDockerList, kDockerManifest}) {
        out.append(out.empty() ? "" : ", ").append(type);
    }
    return out;
}

std::string api_of(const std::string& registry, const RegistryOptions& options) {
    if (!options.api.empty()) return options.api;
    const bool plain = is_plain_http(registry, options.insecure_hosts);
    return (plain ? "http://" : "https://") + api_host(registry) + "/v2";
}

std::string origin_of(const std::string& url) {
    return url.substr(0, url.find('/', url.find("//") + 2));
}

Fault fault_of(int status) {
    if (status == 404) return Fault::Missing;
    if (may_repeat_status(status)) return Fault::Io;
    return status >= 400 && status <= 499 ? Fault::Declined : Fault::Io;
}

// The first error of distribution-spec v1.1 "Error Codes", if the body is one.
std::string stated_reason(const Response& response) {
    const auto json = parse_json(response.body, {.max_bytes = std::size_t{64} << 10});
    if (!json) return {};
    const Json* errors = json->find("errors");
    const Json::Array* list = errors == nullptr ? nullptr : errors->as_array();
    if (list == nullptr || list->empty()) return {};
    const Json* code = list->front().find("code");
    const Json* message = list->front().find("message");
    std::string out;
    if (code != nullptr && code->is_string()) out += ", " + printable(*code->as_string());
    if (message != nullptr && message->is_string() && !message->as_string()->empty()) {
        out += ": " + printable(*message->as_string());
    }
    return out;
}

// docker-registry 2.8 writes its links to blobs in place. Beside another push of the same blob, and
// the empty config is everybody's, it reads half a link and blames our digest, which is right.
bool doubts_our_digest(const Response& response) {
    return response.status == 400 && stated_reason(response).starts_with(", 'DIGEST_INVALID'");
}

bool is_success(int status) {
    return status >= 200 && status <= 299;
}

Error too_many_pages() {
    return Error(Fault::Malformed, "more than 1000 pages");
}

// Other bytes than asked for are a matter of integrity also when they are no manifest at all, so
// the digest comes first.
Result<ResolvedManifest> to_resolved(Response response, const std::optional<BlobDigest>& digest) {
    if (digest) BOLTSEAL_CHECK(check_content(response.body, *digest));
    const std::string* type = response.header("content-type");
    const std::string* etag = response.header("etag");
    BOLTSEAL_TRY(const Manifest manifest,
                 parse_manifest(response.body, type == nullptr ? "" : *type));
    ResolvedManifest out;
    out.descriptor = describe(response.body, manifest.media_type);
    if (digest) out.descriptor.digest = *digest;
    out.bytes = std::move(response.body);
    if (etag != nullptr) out.etag = *etag;
    return out;
}

Result<std::vector<std::string>> parse_tags(Bytes body) {
    BOLTSEAL_TRY(const Json json, parse_json(body));
    std::vector<std::string> out;
    const Json* tags = json.find("tags");
    if (tags != nullptr && tags->is_null()) return out;  // an empty repository, as Go prints it
    BOLTSEAL_TRY(const Json::Array* array, json.array_at("tags"));
    for (const Json& tag : *array) {
        if (!tag.is_string()) return Error(Fault::Malformed, "a tag is no string");
        if (auto ok = check_tag(*tag.as_string()); !ok) {
            return std::move(ok).error().as(Fault::Malformed);
        }
        out.push_back(*tag.as_string());
    }
    return out;
}

// What an answer to "Range: bytes=<offset>-" starts with; nullopt if that makes no sense.
std::optional<std::uint64_t> first_byte_of(const Response& response) {
    if (response.status == 200) return 0;
    const std::string* range = response.header("content-range");
    if (response.status != 206 || range == nullptr || !range->starts_with("bytes ")) {
        return std::nullopt;
    }
    std::uint64_t first = 0;
    const char* end = range->data() + range->size();
    const auto [stop, error] = std::from_chars(range->data() + 6, end, first);
    if (error != std::errc{} || stop == end || *stop != '-') return std::nullopt;
    return first;
}

}  // namespace

// Feeds a sink and proves, at the end, what went through. Lives through several answers, each of
// which goes on where the last one broke.
class CheckedStream {
public:
    CheckedStream(const Descriptor& blob, const BodySink& sink)
        : blob_(blob), sink_(sink), hasher_(blob.digest.algorithm()) {}

    std::uint64_t size() const { return hasher_.size(); }

    // An answer may start over: what is known already is then passed by.
    Result<void> begin(const Response& head) {
        const auto first = first_byte_of(head);
        if (!first || *first > size()) {
            return Error(Fault::Malformed, "the answer to a range request starts elsewhere");
        }
        skip_ = size() - *first;
        return {};
    }

    Result<void> take(Bytes piece) {
        const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, piece.size()));
        skip_ -= known;
        piece = piece.subspan(known);
        if (piece.empty()) return {};
        if (piece.size() > blob_.size - hasher_.size()) {
            return Error(Fault::Integrity, "more bytes than the " + std::to_string(blob_.size) +
                                               " of the descriptor");
        }
        hasher_.update(piece);
        return sink_(piece);
    }

    Result<void> finish() && {
        if (hasher_.size() != blob_.size) {
            return Error(Fault::Integrity, std::to_string(hasher_.size()) + " bytes instead of " +
                                               std::to_string(blob_.size));
        }
        const BlobDigest found = std::move(hasher_).finish();
        if (found == blob_.digest) return {};
        return Error(Fault::Integrity, "the bytes are '" + to_string(found) + "'");
    }

private:
    const Descriptor& blob_;
    const BodySink& sink_;
    Hasher hasher_;
    std::uint64_t skip_ = 0;
};

std::optional<std::string> next_link(std::string_view link) {
    while (!link.empty()) {
        const std::size_t open = link.find('<');
        const std::size_t close = link.find('>', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
        const std::string url(link.substr(open + 1, close - open - 1));
        link.remove_prefix(close + 1);
        const std::string_view params = link.substr(0, link.find('<'));
        for (const std::string_view rel : {"rel=\"next\"", "rel=next"}) {
            if (params.find(rel) != std::string_view::npos) return url;
        }
        link.remove_prefix(params.size());
    }
    return std::nullopt;
}

Error refusal_of(const Response& response) {
    const std::string status = std::to_string(response.status);
    Error error(fault_of(response.status),
                "registry answered with status " + status + stated_reason(response));
    if (response.status != 401 && response.status != 403) return error;
    return std::move(error).with_hint("check the login for this registry, and what it may do");
}

RegistryClient::RegistryClient(Transport& transport, const std::string& registry,
                               std::string repository, RegistryOptions options)
    : transport_(&transport),
      api_(api_of(registry, options)),
      origin_(origin_of(api_)),
      name_(registry + "/" + repository),
      repository_(std::move(repository)),
      options_(std::move(options)),
      authenticator_(transport, origin_ + "/", options_.credential, options_.patience) {
    authenticator_.set_tls(options_.tls);
}

std::string RegistryClient::pull_scope() const {
    return "repository:" + repository_ + ":pull";
}

Error RegistryClient::context(Error error, const std::string& doing) const {
    return std::move(error).context(name_ + ": " + doing);
}

Request RegistryClient::request_for(std::string method, const std::string& path) const {
    Request request;
    request.method = std::move(method);
    request.url = api_ + "/" + repository_ + path;
    if (!options_.upstream.empty() && request.method == "GET") {
        request.url += "?ns=" + percent_encode(options_.upstream);
    }
    request.stall_timeout = options_.stall_timeout;
    return request;
}

// What only the registry itself gets to see.
void RegistryClient::introduce(Request& request, const std::string& authorization) const {
    if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
    for (const Header& header : options_.headers) request.headers.push_back(header);
    request.tls = options_.tls;
}

// Credentials go to the registry only, wherever a Location or Link may point.
Result<Response> RegistryClient::send_once(Request request, const std::string& authorization,
                                           Repeat repeat) {
    BOLTSEAL_TRY(const Url url, parse_url(request.url));
    BOLTSEAL_TRY(const Url origin, parse_url(origin_ + "/"));
    if (!same_origin(url, origin)) {
        if (origin.scheme == "https" && url.scheme != "https") {
            return Error(Fault::Malformed, "registry leads from https to http");
        }
        if (is_local_host(url.host) && !is_local_host(origin.host)) {
            return Error(Fault::Malformed, "registry leads to a local address");
        }
    } else {
        introduce(request, authorization);
    }
    if (repeat == Repeat::No) return transport_->send(request);
    return send_with_retries(*transport_, request, options_.patience);
}

Result<Response> RegistryClient::send(Request request, Access access, Repeat repeat) {
    if (auto known = ahead_.extract(request.url); !known.empty() && request.method == "GET") {
        return std::move(known.mapped());
    }
    const std::string scope = access == Access::Push ? pull_scope() + ",push" : pull_scope();
    BOLTSEAL_TRY(Response first, send_once(request, authenticator_.authorization(scope), repeat));
    if (first.status != 401) return first;
    auto answered = authenticator_.answer(first, scope);
    if (!answered) return std::move(answered).error();
    return send_once(std::move(request), authenticator_.authorization(scope), repeat);
}

Request RegistryClient::manifest_request(const std::string& name) const {
    Request request = request_for("GET", "/manifests/" + name);
    request.headers = {{"Accept", manifest_types()}};
    request.max_body = kMaxManifest;
    return request;
}

Result<Response> RegistryClient::fetch_manifest(const std::string& name) {
    BOLTSEAL_TRY(Response response, send(manifest_request(name), Access::Pull));
    if (response.status != 200) return refusal_of(response);
    return response;
}

Result<ResolvedManifest> RegistryClient::resolve(const std::string& tag) {
    BOLTSEAL_CHECK(check_tag(tag));
    const std::string doing = "tag '" + tag + "'";
    auto response = fetch_manifest(tag);
    if (!response) return context(std::move(response).error(), doing);
    auto out = to_resolved(std::move(response).value(), std::nullopt);
    if (!out) return context(std::move(out).error(), doing);
    return out;
}

Result<ResolvedManifest> RegistryClient::get_manifest(const BlobDigest& digest) {
    const std::string doing = "manifest '" + to_string(digest) + "'";
    auto response = fetch_manifest(to_string(digest));
    if (!response) return context(std::move(response).error(), doing);
    auto out = to_resolved(std::move(response).value(), digest);
    if (!out) return context(std::move(out).error(), doing);
    return out;
}

void RegistryClient::ask_ahead(std::vector<Request> requests) {
    const std::string authorization = authenticator_.authorization(pull_scope());
    for (Request& request : requests) introduce(request, authorization);
    const auto answers = transport_->send_all(requests);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const bool is_final =
            answers[i] && (answers[i]->status == 200 || answers[i]->status == 404);
        if (is_final) ahead_[requests[i].url] = *answers[i];
    }
}

void RegistryClient::expect_manifests(const std::vector<BlobDigest>& digests) {
    std::vector<Request> requests;
    for (const BlobDigest& digest : digests) {
        requests.push_back(manifest_request(to_string(digest)));
    }
    ask_ahead(std::move(requests));
}

void RegistryClient::expect_referrers(const BlobDigest& subject, const std::string& fallback_tag) {
    Request list = request_for("GET", "/referrers/" + to_string(subject));
    list.headers = {{"Accept", std::string(kOciIndex)}};
    ask_ahead({list, manifest_request(fallback_tag)});
}

void RegistryClient::expect_blobs(const std::vector<Descriptor>& blobs) {
    std::vector<Request> requests;
    for (const Descriptor& blob : blobs) {
        requests.push_back(request_for("GET", "/blobs/" + to_string(blob.digest)));
        requests.back().max_body = static_cast<std::size_t>(blob.size) + 1;
    }
    ask_ahead(std::move(requests));
}

std::string RegistryClient::host() const {
    return origin_.substr(origin_.find("//") + 2);
}

Request RegistryClient::blob_request(const BlobDigest& digest) {
    Request request = request_for("GET", "/blobs/" + to_string(digest));
    request.timeout = std::chrono::milliseconds{0};
    introduce(request, authenticator_.authorization(pull_scope()));
    return request;
}

Result<void> RegistryClient::answer_challenge(const Response& refusal) {
    return authenticator_.answer(refusal, pull_scope());
}

// One request for what is missing. Success: the answer ended as it should.
Result<void> RegistryClient::resume_blob(const Descriptor& blob, CheckedStream& stream) {
    Request request = request_for("GET", "/blobs/" + to_string(blob.digest));
    request.timeout = std::chrono::milliseconds{0};
    request.max_body = static_cast<std::size_t>(blob.size) + 1;
    if (stream.size() > 0) {
        request.headers = {{"Range", "bytes=" + std::to_string(stream.size()) + "-"}};
    }
    request.on_head = [&](const Response& head) { return stream.begin(head); };
    request.sink = [&](Bytes piece) { return stream.take(piece); };
    BOLTSEAL_TRY(const Response response, send(std::move(request), Access::Pull));
    if (!is_success(response.status)) return refusal_of(response);
    return {};
}

Result<void> RegistryClient::get_blob(const Descriptor& blob, const BodySink& sink) {
    const std::string doing = "blob '" + to_string(blob.digest) + "'";
    CheckedStream stream(blob, sink);
    const std::string url = request_for("GET", "/blobs/" + to_string(blob.digest)).url;
    if (auto known = ahead_.extract(url); !known.empty() && known.mapped().status == 200) {
        auto proved = stream.take(known.mapped().body);
        if (proved) proved = std::move(stream).finish();
        if (!proved) return context(std::move(proved).error(), doing);
        return {};
    }
    // Attempts are refilled by progress: a long blob may break often.
    for (int failures = 0;;) {
        const std::uint64_t start = stream.size();
        auto ended = resume_blob(blob, stream);
        if (ended) break;
        const bool dead = ended.error().fault() != Fault::Io || stream.size() == start;
        failures = stream.size() - start >= kReadProgress ? 1 : failures + 1;
        const auto pause = retry_delay(options_.patience.policy, failures, {}, 0.5);
        if (dead || !pause || !options_.patience.sleep) {
            return context(std::move(ended).error(), doing);
        }
        options_.patience.sleep(*pause);
    }
    auto proved = std::move(stream).finish();
    if (!proved) return context(std::move(proved).error(), doing);
    return {};
}

Result<bool> RegistryClient::has_blob(const BlobDigest& digest) {
    auto response = send(request_for("HEAD", "/blobs/" + to_string(digest)), Access::Pull);
    const std::string doing = "blob '" + to_string(digest) + "'";
    if (!response) return context(std::move(response).error(), doing);
    if (response->status == 404) return false;
    if (!is_success(response->status)) return context(refusal_of(*response), doing);
    return true;
}

Result<PutManifest> RegistryClient::put_manifest(const std::string& name,
                                                 const std::string& media_type, Bytes bytes,
                                                 const std::string& if_match) {
    Request request = request_for("PUT", "/manifests/" + name);
    request.headers = {{"Content-Type", media_type}};
    if (!if_match.empty()) request.headers.emplace_back("If-Match", if_match);
    request.body = to_buffer(bytes);
    const std::string doing = "pushing manifest '" + name + "'";
    auto response = send(request, Access::Push);
    for (int attempt = 1; response && doubts_our_digest(*response); ++attempt) {
        const auto pause = retry_delay(options_.patience.policy, attempt, {}, 0.5);
        if (!pause || !options_.patience.sleep) break;
        options_.patience.sleep(*pause);
        response = send(request, Access::Push);
    }
    if (!response) return context(std::move(response).error(), doing);
    if (response->status == 412 && !if_match.empty()) return PutManifest{.conflict = true};
    if (!is_success(response->status)) return context(refusal_of(*response), doing);
    return PutManifest{.subject_handled = response->header("oci-subject") != nullptr};
}

// Sends for the page at `next`, and moves `next` on; empty at the end.
Result<Response> RegistryClient::send_page(std::string& next, const std::string& accept) {
    Request request = request_for("GET", "");
    request.url = next;
    request.headers = {{"Accept", accept}};
    BOLTSEAL_TRY(const Url here, parse_url(next));
    BOLTSEAL_TRY(Response response, send(std::move(request), Access::Pull));
    if (response.status != 200) return refusal_of(response);
    const std::string* link = response.header("link");
    const auto target = link == nullptr ? std::nullopt : next_link(*link);
    next.clear();
    if (!target) return response;
    BOLTSEAL_TRY(const Url there, resolve_url(here, *target));
    if (!same_origin(here, there)) {
        return Error(Fault::Malformed, "next page is on another host");
    }
    next = to_string(there);
    return response;
}

Result<std::vector<std::string>> RegistryClient::list_tags() {
    std::vector<std::string> out;
    std::string next = request_for("GET", "/tags/list").url;
    for (int page = 0; !next.empty(); ++page) {
        if (page == kMaxPages) return context(too_many_pages(), "list of tags");
        auto response = send_page(next, "application/json");
        if (!response) return context(std::move(response).error(), "list of tags");
        auto tags = parse_tags(response->body);
        if (!tags) return context(std::move(tags).error(), "list of tags");
        if (tags->size() > kMaxTags - out.size()) {
            return context(Error(Fault::Malformed, "more than 100000 tags"), "list of tags");
        }
        out.insert(out.end(), tags->begin(), tags->end());
    }
    return out;
}

Result<std::vector<Descriptor>> RegistryClient::list_referrers_api(const BlobDigest& subject,
                                                                   std::size_t limit) {
    const std::string doing = "referrers of '" + to_string(subject) + "'";
    std::vector<Descriptor> out;
    std::string next = request_for("GET", "/referrers/" + to_string(subject)).url;
    for (int page = 0; !next.empty(); ++page) {
        if (page == kMaxPages) return context(too_many_pages(), doing);
        auto response = send_page(next, std::string(kOciIndex));
        if (!response && page > 0 && response.error().fault() == Fault::Missing) {
            // Not "there is no API": the list would come out short.
            return context(std::move(response).error().as(Fault::Io), doing);
        }
        if (!response) return context(std::move(response).error(), doing);
        const std::string* type = response->header("content-type");
        auto index = parse_manifest(response->body, type == nullptr ? "" : *type);
        if (!index) return context(std::move(index).error(), doing);
        if (!is_index(index->media_type)) {
            return context(Error(Fault::Malformed, "answer is no index"), doing);
        }
        if (index->manifests.size() > limit - out.size()) {
            return context(
                Error(Fault::Malformed, "more than " + std::to_string(limit) + " entries"), doing);
        }
        out.insert(out.end(), index->manifests.begin(), index->manifests.end());
    }
    return out;
}

}  // namespace boltseal
