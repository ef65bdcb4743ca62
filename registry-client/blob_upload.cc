#include "registry-client/blob_upload.h"

#include "net/url.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace boltseal {

namespace {

constexpr std::uint64_t kUploadProgress = std::uint64_t{64} << 10;  // that pays for another attempt

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t out = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return out;
}

BodyReader reader_of(Bytes bytes) {
    return [bytes](std::uint64_t offset, std::span<std::uint8_t> room) -> Result<std::size_t> {
        const Bytes rest = bytes.subspan(static_cast<std::size_t>(offset));
        const std::size_t n = std::min(rest.size(), room.size());
        std::copy_n(rest.begin(), n, room.begin());
        return n;
    };
}

// libcurl sends a body again over a new connection if a kept one breaks before there is an answer.
// What a registry has of the first is then unknown: it is asked instead.
BodyReader once(BodyReader reader) {
    std::uint64_t next = 0;
    return [reader = std::move(reader), next](
               std::uint64_t offset, std::span<std::uint8_t> room) mutable -> Result<std::size_t> {
        if (offset != next) return Error(Fault::Io, "connection broke");
        BOLTSEAL_TRY(const std::size_t n, reader(offset, room));
        next += n;
        return n;
    };
}

// A registry that is busy, or that counts otherwise than we do, is asked how far it is.
bool is_worth_asking(const Response& refusal) {
    return refusal.status == 416 || may_repeat_status(refusal.status);
}

}  // namespace

std::optional<std::uint64_t> uploaded_bytes(std::string_view range) {
    if (range.starts_with("bytes=")) range.remove_prefix(6);
    if (!range.starts_with("0-")) return std::nullopt;
    const auto last = parse_number(range.substr(2));
    if (!last || *last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return *last == 0 ? 0 : *last + 1;
}

Result<std::optional<BlobUpload>> BlobUpload::begin(RegistryClient& client,
                                                    const BlobDigest& digest,
                                                    const std::string& mount_from) {
    const std::string path = "/blobs/uploads/";
    const std::string mount = mount_from.empty() ? ""
                                                 : "?mount=" + percent_encode(to_string(digest)) +
                                                       "&from=" + percent_encode(mount_from);
    Request request = client.request_for("POST", path + mount);
    auto opened = client.send(request, RegistryClient::Access::Push, RegistryClient::Repeat::No);
    // Whoever may not read the one repository may still write to the other.
    if (!mount.empty() && (!opened || (opened->status != 201 && opened->status != 202))) {
        request = client.request_for("POST", path);
        opened = client.send(request, RegistryClient::Access::Push, RegistryClient::Repeat::No);
    }
    if (!opened) return std::move(opened).error();
    if (!mount.empty() && opened->status == 201) return std::optional<BlobUpload>();
    if (opened->status != 202) return refusal_of(*opened);
    BlobUpload upload(client, digest);
    BOLTSEAL_CHECK(upload.take_location(*opened));
    if (const std::string* least = opened->header("oci-chunk-min-length")) {
        upload.least_chunk_ = parse_number(*least).value_or(0);
    }
    return std::optional<BlobUpload>(std::move(upload));
}

Error BlobUpload::lost(const std::string& why) {
    lost_ = true;
    return Error(Fault::Io, "registry has lost the upload: " + why);
}

// Where the next request goes. It is the registry's word, and may be on another host.
Result<void> BlobUpload::take_location(const Response& response) {
    const std::string* location = response.header("location");
    if (location == nullptr) return Error(Fault::Malformed, "upload has no Location");
    BOLTSEAL_TRY(const Url from, parse_url(response.url));
    BOLTSEAL_TRY(const Url to, resolve_url(from, *location));
    location_ = to_string(to);
    return {};
}

Request BlobUpload::request_for(std::string method, const std::string& query) const {
    Request request = client_->request_for(std::move(method), "");
    request.url = location_;
    if (!query.empty()) {
        request.url += location_.find('?') == std::string::npos ? '?' : '&';
        request.url += query;
    }
    return request;
}

Result<void> BlobUpload::send_chunk(Bytes chunk) {
    const std::uint64_t last = position_ + chunk.size() - 1;
    Request request = request_for("PATCH");
    request.headers = {{"Content-Type", "application/octet-stream"},
                       {"Content-Range", std::to_string(position_) + "-" + std::to_string(last)}};
    request.reader = once(reader_of(chunk));
    request.reader_size = chunk.size();
    request.timeout = std::chrono::milliseconds{0};
    BOLTSEAL_TRY(const Response response,
                 client_->send(std::move(request), RegistryClient::Access::Push,
                               RegistryClient::Repeat::No));
    if (is_worth_asking(response)) return refusal_of(response).as(Fault::Io);
    if (response.status == 404) return lost(refusal_of(response).message());
    if (response.status != 202 && response.status != 204) return refusal_of(response);
    BOLTSEAL_CHECK(take_location(response));
    position_ = last + 1;
    return {};
}

// GET of the session: distribution-spec v1.1 "Pushing a blob in chunks". We have only the bytes
// from `least` on.
Result<void> BlobUpload::ask_position(std::uint64_t least, std::uint64_t most) {
    auto response = client_->send(request_for("GET"), RegistryClient::Access::Push);
    if (!response) return std::move(response).error();
    if (response->status < 200 || response->status > 299) {
        return lost(refusal_of(*response).message());
    }
    const std::string* range = response->header("range");
    const auto there = range == nullptr ? std::nullopt : uploaded_bytes(*range);
    if (!there) return lost("it does not say how much it has");
    if (*there < least || *there > most) {
        return lost("it has " + std::to_string(*there) + " bytes, sent were from " +
                    std::to_string(least) + " to " + std::to_string(most));
    }
    position_ = *there;
    resumed_ = true;
    return response->header("location") ? take_location(*response) : Result<void>();
}

Result<void> BlobUpload::append(Bytes chunk) {
    const std::uint64_t start = position_;
    const std::uint64_t end = start + chunk.size();
    for (int failures = 0; position_ < end;) {
        const std::uint64_t before = position_;
        auto sent = send_chunk(chunk.subspan(static_cast<std::size_t>(before - start)));
        if (sent) return {};
        const auto pause = retry_delay(client_->patience().policy, failures + 1, {}, 0.5);
        const bool may_repeat = sent.error().fault() == Fault::Io && client_->patience().sleep;
        if (!may_repeat || !pause) return sent;
        client_->patience().sleep(*pause);
        BOLTSEAL_CHECK(ask_position(start, end));
        failures = position_ - before >= kUploadProgress ? 0 : failures + 1;
    }
    return {};
}

Result<void> BlobUpload::send_last(const BodyReader& rest, std::uint64_t size) {
    Request request = request_for("PUT", "digest=" + percent_encode(to_string(digest_)));
    request.headers = {{"Content-Type", "application/octet-stream"}};
    if (size > 0) request.reader = once(rest);
    request.reader_size = size;
    request.timeout = std::chrono::milliseconds{0};
    BOLTSEAL_TRY(const Response stored,
                 client_->send(std::move(request), RegistryClient::Access::Push,
                               RegistryClient::Repeat::No));
    if (stored.status == 201) return {};
    if (stored.status == 404) return lost(refusal_of(stored).message());
    // A broken chunk may have reached the registry after it said how much it had.
    if (stored.status == 400 && resumed_) return lost(refusal_of(stored).message());
    return refusal_of(stored);
}

// Not repeated where it has a body: a registry may count what a broken PUT has left in the session.
Result<void> BlobUpload::finish(const BodyReader& rest, std::uint64_t size) {
    for (int attempt = 1;; ++attempt) {
        auto stored = send_last(rest, size);
        if (stored || stored.error().fault() != Fault::Io || lost_ || size > 0) return stored;
        const auto pause = retry_delay(client_->patience().policy, attempt, {}, 0.5);
        if (!pause || !client_->patience().sleep) return stored;
        client_->patience().sleep(*pause);
        BOLTSEAL_TRY(const bool there, client_->has_blob(digest_));
        if (there) return {};
    }
}

void BlobUpload::cancel() {
    (void)client_->send(request_for("DELETE"), RegistryClient::Access::Push,
                        RegistryClient::Repeat::No);
}

}  // namespace boltseal
