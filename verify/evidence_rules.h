// The rules of a policy that ask who has signed: [policy.signature], [[policy.attestation]], and
// the exceptions that others have signed.
#pragma once

#include "verify/proved_evidence.h"

namespace boltseal {

// What is asked for, in words: "2 of 'a', 'b' or 'c'".
std::string describe(const SignerRule& rule);
std::string describe(const AttestationRule& rule);

RuleOutcome judge_signature(const SignerRule& rule, const ProvedEvidence& evidence);

struct AttestationOutcome {
    RuleOutcome outcome;
    std::vector<const ProvedBundle*> selected;  // to look into; none unless the rule holds
};
AttestationOutcome judge_attestation(const AttestationRule& rule, const ProvedEvidence& evidence,
                                     Timestamp now);

// specs/policy.md#exceptions
inline constexpr std::string_view kExceptionType = "https://boltseal.dev/exception/v1";

// By the rule they waive: exceptions that are signed as the policy asks, about this manifest and
// policy, and in force; of several the one that ends last. Why others do not count is added to
// `uncounted`.
std::map<std::string, Waiver> find_waivers(const ImagePolicy& policy,
                                           const ProvedEvidence& evidence, Timestamp now,
                                           std::vector<Uncounted>& uncounted);

}  // namespace boltseal
