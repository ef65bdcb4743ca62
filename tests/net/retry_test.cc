#include "net/retry.h"

#include "tests/check.h"

using namespace boltseal;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr Timestamp kNow{784111777};  // Sun, 06 Nov 1994 08:49:37 GMT

// Plays answers back in order.
class Script : public Transport {
public:
    explicit Script(std::vector<Result<Response>> answers) : answers_(std::move(answers)) {}
    Result<Response> send(const Request& request) override {
        Result<Response> answer = answers_.at(sent_++);
        if (request.sink && answer) {
            if (auto ok = request.sink(as_bytes("part")); !ok) return std::move(ok).error();
        }
        return answer;
    }
    std::size_t sent_ = 0;

private:
    std::vector<Result<Response>> answers_;
};

Result<Response> status(int code, std::vector<Header> headers = {}) {
    Response out;
    out.status = code;
    out.headers = std::move(headers);
    return out;
}

struct Sleeps {
    std::vector<milliseconds> taken;
    Patience patience{.policy = {.attempts = 4, .base = 100ms, .ceiling = 300ms},
                      .sleep = [this](milliseconds pause) { taken.push_back(pause); },
                      .now = [] { return kNow; },
                      .jitter = [] { return 1.0; }};
};

}  // namespace

TEST_CASE("Retry-After is seconds or a date", "[retry]") {
    struct Row {
        const char* value;
        std::optional<milliseconds> want;
    };
    const auto row = GENERATE(values<Row>({
        {"0", 0ms},
        {"120", 120s},
        {"Sun, 06 Nov 1994 08:49:40 GMT", 3s},
        {"Sun, 06 Nov 1994 08:49:30 GMT", 0ms},
        {"-1", std::nullopt},
        {"1.5", std::nullopt},
        {"12x", std::nullopt},
        {"", std::nullopt},
        {"9999999999", std::nullopt},
        {"Sunday, 06-Nov-94 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Xyz 1994 08:49:40 GMT", std::nullopt},
        {"Sun, 99 Nov 1994 08:49:40 GMT", std::nullopt},
    }));
    INFO(row.value);
    REQUIRE(parse_retry_after(row.value, kNow) == row.want);
}

TEST_CASE("pauses double up to a ceiling, half of them jitter", "[retry]") {
    const RetryPolicy policy{.attempts = 6, .base = 100ms, .ceiling = 500ms};
    REQUIRE(retry_delay(policy, 1, {}, 0.0) == 50ms);
    REQUIRE(retry_delay(policy, 1, {}, 1.0) == 100ms);
    REQUIRE(retry_delay(policy, 2, {}, 1.0) == 200ms);
    REQUIRE(retry_delay(policy, 3, {}, 1.0) == 400ms);
    REQUIRE(retry_delay(policy, 4, {}, 1.0) == 500ms);
    REQUIRE(retry_delay(policy, 5, {}, 9.0) == 500ms);
    REQUIRE(retry_delay(policy, 6, {}, 1.0) == std::nullopt);
}

TEST_CASE("what the server asks for is a floor, and too much of it an end", "[retry]") {
    const RetryPolicy policy{.base = 100ms, .ceiling = 500ms, .longest_wait = 60s};
    REQUIRE(retry_delay(policy, 1, 60'000ms, 0.0) == 60'050ms);
    REQUIRE(retry_delay(policy, 1, 60'001ms, 0.0) == std::nullopt);
}

TEST_CASE("only what can pass by itself is repeated", "[retry]") {
    for (const int code : {408, 429, 500, 502, 503, 504, 522}) REQUIRE(may_repeat_status(code));
    for (const int code : {200, 206, 301, 400, 401, 403, 404, 412, 501, 505, 511, 600}) {
        REQUIRE_FALSE(may_repeat_status(code));
    }
    REQUIRE(may_repeat_fault(Fault::Io));
    REQUIRE_FALSE(may_repeat_fault(Fault::Malformed));
    REQUIRE_FALSE(may_repeat_fault(Fault::Integrity));
    REQUIRE_FALSE(may_repeat_method("POST"));
    REQUIRE_FALSE(may_repeat_method("PATCH"));
}

TEST_CASE("a request is sent until its answer is final", "[retry]") {
    Sleeps sleeps;
    Script script({status(503, {{"retry-after", "2"}}), Error(Fault::Io, "reset"), status(200)});
    const auto answer = send_with_retries(script, Request{}, sleeps.patience);
    REQUIRE_OK(answer);
    REQUIRE(answer->status == 200);
    REQUIRE(sleeps.taken == std::vector<milliseconds>{2100ms, 200ms});
}

TEST_CASE("the last answer comes back when attempts are used up", "[retry]") {
    Sleeps sleeps;
    Script script({status(500), status(500), status(500), status(503)});
    const auto answer = send_with_retries(script, Request{}, sleeps.patience);
    REQUIRE_OK(answer);
    REQUIRE(answer->status == 503);
    REQUIRE(script.sent_ == 4);
}

TEST_CASE("a POST, a broken answer and a body under way are not repeated", "[retry]") {
    Sleeps sleeps;
    Request post;
    post.method = "POST";
    Script posts({status(503), status(200)});
    REQUIRE(send_with_retries(posts, post, sleeps.patience)->status == 503);

    Script malformed({Error(Fault::Malformed, "no HTTP"), status(200)});
    REQUIRE_REFUSED(send_with_retries(malformed, Request{}, sleeps.patience), "no HTTP");

    Request streamed;
    streamed.sink = [](Bytes) { return Result<void>(); };
    Script partly({status(500), status(200)});  // the script gives the sink a piece each time
    REQUIRE(send_with_retries(partly, streamed, sleeps.patience)->status == 500);
    REQUIRE(sleeps.taken.empty());
}

TEST_CASE("a POST is repeated where the caller says that it may be", "[retry]") {
    Request request;
    request.method = "POST";
    const Repeatable repeatable = GENERATE(Repeatable::AsMethod, Repeatable::Yes);
    Script script({status(503), status(200)});
    Sleeps sleeps;
    const auto answer = send_with_retries(script, request, sleeps.patience, repeatable);
    REQUIRE_OK(answer);
    REQUIRE(answer->status == (repeatable == Repeatable::Yes ? 200 : 503));
    REQUIRE(sleeps.taken.size() == (repeatable == Repeatable::Yes ? 1U : 0U));
}
