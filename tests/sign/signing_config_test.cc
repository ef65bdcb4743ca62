#include "sign/signing_config.h"

#include "core/bytes.h"
#include "tests/check.h"

using namespace boltseal;

namespace {

constexpr Timestamp kNow{1'750'000'000};  // 2025-06-15

std::string service(const std::string& url, const std::string& version, const std::string& range) {
    return R"({"url":")" + url + R"(","majorApiVersion":)" + version + R"(,"validFor":{)" + range +
           R"(},"operator":"example"})";
}
const std::string kOpen = R"("start":"2025-01-01T00:00:00Z")";
const std::string kNewer = R"("start":"2025-05-01T00:00:00Z")";
const std::string kEnded = R"("start":"2025-06-01T00:00:00Z","end":"2025-06-02T00:00:00Z")";
const std::string kFuture = R"("start":"2026-01-01T00:00:00Z")";

std::string config(const std::string& logs,
                   const std::string& log_config = R"({"selector":"ANY"})") {
    return R"({"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[)" +
           service("https://fulcio.example", "1", kOpen) + R"(],"rekorTlogUrls":[)" + logs +
           R"(],"tsaUrls":[)" + service("https://tsa.example/stamp", "1", kOpen) +
           R"(],"rekorTlogConfig":)" + log_config + "}";
}

Result<SigningConfig> parse(const std::string& text) {
    return parse_signing_config(as_bytes(text));
}

}  // namespace

TEST_CASE("the newest service of a version that is in its time is chosen", "[signing_config]") {
    const auto parsed = parse(config(service("https://one.example", "2", kOpen) + "," +
                                     service("https://newer.example", "2", kNewer) + "," +
                                     service("https://ended.example", "2", kEnded) + "," +
                                     service("https://future.example", "2", kFuture) + "," +
                                     service("https://old-api.example", "1", kNewer)));
    REQUIRE_OK(parsed);
    REQUIRE(choose_service(parsed->logs, 2, kNow)->url == "https://newer.example");
    REQUIRE(choose_service(parsed->logs, 1, kNow)->url == "https://old-api.example");
    REQUIRE(choose_service(parsed->logs, 3, kNow) == nullptr);
    REQUIRE(choose_service(parsed->logs, 2, {kNow.seconds - 30'000'000}) == nullptr);
    REQUIRE(choose_service(parsed->authorities, 1, kNow)->url == "https://fulcio.example");
    REQUIRE(choose_service(parsed->stampers, 1, kNow)->url == "https://tsa.example/stamp");
}

TEST_CASE("one log is written to, and a configuration that wants more is refused",
          "[signing_config]") {
    const std::string one = service("https://one.example", "2", kOpen);
    const std::string two = one + "," + service("https://two.example", "2", kOpen);
    REQUIRE_OK(parse(config(two, R"({"selector":"EXACT","count":1})")));
    REQUIRE_OK(parse(config(one, R"({"selector":"ALL"})")));
    const char* const more =
        "'rekorTlogConfig.selector' asks for more than one, and one is what is written to";
    REQUIRE_REFUSED(parse(config(two, R"({"selector":"ALL"})")), more);
    REQUIRE_REFUSED(parse(config(two, R"({"selector":"EXACT","count":2})")), more);
}

TEST_CASE("configurations of other versions and broken ones are refused", "[signing_config]") {
    REQUIRE_REFUSED(
        parse(R"({"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json"})"),
        "'mediaType' is 'application/vnd.dev.sigstore.signingconfig.v0.1+json', expected "
        "'application/vnd.dev.sigstore.signingconfig.v0.2+json'");
    REQUIRE_REFUSED(parse("{}"), "'mediaType' is missing");
    REQUIRE_REFUSED(parse(config(R"({"url":"https://one.example","majorApiVersion":2})")),
                    "'rekorTlogUrls[0].validFor' is missing");
    REQUIRE_REFUSED(parse(config(R"({"majorApiVersion":2})")), "'rekorTlogUrls[0].url' is missing");
}
