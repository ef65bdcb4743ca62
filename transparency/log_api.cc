#include "transparency/log_api.h"

#include "transparency/log_request.h"
#include "transparency/prover.h"

namespace boltseal {

namespace {

constexpr std::string_view kWritePath = "/api/v2/log/entries";
constexpr std::string_view kReadPrefix = "/api/v2";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kWeek = "public, max-age=604800";  // a full tile will take its place

// google.rpc.Code, as grpc-gateway pairs it with HTTP status codes.
int rpc_code(int status) {
    switch (status) {
        case 400:
            return 3;  // INVALID_ARGUMENT
        case 404:
            return 5;  // NOT_FOUND
        case 405:
        case 501:
            return 12;  // UNIMPLEMENTED
        case 408:
            return 4;  // DEADLINE_EXCEEDED
        case 503:
            return 14;  // UNAVAILABLE
        case 500:
            return 13;  // INTERNAL
        default:
            return 3;
    }
}

ApiResponse text_response(int status, std::string_view text) {
    ApiResponse response;
    response.status = status;
    response.content_type = kText;
    response.body = text;
    return response;
}

// The client hears why its entry was refused, but not what went wrong inside.
ApiResponse refusal(const Error& error) {
    switch (error.fault()) {
        case Fault::Malformed:
        case Fault::Untrusted:
            return error_response(400, error.message());
        case Fault::Declined: {
            ApiResponse response = error_response(503, error.message());
            response.retry_after = "1";
            return response;
        }
        default:
            return error_response(503, "the log does not take entries now");
    }
}

LogEntry to_log_entry(const Sequenced& answer, const NoteKey& key, Buffer body) {
    LogEntry entry;
    entry.index = answer.proof.index;
    entry.log_id = key.log_id();
    entry.kind = "hashedrekord";
    entry.version = "0.0.2";
    entry.proof = answer.proof;
    entry.head = answer.checkpoint.head();
    entry.checkpoint = answer.checkpoint.note();
    entry.body = std::move(body);
    return entry;
}

// Checked as a monitor will: what the log takes, its readers can read.
Result<Buffer> admit(Bytes submission) {
    BOLTSEAL_TRY(const HashedRekord entry, parse_submission(submission));
    BOLTSEAL_CHECK(check_entry(entry));
    BOLTSEAL_TRY(Buffer body, encode_entry(entry));
    BOLTSEAL_CHECK(parse_entry(body));
    return body;
}

bool is_read_method(const std::string& method) {
    return method == "GET" || method == "HEAD";
}

ApiResponse method_not_allowed(const char* allow) {
    ApiResponse response = error_response(405, "method not allowed");
    response.allow = allow;
    return response;
}

}  // namespace

ApiResponse error_response(int status, std::string_view message) {
    ApiResponse response;
    response.status = status;
    response.content_type = kJson;
    response.body = to_json(Json::object(
        {{"code", rpc_code(status)}, {"message", message}, {"details", Json::array({})}}));
    return response;
}

ApiResponse LogApi::handle(const ApiRequest& request) {
    if (request.path == kWritePath) {
        return request.method == "POST" ? add_entry(request.body) : method_not_allowed("POST");
    }
    if (is_read_method(request.method)) return read(request.path);
    const bool known = read(request.path).status != 404;
    return known ? method_not_allowed("GET, HEAD") : error_response(404, "not found");
}

ApiResponse LogApi::add_entry(Bytes submission) {
    auto body = admit(submission);
    if (!body) return refusal(body.error());
    auto answer = sequencer_.append(*body);
    if (!answer) return refusal(answer.error());

    Json json = to_json(to_log_entry(*answer, key_, std::move(*body)));
    json.set("integratedTime", "0");  // proto3 JSON with all fields, as Rekor answers
    json.set("inclusionPromise", Json());
    ApiResponse response;
    response.status = 201;  // also for one that was there: cosign takes nothing else for a success
    response.content_type = kJson;
    response.body = to_json(json);
    return response;
}

ApiResponse LogApi::read(std::string_view path) {
    if (path == "/healthz") return text_response(200, "ok\n");
    if (path == "/readyz") return ready();
    if (path.starts_with(kReadPrefix)) path.remove_prefix(kReadPrefix.size());
    if (path == "/checkpoint") {
        ApiResponse response = text_response(200, sequencer_.published().note());
        response.cache_control = "no-cache";
        return response;
    }
    if (path.starts_with("/tile/")) return read_tile(path.substr(1));
    return error_response(404, "not found");
}

ApiResponse LogApi::ready() const {
    if (sequencer_.check_ready()) return text_response(200, "ok\n");
    return text_response(503, "stopped after a failure: takes no entries until it is restarted\n");
}

ApiResponse LogApi::read_tile(std::string_view path) {
    const auto tile = parse_tile_path(path);
    if (!tile || !is_covered(*tile, sequencer_.published().head().size)) {
        return error_response(404, "not found");
    }
    auto bytes = StoredTiles(store_).get(*tile);
    if (!bytes && bytes.error().fault() == Fault::Missing) return error_response(404, "not found");
    if (!bytes) return error_response(500, "the tile cannot be read");

    ApiResponse response;
    response.content_type = kBinary;
    response.cache_control = tile->is_full() ? kForever : kWeek;
    response.body = as_text(*bytes);
    return response;
}

}  // namespace boltseal
