#include "verify/evidence_rules.h"

#include "verify/content_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

// Clocks of machines differ a little; a proof from later than this is a wrong clock.
constexpr std::int64_t kClockSkew = 300;

std::string duration(std::int64_t seconds) {
    if (seconds % 86'400 == 0) return std::to_string(seconds / 86'400) + "d";
    if (seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + "h";
    if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
    return std::to_string(seconds) + "s";
}

std::vector<BlobDigest> digests_of(const std::vector<const ProvedBundle*>& bundles) {
    std::vector<BlobDigest> digests;
    for (const ProvedBundle* bundle : bundles) digests.push_back(bundle->evidence);
    return digests;
}

// "signed by 'a' and 'b'", or that nobody has.
std::string signed_by(const std::vector<const ProvedBundle*>& bundles, const SignerRule& rule) {
    std::set<std::string> names;
    for (const ProvedBundle* bundle : bundles) {
        for (const std::string& name : bundle->signers) {
            if (std::ranges::find(rule.signers, name) != rule.signers.end()) names.insert(name);
        }
    }
    if (names.empty()) return "none by these signers";
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return "signed by " + text;
}

std::vector<const ProvedBundle*> bundles_by(const SignerRule& rule, std::string_view type,
                                            const ProvedEvidence& evidence) {
    std::vector<const ProvedBundle*> found;
    for (const ProvedBundle& bundle : evidence.proved) {
        if (bundle.predicate_type() == type && is_by(bundle, rule)) found.push_back(&bundle);
    }
    return found;
}

// Others of this type, which did not count.
std::size_t count_others(std::string_view type, const ProvedEvidence& evidence,
                         std::size_t counted) {
    const auto proved = std::ranges::count_if(evidence.proved, [&](const ProvedBundle& bundle) {
        return bundle.predicate_type() == type;
    });
    const auto refused = std::ranges::count_if(
        evidence.refused, [&](const RefusedBundle& bundle) { return bundle.claimed_type == type; });
    return static_cast<std::size_t>(proved + refused) - counted;
}

// Those whose proved time is within the rule's limit; why another one is not goes to `found`.
std::vector<const ProvedBundle*> fresh(const AttestationRule& rule,
                                       std::vector<const ProvedBundle*> bundles, Timestamp now,
                                       std::string& found) {
    if (!rule.max_age) return bundles;
    std::erase_if(bundles, [&](const ProvedBundle* bundle) {
        if (!bundle->proved) {
            found = "nothing proves when it was signed";
            return true;
        }
        const std::int64_t age = now.seconds - bundle->proved->seconds;
        if (age >= -kClockSkew && age <= *rule.max_age) return false;
        found = std::string(age < 0 ? "signed in the future, at " : "too old, signed at ") +
                to_rfc3339(*bundle->proved);
        return true;
    });
    return bundles;
}

// Of each signer the newest. Nothing if nobody can say which that is.
std::optional<std::vector<const ProvedBundle*>> newest(
    const std::vector<const ProvedBundle*>& bundles) {
    std::map<std::string, std::vector<const ProvedBundle*>> by_signer;
    for (const ProvedBundle* bundle : bundles) by_signer[bundle->who].push_back(bundle);
    std::vector<const ProvedBundle*> selected;
    for (const auto& [who, own] : by_signer) {
        if (own.size() == 1) {
            selected.push_back(own.front());
            continue;
        }
        std::optional<Timestamp> last;
        for (const ProvedBundle* bundle : own) {
            if (!bundle->proved) return std::nullopt;
            if (!last || *last < *bundle->proved) last = bundle->proved;
        }
        for (const ProvedBundle* bundle : own) {
            if (bundle->proved == last) selected.push_back(bundle);
        }
    }
    return selected;
}

RuleOutcome outcome_of(std::string rule, std::string expected, std::string found) {
    return {std::move(rule), Outcome::Unknown, std::move(expected), std::move(found), {}};
}

}  // namespace

std::string describe(const SignerRule& rule) {
    if (rule.signers.size() == 1) return "'" + rule.signers.front() + "'";
    return std::to_string(rule.threshold) + " of " + list_of(rule.signers);
}

std::string describe(const AttestationRule& rule) {
    std::string text = "an attestation " + rule.predicate_type + " by " + describe(rule.by);
    if (rule.max_age) text += ", at most " + duration(*rule.max_age) + " old";
    return text;
}

RuleOutcome judge_signature(const SignerRule& rule, const ProvedEvidence& evidence) {
    const auto bundles = bundles_by(rule, kSignPredicateType, evidence);
    RuleOutcome outcome =
        outcome_of("signature", "a signature by " + describe(rule), signed_by(bundles, rule));
    outcome.evidence = digests_of(bundles);
    if (count_signers(rule, bundles) >= rule.threshold) {
        outcome.outcome = Outcome::Pass;
        return outcome;
    }
    if (!evidence.incomplete.empty()) {
        outcome.hint = "not all evidence could be looked at: " + evidence.incomplete;
        return outcome;
    }
    outcome.outcome = Outcome::Fail;
    const std::size_t others = count_others(kSignPredicateType, evidence, bundles.size());
    if (bundles.empty() && others == 0) {
        outcome.found = "nobody has signed";
    } else if (others > 0) {
        outcome.hint = std::to_string(others) + " other signature(s) did not count";
    }
    return outcome;
}

AttestationOutcome judge_attestation(const AttestationRule& rule, const ProvedEvidence& evidence,
                                     Timestamp now) {
    const auto signed_ones = bundles_by(rule.by, rule.predicate_type, evidence);
    std::string why;
    const auto bundles = fresh(rule, signed_ones, now, why);
    AttestationOutcome result{outcome_of("attestation/" + rule.id, describe(rule),
                                         why.empty() ? signed_by(bundles, rule.by) : why),
                              {}};
    RuleOutcome& outcome = result.outcome;
    outcome.evidence = digests_of(bundles.empty() ? signed_ones : bundles);
    if (count_signers(rule.by, bundles) >= rule.by.threshold) {
        // A newer one might be where nobody could look.
        if (!evidence.incomplete.empty()) {
            outcome.hint = "not all evidence could be looked at: " + evidence.incomplete;
            return result;
        }
        auto selected = rule.select == Select::All ? std::optional(bundles) : newest(bundles);
        if (!selected) {
            outcome.found = "several by one signer, and nothing proves which is the newest";
            return result;
        }
        outcome.outcome = Outcome::Pass;
        outcome.found = signed_by(bundles, rule.by);
        outcome.evidence = digests_of(*selected);
        result.selected = *std::move(selected);
        return result;
    }
    if (!evidence.incomplete.empty()) {
        outcome.hint = "not all evidence could be looked at: " + evidence.incomplete;
        return result;
    }
    if (!why.empty()) return result;  // too old is not known to be wrong
    const std::size_t others = count_others(rule.predicate_type, evidence, signed_ones.size());
    if (bundles.empty() && others == 0) {
        outcome.found = "there is none";
        return result;
    }
    outcome.outcome = Outcome::Fail;
    if (others > 0) outcome.hint = std::to_string(others) + " other(s) of this type did not count";
    return result;
}

}  // namespace boltseal
