#include "net/retry.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace boltseal {

namespace {

using std::chrono::milliseconds;

std::optional<milliseconds> parse_seconds(std::string_view value) {
    long seconds = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, seconds);
    if (error != std::errc{} || stop != end || seconds < 0 || value.size() > 9) return std::nullopt;
    return std::chrono::seconds(seconds);
}

// "Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 section 5.6.7. The day of the week is not checked.
std::optional<Timestamp> parse_fixdate(std::string_view value) {
    static constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (value.size() != 29 || value.substr(3, 2) != ", " || !value.ends_with(" GMT")) {
        return std::nullopt;
    }
    const auto month = std::find(kMonths.begin(), kMonths.end(), value.substr(8, 3));
    if (month == kMonths.end() || value[7] != ' ' || value[11] != ' ' || value[16] != ' ') {
        return std::nullopt;
    }
    const std::string number = std::to_string(month - kMonths.begin() + 1);
    std::string rfc3339(value.substr(12, 4));
    rfc3339.append(number.size() == 1 ? "-0" : "-").append(number).append("-");
    rfc3339.append(value.substr(5, 2)).append("T").append(value.substr(17, 8)).append("Z");
    const auto time = parse_rfc3339(rfc3339);
    if (!time) return std::nullopt;
    return time.value();
}

std::optional<milliseconds> retry_after_of(const Response& response, const Patience& patience) {
    const std::string* value = response.header("retry-after");
    if (value == nullptr) return std::nullopt;
    if (patience.now) return parse_retry_after(*value, patience.now());
    return parse_seconds(*value);
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, Timestamp now) {
    if (const auto seconds = parse_seconds(value)) return seconds;
    const auto date = parse_fixdate(value);
    if (!date) return std::nullopt;
    return std::chrono::seconds(std::max<std::int64_t>(0, date->seconds - now.seconds));
}

std::optional<milliseconds> retry_delay(const RetryPolicy& policy, int attempt,
                                        std::optional<milliseconds> retry_after, double jitter) {
    if (attempt >= policy.attempts) return std::nullopt;
    if (retry_after && *retry_after > policy.longest_wait) return std::nullopt;
    milliseconds backoff = policy.base;
    for (int i = 1; i < attempt && backoff < policy.ceiling; ++i) backoff *= 2;
    backoff = std::min(backoff, policy.ceiling);
    const double share = 0.5 + std::clamp(jitter, 0.0, 1.0) / 2;
    const auto pause = static_cast<std::int64_t>(static_cast<double>(backoff.count()) * share);
    return retry_after.value_or(milliseconds{0}) + milliseconds{pause};
}

bool may_repeat_status(int status) {
    if (status == 408 || status == 429) return true;
    return status >= 500 && status <= 599 && status != 501 && status != 505 && status != 511;
}

bool may_repeat_fault(Fault fault) {
    return fault == Fault::Io;
}

bool may_repeat_method(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

Result<Response> send_with_retries(Transport& transport, const Request& request,
                                   const Patience& patience, Repeatable repeatable) {
    const bool may_repeat = repeatable == Repeatable::Yes || may_repeat_method(request.method);
    bool delivered = false;
    Request counted = request;
    if (request.sink) {
        counted.sink = [&](Bytes piece) {
            delivered = true;
            return request.sink(piece);
        };
    }
    for (int attempt = 1;; ++attempt) {
        Result<Response> answer = transport.send(counted);
        const bool final =
            answer ? !may_repeat_status(answer->status) : !may_repeat_fault(answer.error().fault());
        if (final || delivered || !patience.sleep || !may_repeat) return answer;
        const auto asked = answer ? retry_after_of(*answer, patience) : std::nullopt;
        const double jitter = patience.jitter ? patience.jitter() : 0.5;
        const auto pause = retry_delay(patience.policy, attempt, asked, jitter);
        if (!pause) return answer;
        patience.sleep(*pause);
    }
}

}  // namespace boltseal
