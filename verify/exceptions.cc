// Signed exceptions: specs/policy.md#exceptions
#include "verify/evidence_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxReason = 1024;

struct ClaimedException {
    std::string policy;
    std::string rule;
    std::string owner;
    std::string reason;
    Timestamp expires;
    bool operator==(const ClaimedException&) const = default;
};

Result<std::string> text_at(const Json& predicate, std::string_view member) {
    BOLTSEAL_TRY(const std::string* text, predicate.string_at(member));
    if (!text->empty() && text->size() <= kMaxReason) return *text;
    return Error(Fault::Malformed,
                 "'" + std::string(member) + "' is empty or longer than 1024 bytes");
}

Result<ClaimedException> parse_exception(const Json& predicate) {
    BOLTSEAL_CHECK(predicate.only({"policy", "rule", "owner", "reason", "expires"}));
    ClaimedException claimed;
    BOLTSEAL_TRY(claimed.policy, text_at(predicate, "policy"));
    BOLTSEAL_TRY(claimed.rule, text_at(predicate, "rule"));
    BOLTSEAL_TRY(claimed.owner, text_at(predicate, "owner"));
    BOLTSEAL_TRY(claimed.reason, text_at(predicate, "reason"));
    BOLTSEAL_TRY(const std::string expires, text_at(predicate, "expires"));
    BOLTSEAL_TRY(claimed.expires, parse_rfc3339(expires));
    return claimed;
}

// Why the exception does not count, or nothing.
std::optional<std::string> problem_of(const ClaimedException& claimed, const ImagePolicy& policy,
                                      const ProvedBundle& bundle, Timestamp now) {
    const ExceptionRule& rule = *policy.exceptions;
    if (claimed.policy != policy.name) {
        return "exception from policy " + printable(claimed.policy) + ", which is another one";
    }
    if (!is_by(bundle, rule.by)) {
        return "exception by somebody whom [policy.exceptions] does not name";
    }
    if (std::ranges::find(rule.rules, claimed.rule) == rule.rules.end()) {
        return "exception from " + printable(claimed.rule) +
               ", which [policy.exceptions] does not let anybody waive";
    }
    if (!bundle.proved) return "exception, and nothing proves when it was signed";
    if (claimed.expires.seconds - bundle.proved->seconds > rule.max_lifetime) {
        return "exception until " + to_rfc3339(claimed.expires) + " was signed at " +
               to_rfc3339(*bundle.proved) + ", and the policy does not allow so long a time";
    }
    if (now > claimed.expires) {
        return "exception has expired on " + to_rfc3339(claimed.expires);
    }
    return std::nullopt;
}

}  // namespace

std::map<std::string, Waiver> find_waivers(const ImagePolicy& policy,
                                           const ProvedEvidence& evidence, Timestamp now,
                                           std::vector<Uncounted>& uncounted) {
    std::map<std::string, Waiver> waivers;
    if (!policy.exceptions) return waivers;
    const ExceptionRule& rule = *policy.exceptions;
    std::map<std::string, std::vector<const ProvedBundle*>> agreeing;  // by what they say
    for (const ProvedBundle& bundle : evidence.proved) {
        if (bundle.predicate_type() != kExceptionType) continue;
        const auto claimed = parse_exception(bundle.predicate());
        const auto why = claimed ? problem_of(*claimed, policy, bundle, now)
                                 : "exception: " + claimed.error().message();
        if (why) {
            uncounted.push_back({bundle.evidence, evidence.manifest, *why});
            continue;
        }
        auto& same = agreeing[to_canonical_json(bundle.predicate())];
        same.push_back(&bundle);
        if (count_signers(rule.by, same) < rule.by.threshold) {
            uncounted.push_back({bundle.evidence, evidence.manifest,
                                 "exception from " + printable(claimed->rule) + " that needs " +
                                     describe(rule.by)});
            continue;
        }
        const Waiver waiver{claimed->owner, claimed->reason, claimed->expires, bundle.evidence};
        const auto [other, is_new] = waivers.emplace(claimed->rule, waiver);
        if (!is_new && other->second.until < waiver.until) other->second = waiver;
    }
    return waivers;
}

}  // namespace boltseal
