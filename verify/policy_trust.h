// The table [trust] of a policy: names for signers, and the logs and authorities that are believed.
// specs/policy.md#trust
#pragma once

#include "verify/policy_file.h"
#include "verify/policy_table.h"

namespace boltseal {

struct Trust {
    std::vector<TrustedSigner> signers;  // names, keys and identities are unique
    TrustedRoot root;
    WitnessPolicy witnesses;  // asks for none if [trust.witnesses] is not there

    const TrustedSigner* find(std::string_view name) const;
};

// Problems go to `reading`.
Trust read_trust(PolicyNode& node, PolicyReading& reading);

// The file of certificate authorities, logs and time stampers that `trusted_root` names; empty if
// there is none. One that cannot be used is a problem of the table.
TrustedRoot read_root(PolicyTable& table);

// Lower-case letters, digits and '-' in between, 1 to 64: signers, policies and rules are called
// so.
bool is_policy_name(std::string_view text);

}  // namespace boltseal
