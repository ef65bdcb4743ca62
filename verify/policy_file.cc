#include "verify/policy_file.h"

#include "verify/policy_sections.h"

#include <algorithm>

namespace boltseal {

namespace {

// No two policies may claim the same images: which one holds must not depend on their order.
void check_scopes(const std::vector<ImagePolicy>& policies, const std::vector<std::size_t>& lines,
                  PolicyReading& reading) {
    std::map<std::string, std::size_t> claimed;
    std::set<std::string> names;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        if (!names.insert(policies[i].name).second) {
            reading.problems.push_back(
                {lines[i], "two policies are called '" + policies[i].name + "'"});
        }
        for (const std::string& scope : policies[i].scopes) {
            const auto [other, is_new] = claimed.emplace(scope, i);
            if (is_new || other->second == i) continue;
            reading.problems.push_back({lines[i], "scope " + printable(scope) +
                                                      " is that of policy '" +
                                                      policies[other->second].name + "' as well"});
        }
    }
}

// Cases say what a policy decides, and do not change it: they are no part of what is named.
Json json_form(const PolicyNode& tree) {
    Json json = Json::object({});
    for (const auto& [name, member] : *tree.as<PolicyNode::Table>()) {
        if (name != "test") json.append(name, member.to_json());
    }
    return json;
}

void read_top(PolicyTable& top, PolicyFile& file, PolicyReading& reading) {
    top.choice("format", {"boltseal-policy/v1"});
    file.name = top.text("name");
    file.version = top.number("version", 1, (std::uint64_t{1} << 53) - 1);
    top.choice("default", {"deny"});
    Trust trust;
    if (PolicyNode* node = top.table("trust")) {
        trust = read_trust(*node, reading);
    } else if (!top.has("trust")) {
        top.problem("[trust] is missing");
    }
    std::vector<std::size_t> lines;
    for (PolicyNode* node : top.tables("policy")) {
        lines.push_back(node->line());
        file.policies.push_back(read_image_policy(*node, trust, reading));
    }
    if (!top.has("policy")) top.problem("there is no [[policy]]");
    check_scopes(file.policies, lines, reading);
    for (PolicyNode* node : top.tables("test")) {
        file.tests.push_back(read_policy_test(*node, reading));
    }
}

}  // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::Allowed:
            return "allowed";
        case Verdict::Refused:
            return "refused";
        case Verdict::Undetermined:
            break;
    }
    return "undetermined";
}

PolicyOrProblems read_policy_file(Bytes text, const LoadPolicyFile& load) {
    auto parsed = parse_toml(text);
    if (auto* problem = std::get_if<PolicyProblem>(&parsed)) return std::vector{*problem};
    auto& tree = std::get<PolicyNode>(parsed);
    PolicyReading reading{load, {}};
    PolicyFile file;
    {
        PolicyTable top(tree, "the policy", reading);
        read_top(top, file, reading);
    }
    std::ranges::stable_sort(reading.problems, {}, &PolicyProblem::line);
    if (!reading.problems.empty()) return std::move(reading.problems);
    file.json = json_form(tree);
    file.digest = digest_of(as_bytes(to_canonical_json(file.json)));
    return file;
}

Result<PolicyFile> parse_policy_file(Bytes text, const LoadPolicyFile& load) {
    auto read = read_policy_file(text, load);
    if (auto* problems = std::get_if<std::vector<PolicyProblem>>(&read)) {
        return Error(Fault::Config, to_string(problems->front()));
    }
    return std::get<PolicyFile>(std::move(read));
}

}  // namespace boltseal
