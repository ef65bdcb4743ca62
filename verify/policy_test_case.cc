// [[test]]: an image as it was recorded, and the decision its policy must come to.
#include "verify/policy_sections.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxBundle = std::size_t{32} << 20;

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

}  // namespace boltseal
