#include "verify/image_policy.h"

#include "verify/content_rules.h"
#include "verify/evidence_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

// A manifest that is judged, and by which rules: an index has no content of its own.
struct RulePart {
    const ManifestEvidence* evidence;
    bool has_content;
};

// BuildKit keeps attestations in an index as images for no platform: nothing ever runs them.
bool is_runnable(const ManifestEvidence& child) {
    return child.platform != "unknown/unknown";
}

// Asking for "linux/arm64" means any variant of it, as in registries' clients.
bool is_platform(const std::string& platform, const std::string& asked) {
    return platform == asked || (platform.starts_with(asked) && platform[asked.size()] == '/');
}

class Judge {
public:
    Judge(const PolicyFile& file, const ImageEvidence& evidence, Timestamp now)
        : file_(file), evidence_(evidence), now_(now) {}

    Decision run() {
        const ImagePolicy* policy = find_policy(file_, evidence_.repository);
        if (!policy) {
            add("scope", Outcome::Fail, "a policy for " + printable(evidence_.repository),
                "none, and the default is to deny");
            return conclude();
        }
        decision_.policy = policy->name;
        judge_policy(*policy);
        if (const auto parts = parts_of(*policy)) {
            for (const RulePart& part : *parts) judge_part(*policy, part);
        }
        return conclude();
    }

private:
    RuleOutcome& add(std::string rule, Outcome outcome, std::string expected, std::string found) {
        decision_.rules.push_back(
            {std::move(rule), outcome, std::move(expected), std::move(found), {}});
        return decision_.rules.back();
    }

    void judge_policy(const ImagePolicy& policy) {
        if (!policy.expires) return;
        const bool in_force = now_ <= *policy.expires;
        add("expires", in_force ? Outcome::Pass : Outcome::Fail,
            "a policy until " + to_rfc3339(*policy.expires), "it is " + to_rfc3339(now_))
            .hint = in_force ? "" : "the policy must be renewed by whoever maintains it";
    }

    // What is to be judged; nothing, and a rule that says why, if nobody can tell.
    std::optional<std::vector<RulePart>> parts_of(const ImagePolicy& policy) {
        if (!evidence_.is_index) return std::vector<RulePart>{{&evidence_.image, true}};
        if (policy.platforms == Platforms::Index) {
            return std::vector<RulePart>{{&evidence_.image, true}};
        }
        if (policy.platforms == Platforms::Requested) return requested_part();
        std::vector<RulePart> parts{{&evidence_.image, false}};
        for (const ManifestEvidence& child : evidence_.children) {
            if (is_runnable(child)) parts.push_back({&child, true});
        }
        if (parts.size() > 1) return parts;
        add("platforms", Outcome::Unknown, "images in the index", "none that could be run");
        return std::nullopt;
    }

    std::optional<std::vector<RulePart>> requested_part() {
        if (evidence_.platform.empty()) {
            add("platforms", Outcome::Unknown, "one platform to be asked for", "none was").hint =
                "the image has several: name the one that will run";
            return std::nullopt;
        }
        std::vector<RulePart> parts;
        for (const ManifestEvidence& child : evidence_.children) {
            const bool is_known = std::ranges::any_of(
                parts, [&](const RulePart& part) { return part.evidence->digest == child.digest; });
            if (is_known || !is_platform(child.platform, evidence_.platform)) continue;
            parts.push_back({&child, true});
        }
        if (parts.size() == 1) return parts;
        add("platforms", Outcome::Unknown, "one image for " + printable(evidence_.platform),
            std::to_string(parts.size()));
        return std::nullopt;
    }

    void judge_part(const ImagePolicy& policy, const RulePart& part) {
        const std::size_t first = decision_.rules.size();
        const auto hash = policy.algorithms.check(part.evidence->digest.algorithm());
        if (!hash) {
            add("algorithms", Outcome::Fail, policy.algorithms.to_string(), hash.error().message());
        }
        const ProvedEvidence evidence = prove_evidence(policy, *part.evidence, now_);
        if (policy.signature)
            decision_.rules.push_back(judge_signature(*policy.signature, evidence));
        if (part.has_content) judge_content(policy, evidence);
        waive(policy, evidence, first);
        for (std::size_t i = first; i < decision_.rules.size(); ++i) {
            decision_.rules[i].manifest = part.evidence->digest;
            decision_.rules[i].platform = part.evidence->platform;
        }
        note_uncounted(policy, evidence);
        for (const ProvedBundle& bundle : evidence.proved) {
            decision_.checkpoints.insert(decision_.checkpoints.end(),
                                         bundle.verified.checkpoints.begin(),
                                         bundle.verified.checkpoints.end());
        }
    }

    void judge_content(const ImagePolicy& policy, const ProvedEvidence& evidence) {
        std::map<std::string, std::vector<const ProvedBundle*>> selected;
        for (const AttestationRule& rule : policy.attestations) {
            AttestationOutcome judged = judge_attestation(rule, evidence, now_);
            decision_.rules.push_back(std::move(judged.outcome));
            selected[rule.id] = std::move(judged.selected);
        }
        std::map<BlobDigest, Content> contents;  // each is read once
        for (const ContentRule& rule : content_rules(policy)) {
            judge_rule(rule, selected[rule.attestation], contents);
        }
    }

    // All attestations that were selected must hold; the first of the worst is shown.
    void judge_rule(const ContentRule& rule, const std::vector<const ProvedBundle*>& bundles,
                    std::map<BlobDigest, Content>& contents) {
        RuleOutcome outcome{rule.id,
                            Outcome::Unknown,
                            rule.expected,
                            "attestation '" + rule.attestation + "' does not hold",
                            {}};
        bool first = true;
        for (const ProvedBundle* bundle : bundles) {
            auto content = contents.find(bundle->evidence);
            if (content == contents.end()) {
                content = contents
                              .emplace(bundle->evidence,
                                       read_content(bundle->predicate_type(), bundle->predicate()))
                              .first;
            }
            Finding finding = rule.judge(content->second);
            if (!first && !is_worse(finding.outcome, outcome.outcome)) continue;
            first = false;
            outcome.outcome = finding.outcome;
            outcome.found = std::move(finding.found);
            outcome.evidence = {bundle->evidence};
        }
        decision_.rules.push_back(std::move(outcome));
    }

    static bool is_worse(Outcome a, Outcome b) {
        if (a == Outcome::Fail) return b != Outcome::Fail;
        return a == Outcome::Unknown && b == Outcome::Pass;
    }

    void waive(const ImagePolicy& policy, const ProvedEvidence& evidence, std::size_t first) {
        const auto waivers = find_waivers(policy, evidence, now_, decision_.uncounted);
        for (std::size_t i = first; i < decision_.rules.size(); ++i) {
            RuleOutcome& outcome = decision_.rules[i];
            const auto waiver = waivers.find(outcome.rule);
            if (outcome.outcome == Outcome::Pass || waiver == waivers.end()) continue;
            outcome.outcome = Outcome::Waived;
            outcome.waiver = waiver->second;
        }
    }

    void note_uncounted(const ImagePolicy& policy, const ProvedEvidence& evidence) {
        for (const RefusedBundle& bundle : evidence.refused) {
            const std::string type =
                bundle.claimed_type.empty() ? "" : printable(bundle.claimed_type) + ": ";
            decision_.uncounted.push_back({bundle.evidence, evidence.manifest, type + bundle.why});
        }
        for (const ProvedBundle& bundle : evidence.proved) {
            if (bundle.predicate_type() == kExceptionType || is_asked_for(policy, bundle)) continue;
            decision_.uncounted.push_back({bundle.evidence, evidence.manifest,
                                           printable(bundle.predicate_type()) + ": by " +
                                               names_of(bundle) + ", whom no rule for it names"});
        }
    }

    static std::string names_of(const ProvedBundle& bundle) {
        std::string text;
        for (const std::string& name : bundle.signers) {
            text += (text.empty() ? "'" : ", '") + name + "'";
        }
        return text;
    }

    static bool is_asked_for(const ImagePolicy& policy, const ProvedBundle& bundle) {
        if (policy.signature && bundle.predicate_type() == kSignPredicateType) {
            return is_by(bundle, *policy.signature);
        }
        return std::ranges::any_of(policy.attestations, [&](const AttestationRule& rule) {
            return rule.predicate_type == bundle.predicate_type() && is_by(bundle, rule.by);
        });
    }

    Decision conclude() {
        const auto has = [&](Outcome outcome) {
            return std::ranges::find(decision_.rules, outcome, &RuleOutcome::outcome) !=
                   decision_.rules.end();
        };
        if (has(Outcome::Fail)) {
            decision_.verdict = Verdict::Refused;
        } else if (decision_.rules.empty() || has(Outcome::Unknown)) {
            decision_.verdict = Verdict::Undetermined;
        } else {
            decision_.verdict = Verdict::Allowed;
        }
        return std::move(decision_);
    }

    const PolicyFile& file_;
    const ImageEvidence& evidence_;
    Timestamp now_;
    Decision decision_;
};

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::Pass:
            return "pass";
        case Outcome::Fail:
            return "fail";
        case Outcome::Unknown:
            return "unknown";
        case Outcome::Waived:
            break;
    }
    return "waived";
}

const ImagePolicy* find_policy(const PolicyFile& file, std::string_view repository) {
    const ImagePolicy* found = nullptr;
    std::size_t longest = 0;
    for (const ImagePolicy& policy : file.policies) {
        for (const std::string& scope : policy.scopes) {
            if (!repository.starts_with(scope) || scope.size() <= longest) continue;
            if (repository.size() > scope.size() && repository[scope.size()] != '/') continue;
            found = &policy;
            longest = scope.size();
        }
    }
    return found;
}

std::vector<Statement> statements_beside(const PolicyFile& file, const ImageEvidence& evidence,
                                         std::string_view type, Timestamp now) {
    std::vector<Statement> out;
    const ImagePolicy* policy = find_policy(file, evidence.repository);
    if (!policy || !policy->signature) return out;
    const auto add = [&](const ManifestEvidence& found) {
        for (ProvedBundle& bundle : prove_type(*policy, found, type, now)) {
            if (!is_by(bundle, *policy->signature)) continue;
            out.push_back(*std::move(bundle.verified.statement));
        }
    };
    add(evidence.image);
    std::ranges::for_each(evidence.children, add);
    return out;
}

Decision decide(const PolicyFile& file, const ImageEvidence& evidence, Timestamp now) {
    return Judge(file, evidence, now).run();
}

}  // namespace boltseal
