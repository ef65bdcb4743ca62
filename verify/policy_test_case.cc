// [[test]]: an image as it was recorded, and the decision its policy must come to.
#include "verify/image_policy.h"
#include "verify/policy_sections.h"
#include "verify/sigstore_bundle.h"

#include <algorithm>

namespace boltseal {

namespace {

PolicyTestPart read_part(PolicyTable& table) {
    PolicyTestPart part;
    const std::string text = table.text("digest");
    auto digest = parse_digest(text);
    if (digest) {
        part.digest = *std::move(digest);
    } else if (!text.empty()) {
        table.problem_at("digest", "'digest': " + digest.error().message());
    }
    part.bundles = table.files("bundles", kMaxBundle);
    return part;
}

// The first rule that does not hold, as the verdict has it.
std::string first_rule(const Decision& decision) {
    const Outcome deciding =
        decision.verdict == Verdict::Refused ? Outcome::Fail : Outcome::Unknown;
    const auto first = std::ranges::find(decision.rules, deciding, &RuleOutcome::outcome);
    return first == decision.rules.end() ? "" : first->rule;
}

}  // namespace

PolicyTest read_policy_test(PolicyNode& node, PolicyReading& reading) {
    PolicyTable table(node, "[[test]]", reading);
    PolicyTest test;
    test.line = table.line();
    test.name = table.text("name");
    test.repository = table.text("repository");
    test.image = read_part(table);
    for (PolicyNode* child : table.tables("child")) {
        PolicyTable part(*child, "[[test.child]]", reading);
        test.children.push_back(read_part(part));
        test.children.back().platform = part.text("platform");
    }
    if (table.has("platform")) test.platform = table.text("platform");
    test.at = table.time("at");
    const std::string verdict = table.choice("verdict", {"allowed", "refused", "undetermined"});
    if (verdict == "allowed") {
        test.verdict = Verdict::Allowed;
    } else {
        if (verdict == "undetermined") test.verdict = Verdict::Undetermined;
        test.rule = table.text("rule");
    }
    return test;
}

std::optional<std::string> run_policy_test(const PolicyFile& file, const PolicyTest& test) {
    ImageEvidence evidence;
    evidence.repository = test.repository;
    evidence.image = {test.image.digest, test.image.platform, test.image.bundles, ""};
    for (const PolicyTestPart& child : test.children) {
        evidence.children.push_back({child.digest, child.platform, child.bundles, ""});
    }
    evidence.is_index = !test.children.empty();
    evidence.platform = test.platform;
    const Decision decision = decide(file, evidence, test.at);
    const auto name = [](Verdict verdict, const std::string& rule) {
        return std::string(to_string(verdict)) + (rule.empty() ? "" : " by '" + rule + "'");
    };
    const std::string rule = first_rule(decision);
    if (decision.verdict == test.verdict && rule == test.rule) return std::nullopt;
    return name(decision.verdict, rule) + ", expected " + name(test.verdict, test.rule);
}

}  // namespace boltseal
