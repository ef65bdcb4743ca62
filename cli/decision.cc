#include "cli/decision.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kDecisionSchema = "https://boltseal.dev/schema/decision/v1";

Json describe(const RuleOutcome& rule) {
    Json::Array evidence;
    for (const BlobDigest& digest : rule.evidence) evidence.emplace_back(to_string(digest));
    Json json = Json::object({{"rule", rule.rule},
                              {"outcome", to_string(rule.outcome)},
                              {"expected", rule.expected},
                              {"found", rule.found},
                              {"evidence", std::move(evidence)}});
    if (rule.manifest) json.set("manifest", to_string(*rule.manifest));
    if (!rule.platform.empty()) json.set("platform", rule.platform);
    if (!rule.hint.empty()) json.set("hint", rule.hint);
    if (!rule.waiver) return json;
    return json.set("waiver", Json::object({{"owner", rule.waiver->owner},
                                            {"reason", rule.waiver->reason},
                                            {"until", to_rfc3339(rule.waiver->until)},
                                            {"evidence", to_string(rule.waiver->evidence)}}));
}

std::string padded(std::string text, std::size_t width) {
    text.append(text.size() < width ? width - text.size() : 1, ' ');
    return text;
}

std::string line_of(const RuleOutcome& rule) {
    std::string text =
        "  " + padded(std::string(to_string(rule.outcome)), 9) + padded(rule.rule, 22) + rule.found;
    if (rule.outcome != Outcome::Pass) text += "; expected " + rule.expected;
    text += "\n";
    if (!rule.hint.empty()) text += std::string(33, ' ') + rule.hint + "\n";
    if (rule.waiver) {
        text += "  WAIVED   until " + to_rfc3339(rule.waiver->until) + " by " +
                printable(rule.waiver->owner) + ": " + printable(rule.waiver->reason) + "\n";
    }
    return text;
}

const RuleOutcome* first_of(const Decision& decision, Outcome outcome) {
    const auto found = std::ranges::find(decision.rules, outcome, &RuleOutcome::outcome);
    return found == decision.rules.end() ? nullptr : &*found;
}

// A setback only takes away: what was refused stays that.
Verdict verdict_of(const DecidedImage& decided) {
    const Verdict verdict = decided.decision.verdict;
    if (!decided.setback) return verdict;
    if (decided.setback->error.fault() == Fault::Untrusted) return Verdict::Refused;
    return verdict == Verdict::Allowed ? Verdict::Undetermined : verdict;
}

}  // namespace

Json to_json(const DecidedImage& decided) {
    const Decision& decision = decided.decision;
    Json json = Json::object({{"schema", kDecisionSchema},
                              {"verdict", to_string(verdict_of(decided))},
                              {"image", decided.name},
                              {"digest", to_string(decided.evidence.image.digest)},
                              {"policy", describe_policy(decided.policy)}});
    if (!decision.policy.empty()) json.set("applies", decision.policy);
    Json::Array rules;
    for (const RuleOutcome& rule : decision.rules) rules.push_back(describe(rule));
    Json::Array uncounted;
    for (const Uncounted& bundle : decision.uncounted) {
        uncounted.push_back(Json::object({{"evidence", to_string(bundle.evidence)},
                                          {"manifest", to_string(bundle.manifest)},
                                          {"why", bundle.why}}));
    }
    if (decided.setback) json.set("setback", decided.setback->error.message());
    return json.set("rules", std::move(rules)).set("uncounted", std::move(uncounted));
}

std::string to_text(const DecidedImage& decided) {
    const Decision& decision = decided.decision;
    std::string text =
        std::string(to_string(verdict_of(decided))) + ": image " + decided.name + "\n";
    text += "  policy   " + printable(decided.policy.name) + " version " +
            std::to_string(decided.policy.version) +
            (decision.policy.empty() ? "" : ", '" + decision.policy + "'") + "\n";
    text += "  digest   " + to_string(decided.policy.digest) + "\n";
    std::optional<BlobDigest> about;
    for (const RuleOutcome& rule : decision.rules) {
        if (about && rule.manifest && *about != *rule.manifest) {
            text += "  image    " + to_string(*rule.manifest) +
                    (rule.platform.empty() ? "" : " " + printable(rule.platform)) + "\n";
        }
        if (rule.manifest) about = rule.manifest;
        text += line_of(rule);
    }
    for (const Uncounted& bundle : decision.uncounted) {
        text += "  ignored  bundle " + to_string(bundle.evidence) + ": " + bundle.why + "\n";
    }
    if (decided.setback) text += "  undone   " + decided.setback->error.message() + "\n";
    return text;
}

Result<void> conclude(const DecidedImage& decided) {
    const Decision& decision = decided.decision;
    if (decided.setback && verdict_of(decided) != decision.verdict) return decided.setback->error;
    if (decision.verdict == Verdict::Allowed) return {};
    const bool is_refused = decision.verdict == Verdict::Refused;
    const RuleOutcome* rule = first_of(decision, is_refused ? Outcome::Fail : Outcome::Unknown);
    const std::string what = std::string(to_string(decision.verdict)) + " by policy" +
                             (decision.policy.empty() ? "" : " '" + decision.policy + "'");
    // Only our own bug leaves no rule.
    if (!rule) return Error(Fault::Missing, what);
    Error error(is_refused ? Fault::Untrusted : Fault::Missing,
                what + ": " + rule->rule + ": " + rule->found + ", expected " + rule->expected);
    return rule->hint.empty() ? error : std::move(error).with_hint(rule->hint);
}

}  // namespace boltseal
