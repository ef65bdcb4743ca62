#include "tests/hostile/fault.h"

#include "tests/check.h"

using namespace boltseal;
using namespace boltseal::hostile;

namespace {

constexpr std::string_view kWhole = "0123456789";

Request request_for(const std::string& target, const std::string& range = "") {
    Request out{"GET", target, {}};
    if (!range.empty()) out.headers["range"] = range;
    return out;
}

// The ten digits, or those from `first` to `last`.
Answer answer_of(std::uint64_t first = 0, std::uint64_t last = 9) {
    Answer out;
    out.offset = first;
    out.body = kWhole.substr(first, last - first + 1);
    return out;
}

Answer with(const std::string& fault, const std::string& argument, Answer answer) {
    Delivery delivery;
    REQUIRE_OK(apply({fault, argument}, request_for("/v2/"), kWhole, answer, delivery));
    return answer;
}

std::vector<Rule> rules(std::string_view text) {
    auto out = parse_rules(text);
    REQUIRE_OK(out);
    return *out;
}

}  // namespace

TEST_CASE("a rule says how often, for what, and what goes wrong", "[hostile]") {
    const auto out = rules("3* GET /v2/*/blobs/*: status 429 | header Retry-After: 1\n* *: honest");
    REQUIRE(out.size() == 2);
    REQUIRE(out[0].uses == 3);
    REQUIRE(out[0].method == "GET");
    REQUIRE(out[0].target == "/v2/*/blobs/*");
    REQUIRE(out[0].faults.size() == 2);
    REQUIRE(out[0].faults[1].name == "header");
    REQUIRE(out[0].faults[1].argument == "Retry-After: 1");
    REQUIRE(out[1].uses == -1);
}

TEST_CASE("a line that is no rule is refused, so that no test passes because of it", "[hostile]") {
    const std::string line =
        GENERATE("GET /v2/", "GET: reset 1", "GET /v2/: ", "GET /v2/: explode", "x* GET /: honest");
    const auto out = parse_rules(line);
    REQUIRE_FALSE(out.has_value());
}

TEST_CASE("the first rule that matches and is not used up is obeyed", "[hostile]") {
    Rules these(rules("2* GET */blobs/*: reset 1\nGET */blobs/*: reset 2\nHEAD *: reset 3"));
    const auto argument = [&](const std::string& target) {
        const auto found = these.find(request_for(target));
        return found.empty() ? "none" : found[0].argument;
    };
    REQUIRE(argument("/v2/x/blobs/y") == "1");
    REQUIRE(argument("/v2/x/blobs/y") == "1");
    REQUIRE(argument("/v2/x/blobs/y") == "2");
    REQUIRE(argument("/v2/x/manifests/y") == "none");
}

TEST_CASE("a star stands for anything", "[hostile]") {
    REQUIRE(matches("*", ""));
    REQUIRE(matches("a*c", "abbc"));
    REQUIRE(matches("a*b*", "axxbyy"));
    REQUIRE_FALSE(matches("a*c", "abcd"));
    REQUIRE_FALSE(matches("a", "ab"));
}

TEST_CASE("bits are flipped at their place in the blob, also in a range", "[hostile]") {
    REQUIRE(with("flip", "4", answer_of()).body == "0123556789");
    REQUIRE(with("flip", "4", answer_of(3, 5)).body == "355");
    REQUIRE(with("flip", "4", answer_of(5, 9)).body == "56789");
    REQUIRE(with("flip-every", "4", answer_of()).body == "0133457789");
    REQUIRE(with("flip-every", "4", answer_of(6, 7)).body == "77");
}

TEST_CASE("a range can be answered by something else", "[hostile]") {
    REQUIRE(with("shift", "2", answer_of(3, 5)).body == "567");
    REQUIRE(with("shift", "2", answer_of(7, 9)).body == "9xx");
    Answer range = answer_of(3, 8);
    range.status = 206;
    range = with("piece", "2", range);
    REQUIRE(range.body == "34");
    REQUIRE(range.headers.back().second == "bytes 3-4/10");
    const Answer whole = with("whole", "", answer_of(3, 5));
    REQUIRE(whole.body == kWhole);
    REQUIRE(whole.status == 200);
}

TEST_CASE("ranges are understood as RFC 9110 means them", "[hostile]") {
    const auto range = [](std::string_view text) {
        const auto out = parse_range(text, 10);
        return out ? std::to_string(out->first) + "-" + std::to_string(out->last) : "none";
    };
    REQUIRE(range("bytes=0-0") == "0-0");
    REQUIRE(range("bytes=3-") == "3-9");
    REQUIRE(range("bytes=3-99") == "3-9");
    for (const auto* text : {"bytes=10-", "bytes=5-3", "bytes=-3", "bytes=1-2,4-5", "lines=1-2"}) {
        REQUIRE(range(text) == "none");
    }
}

TEST_CASE("a request is read as it came, directly or to a proxy", "[hostile]") {
    const Request direct = parse_request("GET /v2/ HTTP/1.1\r\nHost: a\r\nRange: bytes=1-\r\n\r\n");
    REQUIRE(direct.method == "GET");
    REQUIRE(direct.target == "/v2/");
    REQUIRE(direct.header("range") == "bytes=1-");
    REQUIRE(parse_request("GET http://b:5000/v2/x HTTP/1.1\r\n\r\n").target == "/v2/x");
}
