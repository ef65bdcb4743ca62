#include "transparency/timestamp_api.h"

#include "transparency/tsa_setup.h"

namespace boltseal {

namespace {

constexpr std::string_view kChainPath = "/api/v1/timestamp/certchain";  // Sigstore's name for it
constexpr std::string_view kQuery = "application/timestamp-query";
constexpr const char* kReply = "application/timestamp-reply";

ApiResponse reply_with(const Buffer& der) {
    ApiResponse response;
    response.content_type = kReply;
    response.body = as_text(der);
    return response;
}

// Those who ask learn that there is no time, those who run the server why.
TimestampRefusal refusal_of(const Error& error) {
    if (error.fault() == Fault::Declined) {
        return {TimestampFailure::TimeNotAvailable, "the time is not certain now"};
    }
    return {TimestampFailure::SystemFailure, "no time stamps now"};
}

}  // namespace

TimestampApi::TimestampApi(TimeStamper& stamper, const std::vector<Certificate>& chain,
                           OnChange on_change)
    : stamper_(stamper), on_change_(std::move(on_change)) {
    for (const Certificate& each : chain) chain_ += to_pem(each);
}

bool TimestampApi::has(std::string_view path) {
    return path == kTimestampPath || path == kChainPath;
}

ApiResponse TimestampApi::answer(const ApiRequest& request) {
    if (request.path == kTimestampPath) {
        return request.method == "POST" ? stamp(request) : method_not_allowed("POST");
    }
    if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
    ApiResponse response;
    response.content_type = "application/pem-certificate-chain";
    response.body = chain_;
    return response;
}

// What is refused is an answer too: the status is in the reply.
ApiResponse TimestampApi::stamp(const ApiRequest& request) {
    if (request.content_type != kQuery) {
        return error_response(415, "time stamps are asked for as application/timestamp-query");
    }
    const auto asked = parse_timestamp_request(request.body);
    if (const auto* refusal = std::get_if<TimestampRefusal>(&asked)) {
        return reply_with(refused_response(*refusal));
    }
    const auto token = stamper_.stamp(std::get<TimestampRequest>(asked));
    if (!token) {
        note(token.error());
        return reply_with(refused_response(refusal_of(token.error())));
    }
    note(std::nullopt);
    return reply_with(granted_response(*token));
}

void TimestampApi::note(const std::optional<Error>& trouble) {
    const std::lock_guard lock(mutex_);
    if (trouble.has_value() == is_troubled_) return;
    is_troubled_ = trouble.has_value();
    on_change_(trouble);
}

}  // namespace boltseal
