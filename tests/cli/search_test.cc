#include "cli/search.h"

#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;

namespace {

constexpr Timestamp kNow{1'790'000'000};
const BlobDigest kImage = digest_of(as_bytes("an image"));
const BlobDigest kOther = digest_of(as_bytes("another image"));

Candidate bundle_about(const BlobDigest& digest, KeyType type = KeyType::EcdsaP256) {
    return {to_buffer(
        to_string(test::make_dsse(test::statement_about(digest), test::signer_of(type))))};
}

Policy policy_for(KeyType type = KeyType::EcdsaP256) {
    Policy policy;
    policy.keys = {test::signer_of(type).public_key()};
    policy.log_threshold = 0;
    policy.predicate_type = kSignPredicateType;
    return policy;
}

Judgement judge(const Policy& policy, const std::vector<Candidate>& candidates) {
    Search search({kImage, std::nullopt}, policy, kNow, KeepEvidence::No);
    for (const Candidate& candidate : candidates) search.consider(candidate);
    return search.conclude();
}

Candidate unreadable(Fault fault) {
    return {Error(fault, "registry answered with status 429")};
}

}  // namespace

TEST_CASE("nothing attached is unsigned, and says what was looked for", "[search]") {
    Policy policy = policy_for();
    const Judgement none = judge(policy, {});
    REQUIRE_REFUSED(none.verified, "not signed");
    REQUIRE_FAULT(none.verified, Fault::Untrusted);
    REQUIRE(none.trace.failed == "evidence");
    REQUIRE_FALSE(none.evidence);
    policy.predicate_type = "https://cyclonedx.org/bom";
    REQUIRE_REFUSED(judge(policy, {}).verified,
                    "no attestation of type 'https://cyclonedx.org/bom'");
}

TEST_CASE("one that holds is enough, whatever else there is", "[search]") {
    const Policy policy = policy_for();
    const Candidate good = bundle_about(kImage);
    const Judgement judgement =
        judge(policy, {unreadable(Fault::Io), bundle_about(kOther), good, bundle_about(kOther)});
    REQUIRE_OK(judgement.verified);
    REQUIRE(judgement.evidence == digest_of(std::get<Buffer>(good.content)));
    REQUIRE(judgement.trace.failed.empty());
}

TEST_CASE("what could not be read is never unsigned, and never refused", "[search]") {
    const Fault fault = GENERATE(values({Fault::Io, Fault::Declined, Fault::Missing,
                                         Fault::Malformed, Fault::Integrity, Fault::Config}));
    const Policy policy = policy_for();
    for (const auto& candidates : std::vector<std::vector<Candidate>>{
             {unreadable(fault)},
             {bundle_about(kOther), unreadable(fault)},
             {unreadable(fault), bundle_about(kOther)},
         }) {
        const Judgement judgement = judge(policy, candidates);
        REQUIRE_REFUSED(judgement.verified, "registry answered with status 429");
        REQUIRE_FAULT(judgement.verified, fault);
        REQUIRE(judgement.trace.failed == "evidence");
    }
}

TEST_CASE("a refusal is about the candidate of which most held", "[search]") {
    const Policy policy = policy_for();
    const Candidate stranger = bundle_about(kImage, KeyType::EcdsaP384);
    const Candidate elsewhere = bundle_about(kOther);
    const Judgement both = judge(policy, {stranger, elsewhere, stranger});
    REQUIRE_REFUSED(
        both.verified,
        "none of 3 signatures holds; the closest: statement is not about " + to_string(kImage));
    REQUIRE(both.evidence == digest_of(std::get<Buffer>(elsewhere.content)));
    REQUIRE(both.trace.failed == "subject");
    REQUIRE(both.trace.checks.size() == 2);
    REQUIRE(judge(policy, {stranger}).trace.failed == "signature");
}

TEST_CASE("what says that it is of another type does not hide the rest", "[search]") {
    const Policy policy = policy_for();
    Candidate other = bundle_about(kOther);
    other.other_type = true;
    REQUIRE_REFUSED(judge(policy, {other}).verified, "not signed");
    Candidate broken = unreadable(Fault::Io);
    broken.other_type = true;
    REQUIRE_FAULT(judge(policy, {broken}).verified, Fault::Io);
    Candidate good = bundle_about(kImage);
    good.other_type = true;
    REQUIRE_OK(judge(policy, {good}).verified);
}

TEST_CASE("a policy that can pass nothing is the user's to mend", "[search]") {
    Policy policy = policy_for();
    policy.expires = Timestamp{kNow.seconds - 1};
    Search search({kImage, std::nullopt}, policy, kNow, KeepEvidence::Yes);
    REQUIRE(search.is_over());
    search.consider(bundle_about(kImage));
    REQUIRE_FAULT(search.conclude().verified, Fault::Config);
    REQUIRE(search.conclude().trace.failed == "policy");
    REQUIRE(search.evidence()->empty());
}

TEST_CASE("evidence is kept as it was considered, up to a limit", "[search]") {
    const Policy policy = policy_for();
    Search search({kImage, std::nullopt}, policy, kNow, KeepEvidence::Yes);
    search.consider(unreadable(Fault::Io));
    search.consider(bundle_about(kImage));
    REQUIRE(search.is_over());
    search.consider(bundle_about(kOther));
    REQUIRE(search.evidence()->size() == 2);

    Search large({kImage, std::nullopt}, policy, kNow, KeepEvidence::Yes);
    const Buffer half(Search::kMaxEvidence / 2, 'x');
    large.consider({half});
    large.consider({half});
    REQUIRE(large.evidence());
    large.consider({Buffer{'x'}});
    REQUIRE_FALSE(large.evidence());
    large.consider(bundle_about(kImage));
    REQUIRE_OK(large.conclude().verified);
    REQUIRE_FALSE(large.evidence());
}
