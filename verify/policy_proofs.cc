// What vouches for every bundle of a [[policy]]: algorithms, logs, witnesses and authorities.
#include "verify/policy_sections.h"

#include <algorithm>

namespace boltseal {

namespace {

bool chain_allowed(const CertificateAuthority& authority, const AllowedAlgorithms& allowed) {
    return std::ranges::all_of(authority.chain, [&](const Certificate& certificate) {
        return allowed.check(certificate.key()).has_value();
    });
}

// What is of other algorithms vouches for nothing.
TrustedRoot allowed_part(TrustedRoot root, const AllowedAlgorithms& allowed) {
    const auto other_chain = [&](const CertificateAuthority& authority) {
        return !chain_allowed(authority, allowed);
    };
    std::erase_if(root.logs,
                  [&](const TrustedLog& log) { return !allowed.check(log.key.key).has_value(); });
    std::erase_if(root.ct_logs,
                  [&](const CtLog& log) { return !allowed.check(log.key).has_value(); });
    std::erase_if(root.certificate_authorities, other_chain);
    std::erase_if(root.timestamp_authorities, other_chain);
    return root;
}

class ProofReader {
public:
    ProofReader(PolicyTable& table, const Trust& trust, ImagePolicy& policy)
        : table_(table), trust_(trust), policy_(policy) {}

    void read() {
        read_algorithms();
        policy_.evidence.any_predicate_type = true;
        policy_.evidence.root = allowed_part(trust_.root, policy_.algorithms);
        read_thresholds();
    }

private:
    void read_algorithms() {
        if (table_.has("profile")) {
            if (table_.choice("profile", {"fips"}) == "fips") {
                policy_.algorithms = AllowedAlgorithms::fips();
            }
            if (table_.has("algorithms")) {
                table_.problem_at("algorithms", "'algorithms' and 'profile' exclude each other");
            }
            table_.know("algorithms");
        } else if (table_.has("algorithms")) {
            auto allowed = AllowedAlgorithms::only(table_.texts("algorithms"));
            if (allowed) {
                policy_.algorithms = *std::move(allowed);
            } else {
                table_.problem_at("algorithms", "'algorithms': " + allowed.error().message());
            }
        }
    }

    // How many logs and authorities must vouch. That none does is asked for aloud.
    void read_thresholds() {
        const bool no_log = table_.has("insecure_no_log");
        if (no_log && table_.has("logs")) {
            table_.problem_at("logs", "'logs' and 'insecure_no_log' exclude each other");
            table_.know("logs");
        }
        if (no_log) {
            table_.flag("insecure_no_log");
            policy_.evidence.log_threshold = 0;
        } else {
            policy_.evidence.log_threshold = table_.number("logs", 1, 16);
            std::set<std::string> known;
            for (const TrustedLog& log : policy_.evidence.root.logs) known.insert(log.who());
            check_reach("logs", "log(s)", policy_.evidence.log_threshold, known.size());
        }
        if (table_.has("witnesses")) read_witnesses();
        if (!table_.has("timestamps")) return;
        policy_.evidence.timestamp_threshold = table_.number("timestamps", 1, 16);
        std::set<std::string> known;
        for (const CertificateAuthority& authority : policy_.evidence.root.timestamp_authorities) {
            known.insert(authority.operator_name.empty() ? authority.uri : authority.operator_name);
        }
        check_reach("timestamps", "time-stamping authorities", policy_.evidence.timestamp_threshold,
                    known.size());
    }

    void read_witnesses() {
        table_.flag("witnesses");
        policy_.evidence.witnesses = trust_.witnesses;
        if (trust_.witnesses.asks_for_none()) {
            table_.problem_at("witnesses", "'witnesses' needs [trust.witnesses]");
        }
        if (policy_.evidence.log_threshold == 0) {
            table_.problem_at("witnesses",
                              "'witnesses' needs 'logs': they cosign what a log shows");
        }
        for (const Witness& witness : trust_.witnesses.witnesses()) {
            const auto allowed = policy_.algorithms.check(witness.key.key);
            if (allowed) continue;
            table_.problem_at("witnesses",
                              "witness '" + witness.name + "': " + allowed.error().message());
        }
        for (const TrustedLog& log : policy_.evidence.root.logs) {
            const auto independent = check_independence(trust_.witnesses, log.key);
            if (!independent) table_.problem_at("witnesses", independent.error().message());
        }
    }

    void check_reach(std::string_view member, const std::string& what, std::size_t asked,
                     std::size_t known) {
        if (asked <= known) return;
        table_.problem_at(member, "asks for " + std::to_string(asked) + " " + what +
                                      ", and [trust] has " + std::to_string(known) +
                                      " that this policy lets count");
    }

    PolicyTable& table_;
    const Trust& trust_;
    ImagePolicy& policy_;
};

}  // namespace

void read_proofs(PolicyTable& table, const Trust& trust, ImagePolicy& policy) {
    ProofReader(table, trust, policy).read();
}

}  // namespace boltseal
