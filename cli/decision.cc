#include "cli/decision.h"

#include "cli/clock.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kSchema = "https://boltseal.dev/schema/decision/v1";

// What scopes are compared with.
Result<std::string> repository_of(const ImageTarget& image, const PolicyOptions& options) {
    const bool is_layout = image.where.starts_with("oci:");
    if (!is_layout && options.repository.empty()) return image.where;
    if (!is_layout) {
        return Error(Fault::Config, "--repository is for image layouts: this image has one");
    }
    if (!options.repository.empty()) return options.repository;
    return Error(Fault::Config, "an image layout has no repository to find the policy by")
        .with_hint("name the one that the image is from, or for, with --repository");
}

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

}  // namespace

void add_policy_options(Command command, PolicyOptions& options) {
    command
        .add_option("--policy", options.file,
                    "Policy file (TOML) that says whom to believe and what the image must show")
        .type_name("FILE");
    command
        .add_option("--repository", options.repository,
                    "For an image layout: the repository that the policy knows the image by")
        .type_name("NAME");
}

Result<void> check_policy_alone(const TrustOptions& trust, const DeliverOptions& deliver) {
    if (!deliver.transcript.empty()) {
        return Error(Fault::Config, "--transcript does not record decisions by --policy");
    }
    if (trust == TrustOptions()) return {};
    return Error(Fault::Config, "with --policy the policy alone says whom to believe")
        .with_hint(
            "leave out the other options for that, and the variables that stand for them: "
            "BOLTSEAL_PUBLIC_KEY, BOLTSEAL_LOG_KEY, BOLTSEAL_TRUSTED_ROOT");
}

Result<DecidedImage> decide_image(ImageTarget& image, const ResolvedManifest& manifest,
                                  const PolicyOptions& options, const std::string& platform,
                                  const LogOptions& log, Transport& transport, std::ostream& err) {
    BOLTSEAL_TRY(PolicyFile file, load_policy_file(options.file));
    BOLTSEAL_TRY(const std::string repository, repository_of(image, options));
    ImageEvidence evidence;
    evidence.repository = repository;
    evidence.image.digest = manifest.descriptor.digest;
    const ImagePolicy* policy = find_policy(file, repository);
    if (policy) {
        BOLTSEAL_TRY(evidence,
                     collect_evidence(*image.store, manifest, *policy, {repository, platform}));
    }
    Decision decision = decide(file, evidence, now());
    if (policy) {
        BOLTSEAL_CHECK(
            observe_logs(decision.checkpoints, policy->evidence.root, log, transport, err));
    }
    return DecidedImage{std::move(file), std::move(decision)};
}

Json to_json(const DecidedImage& decided, const std::string& name, const BlobDigest& digest) {
    const Decision& decision = decided.decision;
    Json json = Json::object({{"schema", kSchema},
                              {"verdict", to_string(decision.verdict)},
                              {"image", name},
                              {"digest", to_string(digest)},
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
    return json.set("rules", std::move(rules)).set("uncounted", std::move(uncounted));
}

std::string to_text(const DecidedImage& decided, const std::string& name) {
    const Decision& decision = decided.decision;
    std::string text = std::string(to_string(decision.verdict)) + ": image " + name + "\n";
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
    return text;
}

Result<void> conclude(const Decision& decision) {
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
