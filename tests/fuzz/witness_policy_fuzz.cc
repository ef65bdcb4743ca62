// A policy means the same when it is printed and read again. One that asks for none has no
// witnesses, and one that asks for some has groups that can be met.
#include "tests/fuzz/fuzz.h"
#include "verify/witness_policy.h"

using namespace boltseal;

FUZZ(input) {
    const auto policy = parse_witness_policy(input);
    if (!policy) return;
    LAW(parse_witness_policy(as_bytes(to_string(*policy))).value() == *policy);
    LAW(policy->asks_for_none() == policy->witnesses().empty());
    for (const WitnessGroup& group : policy->groups()) {
        LAW(group.threshold > 0 && group.threshold <= group.members.size());
    }
    for (const NoteKey& log : policy->logs()) LAW(check_independence(*policy, log).has_value());
}
