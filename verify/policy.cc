#include "verify/policy.h"

#include <set>

namespace boltseal {

Result<void> check_policy(const Policy& policy, Timestamp now) {
    if (policy.keys.empty() && policy.identities.empty()) {
        return Error(Fault::Config, "policy names nobody who may sign");
    }
    if (policy.keys.empty() && policy.root.certificate_authorities.empty()) {
        return Error(Fault::Config, "policy names identities and no authority that certifies them")
            .with_hint("name the authorities with --trusted-root");
    }
    std::set<LogId> logs;  // one that is named twice counts once
    for (const TrustedLog& log : policy.root.logs) logs.insert(log.id);
    if (policy.log_threshold > logs.size()) {
        return Error(Fault::Config, "policy asks for " + std::to_string(policy.log_threshold) +
                                        " log(s) and names " + std::to_string(logs.size()))
            .with_hint("name the log's key with --log-key");
    }
    if (policy.log_threshold == 0 && !policy.witnesses.asks_for_none()) {
        return Error(Fault::Config, "policy asks for witnesses of a log, and for no log");
    }
    for (const TrustedLog& log : policy.root.logs) {
        BOLTSEAL_CHECK(check_independence(policy.witnesses, log.key));
    }
    if (policy.expires && now > *policy.expires) {
        return Error(Fault::Config, "policy has expired on " + to_rfc3339(*policy.expires));
    }
    return {};
}

}  // namespace boltseal
