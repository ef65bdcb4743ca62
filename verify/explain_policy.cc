// What a policy asks, in words.
#include "verify/content_rules.h"
#include "verify/evidence_rules.h"

namespace boltseal {

namespace {

std::string platforms_of(const ImagePolicy& policy) {
    switch (policy.platforms) {
        case Platforms::All:
            return "what follows, for an index and every image in it";
        case Platforms::Requested:
            return "what follows, for the one platform that is asked for";
        case Platforms::Index:
            break;
    }
    return "what follows, for an index as for an image";
}

std::string proofs_of(const Policy& evidence) {
    std::string text =
        evidence.log_threshold == 0
            ? "no proof by a log for any bundle"
            : "proofs by " + std::to_string(evidence.log_threshold) + " log(s) for each bundle";
    if (!evidence.witnesses.asks_for_none()) text += ", cosigned by a quorum of witnesses";
    if (evidence.timestamp_threshold > 0) {
        text += ", time stamps by " + std::to_string(evidence.timestamp_threshold) + " authorities";
    }
    return text;
}

}  // namespace

std::vector<Asked> explain_policy(const ImagePolicy& policy) {
    std::vector<Asked> asked;
    if (policy.expires) {
        asked.push_back({"expires", "a decision by " + to_rfc3339(*policy.expires)});
    }
    asked.push_back({"platforms", platforms_of(policy)});
    asked.push_back({"algorithms", policy.algorithms.to_string()});
    asked.push_back({"evidence", proofs_of(policy.evidence)});
    if (policy.signature) {
        asked.push_back({"signature", "a signature by " + describe(*policy.signature)});
    }
    for (const AttestationRule& rule : policy.attestations) {
        asked.push_back({"attestation/" + rule.id, describe(rule)});
    }
    for (const ContentRule& rule : content_rules(policy)) {
        asked.push_back({rule.id, rule.expected});
    }
    if (policy.exceptions) {
        asked.push_back({"exceptions", "none, unless signed by " + describe(policy.exceptions->by) +
                                           ", from " + list_of(policy.exceptions->rules)});
    }
    return asked;
}

}  // namespace boltseal
