#include "verify/image_policy.h"

#include "tests/check.h"
#include "tests/support/policy_world.h"
#include "tests/support/test_witness.h"

#include <algorithm>

using namespace boltseal;
using test::PolicyWorld;

namespace {

constexpr Timestamp kSigned = test::kLeafStart;
constexpr Timestamp kNow{kSigned.seconds + 3'600};
const std::string kScan = "https://example.com/scan/v1";

// A policy with one rule about signatures, and whatever comes in `more`.
std::string policy(const std::string& more, const std::string& head = "") {
    return R"([[policy]]
name = "team"
scopes = ["registry.example/team"]
platforms = "all"
logs = 1
)" + head + more;
}

const std::string kSignature = "[policy.signature]\nsigners = [\"ci\"]\n";

std::string attestation(const std::string& more) {
    return "[[policy.attestation]]\nid = \"scan\"\ntype = \"" + kScan + "\"\n" + more;
}
const std::string kByScan = "signers = [\"scan\"]\nselect = \"all\"\n";

const RuleOutcome& outcome_of(const Decision& decision, const std::string& rule) {
    const auto found = std::ranges::find(decision.rules, rule, &RuleOutcome::rule);
    CAPTURE(rule);
    REQUIRE(found != decision.rules.end());
    return *found;
}

void require(const Decision& decision, const std::string& rule, Outcome outcome,
             const std::string& found) {
    const RuleOutcome& is = outcome_of(decision, rule);
    CAPTURE(rule, is.expected, is.hint);
    CHECK(is.found == found);
    REQUIRE(to_string(is.outcome) == to_string(outcome));
}

ImageEvidence evidence(std::vector<Buffer> bundles) {
    return PolicyWorld::evidence(std::move(bundles));
}

}  // namespace

TEST_CASE("an image that its signer has signed is allowed", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    const Decision decision = decide(file, evidence({world.signature("ci")}), kNow);
    REQUIRE(decision.verdict == Verdict::Allowed);
    REQUIRE(decision.policy == "team");
    REQUIRE(decision.rules.size() == 1);
    require(decision, "signature", Outcome::Pass, "signed by 'ci'");
    REQUIRE(decision.rules[0].expected == "a signature by 'ci'");
    REQUIRE(decision.rules[0].evidence.size() == 1);
    REQUIRE(decision.rules[0].manifest == PolicyWorld::image());
    REQUIRE(decision.uncounted.empty());
}

TEST_CASE("the policy with the longest scope applies, and only whole components count",
          "[image_policy]") {
    PolicyWorld world;
    const auto with_scope = [](const std::string& name, const std::string& scope) {
        return "[[policy]]\nname = \"" + name + "\"\nscopes = [\"" + scope +
               "\"]\nplatforms = \"all\"\nlogs = 1\n" + kSignature;
    };
    const PolicyFile file = world.read(with_scope("registry", "registry.example") +
                                       with_scope("team", "registry.example/team") +
                                       with_scope("app", "registry.example/team/app") +
                                       with_scope("port", "registry.example:5000"));
    const auto name = [&](std::string_view repository) {
        const ImagePolicy* found = find_policy(file, repository);
        return found ? found->name : "";
    };
    REQUIRE(name("registry.example/team/app") == "app");
    REQUIRE(name("registry.example/team/app/sub") == "app");
    REQUIRE(name("registry.example/team/application") == "team");
    REQUIRE(name("registry.example/team") == "team");
    REQUIRE(name("registry.example/teams/app") == "registry");
    REQUIRE(name("registry.example:5000/team/app") == "port");
    REQUIRE(name("registry.example:5001/team/app") == "");
    REQUIRE(name("registry.example.org/team/app") == "");
    REQUIRE(name("other.example/registry.example/team/app") == "");
    REQUIRE(name("") == "");
}

TEST_CASE("an image that no policy is about is refused", "[image_policy]") {
    PolicyWorld world;
    ImageEvidence other = evidence({world.signature("ci")});
    other.repository = "registry.example/other/app";
    const Decision decision = decide(world.read(policy(kSignature)), other, kNow);
    REQUIRE(decision.verdict == Verdict::Refused);
    require(decision, "scope", Outcome::Fail, "none, and the default is to deny");
}

TEST_CASE("a policy passes nothing after its last day", "[image_policy]") {
    PolicyWorld world;
    const auto file = world.read(policy(kSignature, "expires = " + to_rfc3339(kNow) + "\n"));
    const ImageEvidence image = evidence({world.signature("ci")});
    REQUIRE(decide(file, image, kNow).verdict == Verdict::Allowed);
    const Decision late = decide(file, image, {kNow.seconds + 1});
    REQUIRE(late.verdict == Verdict::Refused);
    require(late, "expires", Outcome::Fail, "it is " + to_rfc3339({kNow.seconds + 1}));
}

TEST_CASE("a signature fails when nobody who counts has signed", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    const auto fails = [&](std::vector<Buffer> bundles, const std::string& found) {
        const Decision decision = decide(file, evidence(std::move(bundles)), kNow);
        REQUIRE(decision.verdict == Verdict::Refused);
        require(decision, "signature", Outcome::Fail, found);
        return decision;
    };
    fails({}, "nobody has signed");
    // Somebody whom no rule names, somebody whom [trust] does not know, and about another image.
    fails({world.signature("scan")}, "none by these signers");
    const Decision stranger = fails({world.signature("stranger")}, "none by these signers");
    REQUIRE(stranger.rules[0].hint == "1 other signature(s) did not count");
    REQUIRE(stranger.uncounted.size() == 1);
    const BlobDigest other = digest_of(as_bytes("another image"));
    const Decision swapped =
        fails({world.bundle_about(other, "ci", kSignPredicateType, Json::object({}), {})},
              "none by these signers");
    REQUIRE(swapped.uncounted[0].why == "'" + std::string(kSignPredicateType) +
                                            "': statement is not about " +
                                            to_string(PolicyWorld::image()));
    // An attestation is no signature, and what is no bundle is mentioned.
    const Decision junk =
        fails({to_buffer("junk"), world.bundle("ci", kScan)}, "nobody has signed");
    REQUIRE(junk.uncounted.size() == 2);
    REQUIRE(junk.uncounted[0].why == "holds no statement that can be read");
    REQUIRE(junk.uncounted[1].why == "'" + kScan + "': no rule asks for it");
}

TEST_CASE("a signature that no log has is not one", "[image_policy]") {
    PolicyWorld world;
    const SigstoreBundle bundle =
        test::make_dsse(test::statement_about(PolicyWorld::image()), world.signer("ci"));
    const Decision decision =
        decide(world.read(policy(kSignature)), evidence({to_buffer(to_string(bundle))}), kNow);
    REQUIRE(decision.verdict == Verdict::Refused);
    REQUIRE(decision.uncounted.size() == 1);
    REQUIRE(decision.uncounted[0].why.find("log") != std::string::npos);
    // Unless the policy says aloud that it asks for none.
    std::string waived = policy(kSignature);
    waived.replace(waived.find("logs = 1"), 8, "insecure_no_log = true");
    REQUIRE(decide(world.read(waived), evidence({to_buffer(to_string(bundle))}), kNow).verdict ==
            Verdict::Allowed);
}

TEST_CASE("nobody is said to be unsigned when not everything could be looked at",
          "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    ImageEvidence image = evidence({});
    image.image.incomplete = "the registry answered 429";
    const Decision decision = decide(file, image, kNow);
    REQUIRE(decision.verdict == Verdict::Undetermined);
    require(decision, "signature", Outcome::Unknown, "none by these signers");
    REQUIRE(decision.rules[0].hint ==
            "not all evidence could be looked at: the registry answered 429");
    // What was found is enough.
    image.image.bundles = {world.signature("ci")};
    REQUIRE(decide(file, image, kNow).verdict == Verdict::Allowed);
}

TEST_CASE("more bundles than are judged leave the answer open", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    std::vector<Buffer> bundles;
    for (int i = 0; i < 64; ++i) bundles.push_back(to_buffer("junk " + std::to_string(i)));
    const auto with = [&](const Buffer& last) {
        std::vector<Buffer> all = bundles;
        all.push_back(last);
        return decide(file, evidence(all), kNow);
    };
    REQUIRE(with(bundles.front()).verdict == Verdict::Refused);  // a copy is no further one
    const Decision decision = with(world.signature("ci"));
    REQUIRE(decision.verdict == Verdict::Undetermined);
    REQUIRE(decision.rules[0].hint ==
            "not all evidence could be looked at: more than 64 bundles are attached");
}

TEST_CASE("n of m signers are n different ones", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(
        policy("[policy.signature]\nsigners = [\"ci\", \"audit\", \"scan\"]\nthreshold = 2\n"));
    const Buffer ci = world.signature("ci");
    const Buffer audit = world.signature("audit");
    REQUIRE(decide(file, evidence({ci, audit}), kNow).verdict == Verdict::Allowed);
    const auto fails = [&](std::vector<Buffer> bundles) {
        const Decision decision = decide(file, evidence(std::move(bundles)), kNow);
        REQUIRE(decision.verdict == Verdict::Refused);
        require(decision, "signature", Outcome::Fail, "signed by 'ci'");
        REQUIRE(decision.rules[0].expected == "a signature by 2 of 'ci', 'audit' or 'scan'");
    };
    fails({ci});
    fails({ci, ci});
    fails({ci, world.signature("ci")});  // two bundles, two log entries, one signer
    fails({ci, world.signature("stranger")});
}

TEST_CASE("one person does not count for two names", "[image_policy]") {
    PolicyWorld world;
    const test::TestCa ca;
    const test::TestCtLog ct_log;
    world.put("root.json", to_buffer(test::trusted_root_json({world.tsa().authority()},
                                                             {ca.authority()}, {ct_log.log()})));
    const auto signed_by = [&](const std::string& mail, KeyType type = KeyType::EcdsaP256) {
        test::CertificateSpec spec =
            test::signer_spec({NameKind::Email, mail}, "https://issuer.example");
        spec.key_type = type;
        spec.scts.emplace_back().log = &ct_log;
        const auto issued = ca.issue(spec);
        SigstoreBundle bundle =
            test::make_dsse(test::statement_about(PolicyWorld::image()), *issued.key);
        bundle.certificate = issued.certificate;
        bundle.timestamps.push_back(
            world.tsa().stamp(std::get<Envelope>(bundle.content).signature, kSigned));
        return to_buffer(to_string(bundle));
    };
    const PolicyFile file = world.read(R"([trust.identities]
dev = { name = { glob = "*@example.com" }, issuer = "https://issuer.example" }
lead = { name = "lead@example.com", issuer = "https://issuer.example" }
)" + [] {
        std::string text =
            policy("[policy.signature]\nsigners = [\"dev\", \"lead\"]\nthreshold = 2\n");
        return text.replace(text.find("logs = 1"), 8, "insecure_no_log = true");
    }());
    const Buffer lead = signed_by("lead@example.com");
    const Buffer dev = signed_by("dev@example.com");
    REQUIRE(decide(file, evidence({lead, dev}), kNow).verdict == Verdict::Allowed);
    REQUIRE(decide(file, evidence({dev, lead}), kNow).verdict == Verdict::Allowed);
    const Decision alone = decide(file, evidence({lead, signed_by("lead@example.com")}), kNow);
    REQUIRE(alone.verdict == Verdict::Refused);
    require(alone, "signature", Outcome::Fail, "signed by 'dev', 'lead'");
    REQUIRE(decide(file, evidence({dev, signed_by("other@example.com")}), kNow).verdict ==
            Verdict::Refused);
    // The keys of certificates must be of the algorithms that the policy allows.
    const Buffer wide = signed_by("dev@example.com", KeyType::EcdsaP384);
    REQUIRE(decide(file, evidence({lead, wide}), kNow).verdict == Verdict::Allowed);
    PolicyFile narrow = file;
    narrow.policies[0].algorithms = AllowedAlgorithms::only({"ecdsa-p256", "sha256"}).value();
    REQUIRE(decide(narrow, evidence({lead, dev}), kNow).verdict == Verdict::Allowed);
    const Decision other = decide(narrow, evidence({lead, wide}), kNow);
    REQUIRE(other.verdict == Verdict::Refused);
    REQUIRE(other.uncounted.at(0).why == "'" + std::string(kSignPredicateType) +
                                             "': ECDSA P-384 key, expected one of ECDSA P-256, "
                                             "sha256");
}

TEST_CASE("a key counts only while its window says so", "[image_policy]") {
    PolicyWorld world;
    const auto file_until = [&](Timestamp until) {
        std::string text = PolicyWorld::text(policy(kSignature));
        text = test::replaced(text, "ci = { file = \"ci.pub\" }",
                              "ci = { file = \"ci.pub\", until = " + to_rfc3339(until) + " }");
        return parse_policy_file(as_bytes(text), world.loader()).value();
    };
    const Buffer signature = world.bundle("ci", kSignPredicateType, Json::object({}), kSigned);
    REQUIRE(decide(file_until(kSigned), evidence({signature}), kNow).verdict == Verdict::Allowed);
    const Timestamp before{kSigned.seconds - 1};
    REQUIRE(decide(file_until(before), evidence({signature}), kNow).verdict == Verdict::Refused);
    // Nothing proves that it was signed in the window.
    REQUIRE(decide(file_until(kSigned), evidence({world.signature("ci")}), kNow).verdict ==
            Verdict::Refused);
}

TEST_CASE("a policy can ask for time stamps and for witnesses", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile stamped = world.read(policy(kSignature, "timestamps = 1\n"));
    REQUIRE(decide(stamped, evidence({world.signature("ci")}), kNow).verdict == Verdict::Refused);
    REQUIRE(decide(stamped,
                   evidence({world.bundle("ci", kSignPredicateType, Json::object({}), kSigned)}),
                   kNow)
                .verdict == Verdict::Allowed);

    const test::TestWitness witness("w1");
    world.put("w1.pub", to_buffer(to_vkey(witness.key())));
    const PolicyFile witnessed =
        world.read("[trust.witnesses]\nkeys = [\"w1.pub\"]\nthreshold = 1\n" +
                   policy(kSignature, "witnesses = true\n"));
    SigstoreBundle bundle = test::make_dsse(test::statement_about(PolicyWorld::image()),
                                            world.signer("ci"), &world.log());
    REQUIRE(decide(witnessed, evidence({to_buffer(to_string(bundle))}), kNow).verdict ==
            Verdict::Refused);
    std::string& checkpoint = bundle.log_entries.at(0).checkpoint;
    checkpoint = witness.cosign(checkpoint);
    REQUIRE(decide(witnessed, evidence({to_buffer(to_string(bundle))}), kNow).verdict ==
            Verdict::Allowed);
}

TEST_CASE("algorithms that a policy does not allow vouch for nothing", "[image_policy]") {
    PolicyWorld world;
    const std::string only = "algorithms = [\"ecdsa-p256\", \"ed25519\", \"sha512\"]\n";
    const PolicyFile file = world.read(policy(kSignature, only));
    const Decision decision = decide(file, evidence({world.signature("ci")}), kNow);
    REQUIRE(decision.verdict == Verdict::Refused);
    require(decision, "algorithms", Outcome::Fail,
            "sha256 digest, expected one of ECDSA P-256, Ed25519, sha512");
    REQUIRE(decide(world.read(policy(kSignature, "profile = \"fips\"\n")),
                   evidence({world.signature("ci")}), kNow)
                .verdict == Verdict::Allowed);
}

TEST_CASE("an attestation holds, fails or is not known", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(attestation(kByScan)));
    const std::string rule = "attestation/scan";
    const Decision good = decide(file, evidence({world.bundle("scan", kScan)}), kNow);
    REQUIRE(good.verdict == Verdict::Allowed);
    require(good, rule, Outcome::Pass, "signed by 'scan'");
    REQUIRE(good.rules[0].expected == "an attestation " + kScan + " by 'scan'");

    const Decision none = decide(file, evidence({world.signature("ci")}), kNow);
    REQUIRE(none.verdict == Verdict::Undetermined);
    require(none, rule, Outcome::Unknown, "there is none");

    // One that is there and does not count is not the same as none.
    const Decision stranger = decide(file, evidence({world.bundle("stranger", kScan)}), kNow);
    REQUIRE(stranger.verdict == Verdict::Refused);
    require(stranger, rule, Outcome::Fail, "none by these signers");
    const Decision other = decide(file, evidence({world.bundle("scan", kScan + "/other")}), kNow);
    require(other, rule, Outcome::Unknown, "there is none");

    ImageEvidence incomplete = evidence({world.bundle("scan", kScan)});
    incomplete.image.incomplete = "timed out";
    const Decision unsure = decide(file, incomplete, kNow);
    REQUIRE(unsure.verdict == Verdict::Undetermined);
    require(unsure, rule, Outcome::Unknown, "signed by 'scan'");
    REQUIRE(unsure.rules[0].hint == "not all evidence could be looked at: timed out");
}

TEST_CASE("attestations by signers whom the rule does not name are mentioned", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature + attestation(kByScan)));
    const Decision decision =
        decide(file, evidence({world.signature("ci"), world.bundle("ci", kScan)}), kNow);
    REQUIRE(decision.verdict == Verdict::Refused);
    require(decision, "attestation/scan", Outcome::Fail, "none by these signers");
    REQUIRE(outcome_of(decision, "attestation/scan").hint ==
            "1 other(s) of this type did not count");
    REQUIRE(decision.uncounted.size() == 1);
    REQUIRE(decision.uncounted[0].why == "'" + kScan + "': by 'ci', whom no rule for it names");
}

TEST_CASE("what stands beside an image is believed of those who may sign it", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    const ImageEvidence found = evidence({world.signature("ci"), world.bundle("ci", kScan),
                                          world.bundle("scan", kScan), to_buffer("junk")});
    REQUIRE(decide(file, found, kNow).verdict == Verdict::Allowed);
    const auto beside = statements_beside(file, found, kScan, kNow);
    REQUIRE(beside.size() == 1);
    REQUIRE(beside[0].predicate_type == kScan);
    REQUIRE(statements_beside(file, found, "https://example.com/other", kNow).empty());

    SECTION("and of nobody where the policy does not say who that is") {
        const PolicyFile open = world.read(policy(attestation(kByScan)));
        REQUIRE(statements_beside(open, found, kScan, kNow).empty());
    }
    SECTION("about this image alone") {
        ImageEvidence other = found;
        other.image.digest = digest_of(as_bytes("another image"));
        REQUIRE(statements_beside(file, other, kScan, kNow).empty());
    }
}

TEST_CASE("each rule counts its own signers and its own type", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile two = world.read(policy(kSignature + attestation(kByScan)));
    const Decision by_other =
        decide(two, evidence({world.signature("scan"), world.bundle("scan", kScan)}), kNow);
    require(by_other, "signature", Outcome::Fail, "none by these signers");
    require(by_other, "attestation/scan", Outcome::Pass, "signed by 'scan'");
    REQUIRE(by_other.uncounted.size() == 1);

    const PolicyFile same =
        world.read(policy(kSignature + attestation("signers = [\"ci\"]\nselect = \"all\"\n")));
    const Decision attested = decide(same, evidence({world.bundle("ci", kScan)}), kNow);
    require(attested, "signature", Outcome::Fail, "nobody has signed");
    require(attested, "attestation/scan", Outcome::Pass, "signed by 'ci'");
    const Decision only_signed = decide(same, evidence({world.signature("ci")}), kNow);
    require(only_signed, "signature", Outcome::Pass, "signed by 'ci'");
    require(only_signed, "attestation/scan", Outcome::Unknown, "there is none");
}

TEST_CASE("the age of an attestation is that of its proved time", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(attestation(kByScan + "max_age = \"1h\"\n")));
    const std::string rule = "attestation/scan";
    const Buffer stamped = world.bundle("scan", kScan, Json::object({}), kSigned);
    const Decision fresh = decide(file, evidence({stamped}), kNow);  // one hour, to the second
    REQUIRE(fresh.verdict == Verdict::Allowed);
    REQUIRE(fresh.rules[0].expected == "an attestation " + kScan + " by 'scan', at most 1h old");

    const Decision stale = decide(file, evidence({stamped}), {kNow.seconds + 1});
    REQUIRE(stale.verdict == Verdict::Undetermined);
    require(stale, rule, Outcome::Unknown, "too old, signed at " + to_rfc3339(kSigned));

    // What the predicate says of its time proves nothing.
    const Decision undated = decide(
        file, evidence({world.bundle("scan", kScan, Json::object({{"time", to_rfc3339(kNow)}}))}),
        kNow);
    REQUIRE(undated.verdict == Verdict::Undetermined);
    require(undated, rule, Outcome::Unknown, "nothing proves when it was signed");

    REQUIRE(decide(file, evidence({stamped}), {kSigned.seconds - 300}).verdict == Verdict::Allowed);
    const Decision future = decide(file, evidence({stamped}), {kSigned.seconds - 301});
    require(future, rule, Outcome::Unknown, "signed in the future, at " + to_rfc3339(kSigned));
}

TEST_CASE("of several attestations all are looked into, or of each signer the newest",
          "[image_policy]") {
    PolicyWorld world;
    const std::string clean = R"([[policy.assert]]
id = "clean"
on = "scan"
pointer = "/clean"
op = "=="
value = true
)";
    const std::string by_both = "signers = [\"scan\", \"audit\"]\nthreshold = 1\n";
    const PolicyFile all = world.read(policy(attestation(by_both + "select = \"all\"\n") + clean));
    const PolicyFile latest =
        world.read(policy(attestation(by_both + "select = \"latest\"\n") + clean));
    const auto scan = [&](const std::string& by, bool is_clean, std::int64_t age) {
        return world.bundle(by, kScan, Json::object({{"clean", is_clean}}),
                            Timestamp{kSigned.seconds - age});
    };
    const ImageEvidence mended = evidence({scan("scan", false, 20), scan("scan", true, 10)});
    REQUIRE(decide(all, mended, kNow).verdict == Verdict::Refused);
    REQUIRE(decide(latest, mended, kNow).verdict == Verdict::Allowed);
    const ImageEvidence broken = evidence({scan("scan", true, 20), scan("scan", false, 10)});
    REQUIRE(decide(latest, broken, kNow).verdict == Verdict::Refused);
    // What one signer has found is not undone by another one.
    const ImageEvidence other = evidence({scan("scan", false, 20), scan("audit", true, 10)});
    REQUIRE(decide(latest, other, kNow).verdict == Verdict::Refused);
    // Both of one second are the newest.
    const ImageEvidence tied = evidence({scan("scan", true, 10), scan("scan", false, 10)});
    REQUIRE(decide(latest, tied, kNow).verdict == Verdict::Refused);
    // One needs no time, several do.
    const Buffer undated = world.bundle("scan", kScan, Json::object({{"clean", true}}));
    REQUIRE(decide(latest, evidence({undated}), kNow).verdict == Verdict::Allowed);
    const Decision unordered = decide(latest, evidence({undated, scan("scan", true, 10)}), kNow);
    REQUIRE(unordered.verdict == Verdict::Undetermined);
    require(unordered, "attestation/scan", Outcome::Unknown,
            "several by one signer, and nothing proves which is the newest");
    require(unordered, "assert/clean", Outcome::Unknown, "attestation 'scan' does not hold");
}

namespace {

// An index with two images, both signed as the index is.
ImageEvidence index_evidence(PolicyWorld& world) {
    ImageEvidence index = evidence({world.signature("ci")});
    index.is_index = true;
    for (const char* platform : {"linux/amd64", "linux/arm64/v8"}) {
        const BlobDigest digest = digest_of(as_bytes(platform));
        index.children.push_back(
            {digest,
             platform,
             {world.bundle_about(digest, "ci", kSignPredicateType, Json::object({}), {})},
             ""});
    }
    return index;
}

std::string for_platforms(const std::string& which, const std::string& rules) {
    return test::replaced(policy(rules), "platforms = \"all\"", "platforms = \"" + which + "\"");
}

}  // namespace

TEST_CASE("all of an index is the index and every image in it", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature));
    const ImageEvidence index = index_evidence(world);
    const Decision good = decide(file, index, kNow);
    REQUIRE(good.verdict == Verdict::Allowed);
    REQUIRE(good.rules.size() == 3);
    REQUIRE(good.rules[2].platform == "linux/arm64/v8");
    REQUIRE(good.rules[2].manifest == index.children[1].digest);

    for (std::size_t unsigned_part = 0; unsigned_part < 3; ++unsigned_part) {
        CAPTURE(unsigned_part);
        ImageEvidence changed = index;
        (unsigned_part == 0 ? changed.image : changed.children[unsigned_part - 1]).bundles.clear();
        const Decision decision = decide(file, changed, kNow);
        REQUIRE(decision.verdict == Verdict::Refused);
        REQUIRE(decision.rules[unsigned_part].found == "nobody has signed");
    }
    // A bundle of one part does not speak for another one.
    ImageEvidence swapped = index;
    std::swap(swapped.children[0].bundles, swapped.children[1].bundles);
    REQUIRE(decide(file, swapped, kNow).verdict == Verdict::Refused);
    // Attestations that stand in the index as images for no platform are none.
    ImageEvidence with_attestations = index;
    with_attestations.children.push_back({digest_of({}), "unknown/unknown", {}, ""});
    REQUIRE(decide(file, with_attestations, kNow).verdict == Verdict::Allowed);
    ImageEvidence empty = index;
    empty.children.clear();
    const Decision nothing = decide(file, empty, kNow);
    REQUIRE(nothing.verdict == Verdict::Undetermined);
    require(nothing, "platforms", Outcome::Unknown, "none that could be run");
}

TEST_CASE("of an index only the images have attestations", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(kSignature + attestation(kByScan)));
    ImageEvidence index = index_evidence(world);
    REQUIRE(decide(file, index, kNow).verdict == Verdict::Undetermined);
    for (ManifestEvidence& child : index.children) {
        child.bundles.push_back(
            world.bundle_about(child.digest, "scan", kScan, Json::object({}), {}));
    }
    REQUIRE(decide(file, index, kNow).verdict == Verdict::Allowed);
}

TEST_CASE("only the platform that was asked for can be judged", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(for_platforms("requested", kSignature));
    ImageEvidence index = index_evidence(world);
    const Decision unasked = decide(file, index, kNow);
    REQUIRE(unasked.verdict == Verdict::Undetermined);
    require(unasked, "platforms", Outcome::Unknown, "none was");
    index.image.bundles.clear();
    index.children[0].bundles.clear();
    index.platform = "linux/arm64";
    const Decision one = decide(file, index, kNow);
    REQUIRE(one.verdict == Verdict::Allowed);
    REQUIRE(one.rules.size() == 1);
    REQUIRE(one.rules[0].manifest == index.children[1].digest);
    index.platform = "linux/amd64";
    REQUIRE(decide(file, index, kNow).verdict == Verdict::Refused);
    index.platform = "linux/arm";
    require(decide(file, index, kNow), "platforms", Outcome::Unknown, "0");
    index.children[0].platform = "linux/arm64";
    index.platform = "linux/arm64";
    require(decide(file, index, kNow), "platforms", Outcome::Unknown, "2");
}

TEST_CASE("an index can speak for all that it names", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(for_platforms("index", kSignature));
    ImageEvidence index = index_evidence(world);
    for (ManifestEvidence& child : index.children) child.bundles.clear();
    const Decision decision = decide(file, index, kNow);
    REQUIRE(decision.verdict == Verdict::Allowed);
    REQUIRE(decision.rules.size() == 1);
    index.image.bundles.clear();
    REQUIRE(decide(file, index, kNow).verdict == Verdict::Refused);
}

namespace {

const std::string kExceptions = R"([policy.exceptions]
signers = ["audit"]
max_lifetime = "30d"
rules = ["assert/clean"]
)";
const std::string kClean = R"([[policy.assert]]
id = "clean"
on = "scan"
pointer = "/clean"
op = "=="
value = true
)";
const std::string kExceptionType = "https://boltseal.dev/exception/v1";

Json exception(const std::string& rule = "assert/clean",
               Timestamp expires = {kSigned.seconds + 30 * 86'400}) {
    return Json::object({{"policy", "team"},
                         {"rule", rule},
                         {"owner", "security@example.com"},
                         {"reason", "not reachable"},
                         {"expires", to_rfc3339(expires)}});
}

}  // namespace

TEST_CASE("a signed exception waives one rule until its day", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(policy(attestation(kByScan) + kClean + kExceptions));
    const Buffer dirty = world.bundle("scan", kScan, Json::object({{"clean", false}}));
    const auto decide_with = [&](const Buffer& waiver, Timestamp now = kNow) {
        return decide(file, evidence({dirty, waiver}), now);
    };
    const Buffer good = world.bundle("audit", kExceptionType, exception(), kSigned);
    const Decision waived = decide_with(good);
    REQUIRE(waived.verdict == Verdict::Allowed);
    require(waived, "assert/clean", Outcome::Waived, "'false'");
    const Waiver waiver = outcome_of(waived, "assert/clean").waiver.value();
    REQUIRE(waiver.owner == "security@example.com");
    REQUIRE(waiver.reason == "not reachable");
    REQUIRE(waiver.until == Timestamp{kSigned.seconds + 30 * 86'400});
    REQUIRE(waiver.evidence == digest_of(good));
    // It does not wave through what it is not about.
    require(decide(file, evidence({good}), kNow), "attestation/scan", Outcome::Unknown,
            "there is none");

    const auto refused = [&](const Buffer& bundle, const std::string& why, Timestamp now = kNow) {
        const Decision decision = decide_with(bundle, now);
        REQUIRE(decision.verdict == Verdict::Refused);
        require(decision, "assert/clean", Outcome::Fail, "'false'");
        REQUIRE(decision.uncounted.size() == 1);
        REQUIRE(decision.uncounted[0].why == why);
    };
    const std::string until = to_rfc3339({kSigned.seconds + 30 * 86'400});
    refused(good, "exception has expired on " + until, {kSigned.seconds + 30 * 86'400 + 1});
    refused(world.bundle("scan", kExceptionType, exception(), kSigned),
            "exception by somebody whom [policy.exceptions] does not name");
    refused(world.bundle("audit", kExceptionType, exception()),
            "exception, and nothing proves when it was signed");
    refused(world.bundle("audit", kExceptionType, exception("attestation/scan"), kSigned),
            "exception from 'attestation/scan', which [policy.exceptions] does not let anybody "
            "waive");
    refused(world.bundle("audit", kExceptionType,
                         exception("assert/clean", {kSigned.seconds + 30 * 86'400 + 1}), kSigned),
            "exception until " + to_rfc3339({kSigned.seconds + 30 * 86'400 + 1}) +
                " was signed at " + to_rfc3339(kSigned) +
                ", and the policy does not allow so long a time");
    refused(world.bundle("audit", kExceptionType, exception().set("policy", "other"), kSigned),
            "exception from policy 'other', which is another one");
    refused(world.bundle("audit", kExceptionType, exception().set("more", 1), kSigned),
            "exception: unknown member 'more'");
    refused(world.bundle("audit", kExceptionType, exception().set("owner", ""), kSigned),
            "exception: 'owner' is empty or longer than 1024 bytes");
}

TEST_CASE("an exception counts only with as many signers as the policy asks for",
          "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file = world.read(
        policy(attestation(kByScan) + kClean +
               test::replaced(kExceptions, "[\"audit\"]", "[\"audit\", \"ci\"]\nthreshold = 2")));
    const Buffer dirty = world.bundle("scan", kScan, Json::object({{"clean", false}}));
    const Buffer one = world.bundle("audit", kExceptionType, exception(), kSigned);
    const Buffer two = world.bundle("ci", kExceptionType, exception(), kSigned);
    REQUIRE(decide(file, evidence({dirty, one}), kNow).verdict == Verdict::Refused);
    REQUIRE(decide(file, evidence({dirty, one, two}), kNow).verdict == Verdict::Allowed);
    // They must say the same.
    const Buffer other =
        world.bundle("ci", kExceptionType, exception().set("reason", "another"), kSigned);
    REQUIRE(decide(file, evidence({dirty, one, other}), kNow).verdict == Verdict::Refused);
}

TEST_CASE("a rule that nobody could judge can be waived as well", "[image_policy]") {
    PolicyWorld world;
    const PolicyFile file =
        world.read(policy(kSignature + attestation(kByScan) +
                          test::replaced(kExceptions, "assert/clean", "attestation/scan")));
    const Buffer waiver =
        world.bundle("audit", kExceptionType, exception("attestation/scan"), kSigned);
    const Decision decision = decide(file, evidence({world.signature("ci"), waiver}), kNow);
    REQUIRE(decision.verdict == Verdict::Allowed);
    require(decision, "attestation/scan", Outcome::Waived, "there is none");
}

TEST_CASE("a policy's own cases are run as they were recorded", "[image_policy]") {
    PolicyWorld world;
    world.put("good.json", world.signature("ci"));
    world.put("bad.json", world.signature("stranger"));
    const auto run = [&](const std::string& more) {
        const PolicyFile file = world.read(policy(kSignature) + R"([[test]]
name = "case"
repository = "registry.example/team/app"
digest = ")" + to_string(PolicyWorld::image()) +
                                           "\"\nat = " + to_rfc3339(kNow) + "\n" + more);
        return run_policy_test(file, file.tests.at(0));
    };
    REQUIRE(run("bundles = [\"good.json\"]\nverdict = \"allowed\"\n") == std::nullopt);
    const std::string refused = "verdict = \"refused\"\nrule = \"signature\"\n";
    REQUIRE(run("bundles = [\"bad.json\"]\n" + refused) == std::nullopt);
    REQUIRE(run("bundles = [\"good.json\"]\n" + refused) ==
            "allowed, expected refused by 'signature'");
    REQUIRE(run("bundles = [\"bad.json\"]\nverdict = \"refused\"\nrule = \"scope\"\n") ==
            "refused by 'signature', expected refused by 'scope'");
    REQUIRE(run("bundles = []\nverdict = \"undetermined\"\nrule = \"signature\"\n") ==
            "refused by 'signature', expected undetermined by 'signature'");
}
