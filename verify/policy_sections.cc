#include "verify/policy_sections.h"

#include "verify/predicate_types.h"

#include <algorithm>

namespace boltseal {

namespace {

// A scope is a registry, or a registry and the beginning of a repository, in whole components.
std::optional<std::string> scope_problem(std::string_view scope) {
    if (scope.find("//") != std::string_view::npos || scope.starts_with('/') ||
        scope.ends_with('/')) {
        return "has an empty component";
    }
    for (const char c : scope) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                           std::string_view("._-/:[]").find(c) != std::string_view::npos;
        if (!plain) return "has a character that no registry or repository has";
    }
    const std::size_t colon = scope.rfind(':');
    if (colon != std::string_view::npos && colon > scope.find('/')) {
        return "names a tag: a policy holds for all images of a repository";
    }
    return std::nullopt;
}

class PolicyReader {
public:
    PolicyReader(PolicyNode& node, const Trust& trust, PolicyReading& reading)
        : table_(node, "[[policy]]", reading), trust_(trust), reading_(reading) {}

    ImagePolicy read() {
        policy_.name = table_.text("name");
        if (!policy_.name.empty() && !is_policy_name(policy_.name)) {
            table_.problem_at("name", printable(policy_.name) +
                                          " is no name: lower-case letters, digits and '-' make "
                                          "one");
        }
        read_scopes();
        read_platforms();
        if (table_.has("expires")) policy_.expires = table_.time("expires");
        read_proofs(table_, trust_, policy_);
        read_rules();
        take_signers();
        return std::move(policy_);
    }

private:
    void read_scopes() {
        policy_.scopes = table_.texts("scopes");
        for (const std::string& scope : policy_.scopes) {
            if (const auto why = scope_problem(scope)) {
                table_.problem_at("scopes", "scope " + printable(scope) + " " + *why);
            }
        }
    }

    void read_platforms() {
        const std::string choice = table_.choice("platforms", {"all", "requested", "index"});
        if (choice == "requested") policy_.platforms = Platforms::Requested;
        if (choice == "index") policy_.platforms = Platforms::Index;
    }

    void read_rules() {
        if (PolicyNode* node = table_.table("signature")) {
            PolicyTable table(*node, "[policy.signature]", reading_);
            policy_.signature = read_signer_rule(table, trust_, used_);
        }
        std::vector<std::string> taken;
        for (PolicyNode* node : table_.tables("attestation")) read_attestation(*node, taken);
        if (!policy_.signature && policy_.attestations.empty()) {
            table_.problem(
                "asks for nothing: there is neither [policy.signature] nor "
                "[[policy.attestation]]");
        }
        const AttestationIds ids(policy_.attestations, reading_);
        if (PolicyNode* node = table_.table("sbom")) policy_.sbom = read_sbom_rule(*node, ids);
        if (PolicyNode* node = table_.table("provenance")) {
            policy_.provenance = read_provenance_rule(*node, ids);
        }
        read_asserts(ids);
        if (PolicyNode* node = table_.table("exceptions")) read_exceptions(*node);
    }

    void read_attestation(PolicyNode& node, std::vector<std::string>& taken) {
        PolicyTable table(node, "[[policy.attestation]]", reading_);
        AttestationRule rule;
        rule.id = read_rule_id(table, "id", taken);
        const std::string type = table.text("type");
        auto predicate_type = parse_predicate_type(type);
        if (predicate_type) {
            rule.predicate_type = *std::move(predicate_type);
        } else if (!type.empty()) {
            table.problem_at("type", "'type': " + predicate_type.error().message());
        }
        rule.by = read_signer_rule(table, trust_, used_);
        if (table.choice("select", {"latest", "all"}) == "latest") rule.select = Select::Latest;
        if (table.has("max_age")) rule.max_age = table.seconds("max_age");
        policy_.attestations.push_back(std::move(rule));
    }

    void read_asserts(const AttestationIds& ids) {
        std::vector<std::string> taken;
        for (PolicyNode* node : table_.tables("assert")) {
            AssertRule rule = read_assert_rule(*node, ids);
            if (std::ranges::find(taken, rule.id) != taken.end()) {
                reading_.problems.push_back(
                    {node->line(), "two rules are called '" + rule.id + "'"});
            }
            taken.push_back(rule.id);
            policy_.asserts.push_back(std::move(rule));
        }
    }

    void read_exceptions(PolicyNode& node) {
        PolicyTable table(node, "[policy.exceptions]", reading_);
        ExceptionRule rule;
        rule.by = read_signer_rule(table, trust_, used_);
        rule.max_lifetime = table.seconds("max_lifetime");
        rule.rules = table.texts("rules");
        const std::vector<std::string> known = waivable_rules(policy_);
        for (const std::string& id : rule.rules) {
            if (std::ranges::find(known, id) != known.end()) continue;
            table.problem_at("rules", printable(id) +
                                          " is no rule of this policy that can be "
                                          "waived");
        }
        policy_.exceptions = std::move(rule);
    }

    void take_signers() {
        for (const TrustedSigner& signer : trust_.signers) {
            if (std::ranges::find(used_, signer.name) == used_.end()) continue;
            if (const auto* key = std::get_if<TrustedKey>(&signer.who)) {
                const auto allowed = policy_.algorithms.check(key->key);
                if (!allowed) {
                    table_.problem("signer '" + signer.name + "': " + allowed.error().message());
                }
                policy_.evidence.keys.push_back(*key);
            } else {
                policy_.evidence.identities.push_back(std::get<TrustedIdentity>(signer.who));
            }
            policy_.signers.push_back(signer);
        }
    }

    PolicyTable table_;
    const Trust& trust_;
    PolicyReading& reading_;
    std::vector<std::string> used_;
    ImagePolicy policy_;
};

}  // namespace

SignerRule read_signer_rule(PolicyTable& table, const Trust& trust,
                            std::vector<std::string>& used) {
    SignerRule rule;
    rule.signers = table.texts("signers");
    for (const std::string& name : rule.signers) {
        if (!trust.find(name)) {
            table.problem_at("signers", printable(name) + " is nobody that [trust] knows");
        }
        used.push_back(name);
    }
    // One of several is never what is meant by saying nothing.
    if (rule.signers.size() > 1 || table.has("threshold")) {
        rule.threshold =
            table.number("threshold", 1, std::max<std::size_t>(1, rule.signers.size()));
    }
    return rule;
}

const AttestationRule* AttestationIds::read(PolicyTable& table, std::string_view member) const {
    const std::string id = table.text(member);
    for (const AttestationRule& rule : rules_) {
        if (rule.id == id) return &rule;
    }
    if (!id.empty()) {
        table.problem_at(member, "'" + std::string(member) + "' is " + printable(id) +
                                     ", which is the id of no [[policy.attestation]]");
    }
    return nullptr;
}

std::string read_rule_id(PolicyTable& table, std::string_view member,
                         std::vector<std::string>& taken) {
    std::string id = table.text(member);
    if (id.empty()) return id;
    if (!is_policy_name(id)) {
        table.problem_at(
            member, printable(id) + " is no name: lower-case letters, digits and '-' make one");
    }
    if (std::ranges::find(taken, id) != taken.end()) {
        table.problem_at(member, "two rules are called '" + id + "'");
    }
    taken.push_back(id);
    return id;
}

ImagePolicy read_image_policy(PolicyNode& node, const Trust& trust, PolicyReading& reading) {
    return PolicyReader(node, trust, reading).read();
}

}  // namespace boltseal
