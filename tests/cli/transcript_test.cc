#include "cli/transcript.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

const BlobDigest kImage = digest_of(as_bytes("an image"));

Transcript sample() {
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    TrustMaterial trust;
    trust.keys = {{"release.pub", to_pem(signer.public_key())}};
    trust.no_log = true;
    const std::string bundle = to_string(test::make_dsse(test::statement_about(kImage), signer));
    Case record{{"image", "registry.example/app", kImage}, {1'790'000'000}, trust};
    record.evidence = {
        {Error(Fault::Io, "no answer").with_hint("try again").comparing("one", "none")},
        {SimpleSigning{to_buffer("payload"), to_buffer("signature")}, true},
        {to_buffer(bundle)},
    };
    return {"0.1.0", std::move(record), false, Json::object({{"verdict", "verified"}})};
}

std::string canonical(const std::string& text) {
    return to_canonical_json(parse_json(std::string_view(text)).value()) + "\n";
}

Result<Transcript> parse(const std::string& text) {
    return parse_transcript(as_bytes(text));
}

Judgement replay(const Transcript& transcript) {
    const auto policy =
        make_policy(transcript.record.trust, default_type(transcript.record.subject));
    REQUIRE_OK(policy);
    return judge(transcript.record, *policy);
}

}  // namespace

TEST_CASE("a transcript prints back to the same bytes", "[transcript]") {
    Transcript transcript = sample();
    transcript.record.setback = Setback{"log-history", Error(Fault::Untrusted, "two histories")};
    transcript.record.trust.strict = true;
    transcript.record.trust.identity = "dev@example.org";
    transcript.record.trust.issuer = "https://accounts.example.org";
    transcript.record.trust.trusted_root = TrustFile{"root", "{}"};
    transcript.needs_artifact = true;
    const std::string text = to_string(transcript);
    const auto parsed = parse(text);
    REQUIRE_OK(parsed);
    REQUIRE(to_string(*parsed) == text);
    REQUIRE(parsed->needs_artifact);
    REQUIRE(static_cast<const TrustFlags&>(parsed->record.trust) == transcript.record.trust);
    REQUIRE(parsed->record.evidence.size() == 3);
    REQUIRE(std::get<Error>(parsed->record.evidence[0].content).found() == "none");
    REQUIRE(parsed->record.evidence[1].other_type);
    REQUIRE(parsed->record.setback->check == "log-history");
}

TEST_CASE("a transcript leads to the verdict of its evidence", "[transcript]") {
    Transcript transcript = sample();
    REQUIRE_OK(replay(*parse(to_string(transcript))).verified);

    transcript.record.subject.digest = digest_of(as_bytes("another"));
    REQUIRE_FAULT(replay(transcript).verified, Fault::Io);  // the candidate that was not read
    transcript.record.evidence.erase(transcript.record.evidence.begin());
    REQUIRE_REFUSED(replay(transcript).verified,
                    "statement is not about " + to_string(*transcript.record.subject.digest));
}

TEST_CASE("a setback makes a verdict worse, and never better", "[transcript]") {
    Transcript transcript = sample();
    transcript.record.setback = Setback{"log-history", Error(Fault::Untrusted, "two histories")};
    REQUIRE_REFUSED(replay(transcript).verified, "two histories");
    REQUIRE(replay(transcript).trace.failed == "log-history");
    transcript.record.evidence.clear();
    REQUIRE_REFUSED(replay(transcript).verified, "not signed");

    transcript = sample();
    transcript.record.subject.digest.reset();
    REQUIRE_FAULT(replay(transcript).verified, Fault::Missing);
    transcript.record.setback = Setback{"artifact", Error(Fault::Declined, "status 403")};
    REQUIRE_REFUSED(replay(transcript).verified, "status 403");
    REQUIRE(replay(transcript).trace.failed == "artifact");
}

TEST_CASE("a verdict depends on the time of the transcript", "[transcript]") {
    Transcript transcript = sample();
    const auto policy = make_policy(transcript.record.trust, kSignPredicateType);
    REQUIRE_OK(policy);
    Policy ended = *policy;
    ended.expires = Timestamp{1'789'999'999};
    REQUIRE_FAULT(judge(transcript.record, ended).verified, Fault::Config);
    transcript.record.time = *ended.expires;
    REQUIRE_OK(judge(transcript.record, ended).verified);
}

TEST_CASE("a transcript has one spelling", "[transcript]") {
    const std::string good = to_string(sample());
    REQUIRE_OK(parse(good));
    const std::string why = "transcript: is not in the one form that it is written in";
    REQUIRE_REFUSED(parse(good + "\n"), why);
    REQUIRE_REFUSED(parse(good.substr(0, good.size() - 1)), why);
    REQUIRE_REFUSED(parse(" " + good), why);
    REQUIRE_REFUSED(parse("junk"), "transcript: not valid JSON: syntax error at byte 1");
    REQUIRE_FAULT(parse(good + "\n"), Fault::Malformed);
}

TEST_CASE("transcripts are refused for the right reason", "[transcript]") {
    const std::string good = to_string(sample());
    struct Row {
        std::string why;
        std::string text;
    };
    const Json::Array many_keys(65, Json("key"));
    const Json::Array many_candidates(67, Json::object({{"bundle", ""}}));
    const Json setback = Json::object({{"check", "signature"}, {"error", Json::object({})}});
    const auto row = GENERATE_COPY(values<Row>({
        {"schema is 'x'", edit(good, "schema", "x")},
        {"'schema' is missing", without(good, "schema")},
        {"unknown member 'more'", edit(good, "more", 1)},
        {"'tool' has control characters", edit(good, "tool", "\x1b[2J")},
        {"'name' has control characters", edit(good, "artifact.name", "a\nb")},
        {"'name' has control characters", edit(good, "artifact.name", "a\x7f")},
        {"'name' has control characters", edit(good, "artifact.name", "a\xC2\x9B")},
        {"'name' has control characters", edit(good, "artifact.name", "\xE2\x80\xAE")},
        {"'name' has control characters", edit(good, "artifact.name", "\xE2\x80\x8F")},
        {"'name' has control characters", edit(good, "artifact.name", "\xE2\x81\xA7")},
        {"artifact is of no known kind", edit(good, "artifact.kind", "folder")},
        {"'bytesNeeded' is not true", edit(good, "artifact.bytesNeeded", false)},
        {"'strict' is not true", edit(good, "trust.strict", "yes")},
        {"unknown member 'policy'", edit(good, "trust.policy", "x")},
        {"more than 64 of 'keys'", edit(good, "trust.keys", many_keys)},
        {"'keys' has something else in it", edit(good, "trust.keys", Json::array({1}))},
        {"more than 66 candidates", edit(good, "evidence", many_candidates)},
        {"fault 'fine' is not known", edit(good, "evidence.0.error.fault", "fine")},
        {"'message' has control characters", edit(good, "evidence.0.error.message", "\b")},
        {"'hint' has control characters", edit(good, "evidence.0.error.hint", "\t")},
        {"'expected' has control characters", edit(good, "evidence.0.error.expected", "\r")},
        {"'found' has control characters", edit(good, "evidence.0.error.found", "\x1f")},
        {"setback is of no known check", edit(good, "setback", setback)},
    }));
    CAPTURE(row.why);
    REQUIRE_REFUSED(parse(canonical(row.text)), "transcript: " + row.why);
    REQUIRE_FAULT(parse(canonical(row.text)), Fault::Malformed);
}
