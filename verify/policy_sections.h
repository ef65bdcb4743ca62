// The parts of [[policy]]: each reads its own table into the struct of policy_rules.h. Problems go
// to the reading. Included by the .cc files that read policies only.
#pragma once

#include "verify/policy_trust.h"

namespace boltseal {

// [[policy]] with everything in it.
ImagePolicy read_image_policy(PolicyNode& node, const Trust& trust, PolicyReading& reading);

// Of [[policy]]: 'algorithms' or 'profile', 'logs' or 'insecure_no_log', 'witnesses', 'timestamps'.
void read_proofs(PolicyTable& table, const Trust& trust, ImagePolicy& policy);

// 'signers' and 'threshold' of a table. Whoever is named is noted in `used`.
SignerRule read_signer_rule(PolicyTable& table, const Trust& trust, std::vector<std::string>& used);

// Tables that look into an attestation name it by its id, which must be one of these.
class AttestationIds {
public:
    AttestationIds(const std::vector<AttestationRule>& rules, PolicyReading& reading)
        : rules_(rules), reading_(reading) {}

    // The id that `member` names, or null, which is a problem.
    const AttestationRule* read(PolicyTable& table, std::string_view member) const;
    PolicyReading& reading() const { return reading_; }

private:
    const std::vector<AttestationRule>& rules_;
    PolicyReading& reading_;
};

SbomRule read_sbom_rule(PolicyNode& node, const AttestationIds& attestations);
ProvenanceRule read_provenance_rule(PolicyNode& node, const AttestationIds& attestations);
AssertRule read_assert_rule(PolicyNode& node, const AttestationIds& attestations);

// [[test]]
PolicyTest read_policy_test(PolicyNode& node, PolicyReading& reading);

// The id of a rule, which must be a name and not be among `taken`, where it is noted.
std::string read_rule_id(PolicyTable& table, std::string_view member,
                         std::vector<std::string>& taken);

}  // namespace boltseal
