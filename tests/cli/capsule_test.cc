#include "cli/capsule.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;

Capsule sample() {
    Capsule out;
    out.tool = "0.1.0";
    out.image = digest_of(as_bytes("image"));
    out.name = "registry.example/app";
    out.tag = "1.0";
    out.created = {kNow - 3600};
    out.expires = Timestamp{kNow + 3600};
    out.verified = true;
    out.trust.keys = {{"k", "key"}};
    return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a capsule's description is read as it was written", "[capsule]") {
    for (const bool full : {true, false}) {
        Capsule capsule = sample();
        if (!full) {
            capsule.expires.reset();
            capsule.tag.clear();
            capsule.verified = false;
            capsule.trust = {};
        }
        const auto read = parse_capsule(as_bytes(to_string(capsule)));
        REQUIRE_OK(read);
        REQUIRE(to_string(*read) == to_string(capsule));
        REQUIRE(read->image == capsule.image);
        REQUIRE(read->created == capsule.created);
        REQUIRE(read->expires == capsule.expires);
        REQUIRE(read->verified == full);
    }
}

TEST_CASE("a description that is not as it should be is refused by its reason", "[capsule]") {
    const std::string text = to_string(sample());
    const auto refused = [&](const std::string& from, const std::string& to) {
        const auto parsed = parse_capsule(as_bytes(replaced(text, from, to)));
        REQUIRE_FAULT(parsed, Fault::Malformed);
        return parsed;
    };
    REQUIRE_REFUSED(refused("capsule/v1", "capsule/v2"),
                    "capsule: unknown schema 'https://boltseal.dev/schema/capsule/v2'");
    REQUIRE_REFUSED(refused("\"verified\":true", "\"verified\": true"),
                    "capsule: it is not in the one form that it is written in");
    REQUIRE_REFUSED(refused("\"verified\":true", "\"verified\":false"),
                    "capsule: 'verified' is not true");
    REQUIRE_REFUSED(refused("\"expires\":\"2027", "\"expires\":\"2026"),
                    "capsule: it expires before it was made");
    REQUIRE_FAULT(refused("\"tool\"", "\"toolx\""), Fault::Malformed);
    REQUIRE_FAULT(refused("sha256:", "sha257:"), Fault::Malformed);
    REQUIRE_FAULT(refused("1.0\"", "1.0\\u001b\""), Fault::Malformed);
}

TEST_CASE("a capsule is fresh, or it is refused by its reason", "[capsule]") {
    using std::chrono::seconds;
    const Capsule capsule = sample();
    REQUIRE_OK(check_freshness(capsule, {{}, {}, {kNow}}));
    REQUIRE_OK(check_freshness(capsule, {seconds(3600), {}, {kNow}}));
    REQUIRE_OK(check_freshness(capsule, {{}, Timestamp{kNow - 3700}, {kNow}}));
    REQUIRE_OK(check_freshness(capsule, {{}, {}, {kNow - 3900}}));  // clocks differ a little

    const auto old = check_freshness(capsule, {seconds(3599), {}, {kNow}});
    REQUIRE_FAULT(old, Fault::Untrusted);
    REQUIRE_REFUSED(old, "the capsule is of 2027-01-15T07:00:00Z, and older than --max-age allows");
    const auto over = check_freshness(capsule, {{}, {}, {kNow + 3601}});
    REQUIRE_FAULT(over, Fault::Untrusted);
    REQUIRE_REFUSED(over, "the capsule has expired at 2027-01-15T09:00:00Z");
    REQUIRE_REFUSED(check_freshness(capsule, {{}, {}, {kNow - 3901}}),
                    "the capsule says that it was made at 2027-01-15T07:00:00Z, and it is "
                    "2027-01-15T06:54:59Z");
    REQUIRE_REFUSED(check_freshness(capsule, {{}, Timestamp{kNow - 3299}, {kNow}}),
                    "the capsule says that it was made at 2027-01-15T07:00:00Z, and something in "
                    "it is proved to be of 2027-01-15T07:05:01Z");
    REQUIRE_REFUSED(check_freshness(capsule, {{}, Timestamp{kNow + 301}, {kNow}}),
                    "the clock of this machine is behind: it is 2027-01-15T08:00:00Z, and "
                    "something in it is proved to be of 2027-01-15T08:05:01Z");
}

TEST_CASE("the trust of a capsule is compared, and never taken", "[capsule]") {
    Capsule capsule = sample();
    TrustMaterial loader = capsule.trust;
    loader.keys[0].name = "another file name";
    REQUIRE(compare_trust(capsule, loader) == "it was made with the same keys, roots and flags");
    loader.keys[0].text = "other";
    REQUIRE(compare_trust(capsule, loader) ==
            "it was made with other keys, roots or flags, which say nothing here");
    loader = capsule.trust;
    loader.no_log = true;
    REQUIRE(compare_trust(capsule, loader) ==
            "it was made with other keys, roots or flags, which say nothing here");
    capsule.policy_digest = "sha256:1";
    REQUIRE(compare_trust(capsule, loader) ==
            "it was verified by the policy 'sha256:1' when it was made");
    capsule.verified = false;
    REQUIRE(compare_trust(capsule, loader) == "it was not verified when it was made");
}
