// The rules of a policy that look into attestations, each as something to say beforehand and
// something to judge by: [policy.sbom], [policy.provenance] and [[policy.assert]].
#pragma once

#include "verify/image_policy.h"
#include "verify/provenance.h"
#include "verify/sbom.h"

#include <functional>

namespace boltseal {

// One attestation, read once for all rules that look into it.
struct Content {
    const Json* predicate = nullptr;
    std::optional<Sbom> sbom;              // of a predicate type that is one
    std::optional<Provenance> provenance;  // the same
    std::string unreadable;                // why there is neither though the type is one
};
Content read_content(const std::string& predicate_type, const Json& predicate);

struct Finding {
    Outcome outcome = Outcome::Unknown;
    std::string found;
};

struct ContentRule {
    std::string id;           // "sbom/os/alpine"
    std::string attestation;  // the id of the rule whose attestations it looks into
    std::string expected;
    std::function<Finding(const Content&)> judge;
};

// In the order in which they are judged and shown. They refer to the policy, which must outlive
// them.
std::vector<ContentRule> content_rules(const ImagePolicy& policy);

// What content_rules is made of.
void add_sbom_rules(const SbomRule& rule, std::vector<ContentRule>& rules);
void add_provenance_rules(const ProvenanceRule& rule, std::vector<ContentRule>& rules);
void add_assert_rule(const AssertRule& rule, std::vector<ContentRule>& rules);

// For messages: "'a' or 'b'" and the like.
std::string list_of(const std::vector<Pattern>& patterns);
std::string list_of(const std::vector<std::string>& names);
bool any_matches(const std::vector<Pattern>& patterns, std::string_view text);

}  // namespace boltseal
