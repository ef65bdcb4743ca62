// The tables of a policy that look into attestations: [policy.sbom], [policy.provenance] and
// [[policy.assert]].
#include "verify/policy_sections.h"
#include "verify/provenance.h"
#include "verify/sbom.h"

#include <algorithm>

namespace boltseal {

namespace {

// The member with one alternative for each key of the table, where a table is meant.
constexpr std::string_view kGlob = "glob";
constexpr std::string_view kRegex = "regex";
constexpr std::string_view kAny = "any";

std::optional<VersionRange> read_versions(PolicyTable& table, VersionScheme scheme) {
    auto range = parse_version_range(scheme, table.text("versions"));
    if (range) return *std::move(range);
    table.problem_at("versions", "'versions': " + range.error().message());
    return std::nullopt;
}

// Of several about one thing each needs an id of its own; the thing's name is enough for one.
std::string read_id(PolicyTable& table, const std::string& name, std::vector<std::string>& taken) {
    if (table.has("id")) return read_rule_id(table, "id", taken);
    if (std::ranges::find(taken, name) != taken.end()) {
        table.problem("two rules are called '" + name + "': give one of them another 'id'");
    }
    taken.push_back(name);
    return name;
}

ForbiddenOs read_forbidden_os(PolicyNode& node, PolicyReading& reading,
                              std::vector<std::string>& taken) {
    PolicyTable table(node, "[[policy.sbom.forbid_os]]", reading);
    ForbiddenOs rule;
    rule.os = table.text("os");
    if (!std::ranges::all_of(rule.os, [](char c) { return c < 'A' || c > 'Z'; })) {
        table.problem_at("os", "'os' has upper-case letters, which os-release has not");
    }
    rule.id = read_id(table, rule.os, taken);
    if (table.has("versions")) rule.versions = read_versions(table, VersionScheme::Numeric);
    return rule;
}

ForbiddenPackage read_forbidden_package(PolicyNode& node, PolicyReading& reading,
                                        std::vector<std::string>& taken) {
    PolicyTable table(node, "[[policy.sbom.forbid_package]]", reading);
    ForbiddenPackage rule;
    const std::string text = table.text("purl");
    auto purl = parse_purl(text);
    if (!purl) {
        if (!text.empty()) table.problem_at("purl", "'purl': " + purl.error().message());
        table.know("versions");
        table.know("id");
        return rule;
    }
    rule.package = *std::move(purl);
    if (!rule.package.version.empty() || !rule.package.qualifiers.empty() ||
        !rule.package.subpath.empty()) {
        table.problem_at("purl", "'purl' names more than a package: a version goes to 'versions'");
    }
    rule.id = read_id(table, rule.package.name, taken);
    if (!table.has("versions")) return rule;
    const auto scheme = version_scheme(rule.package);
    if (scheme) {
        rule.versions = read_versions(table, *scheme);
    } else {
        table.know("versions");
        table.problem_at("versions", "versions of type '" + rule.package.type +
                                         "' cannot be ordered: forbid all of them, or none");
    }
    return rule;
}

void read_licences(PolicyTable& table, SbomRule& rule) {
    if (table.has("allowed_licences")) {
        auto allowed = AllowedLicences::from(table.texts("allowed_licences"));
        if (allowed) {
            rule.allowed_licences = *std::move(allowed);
        } else {
            table.problem_at("allowed_licences",
                             "'allowed_licences': " + allowed.error().message());
        }
    }
    if (!table.has("denied_licences")) return;
    for (const std::string& text : table.texts("denied_licences")) {
        const auto expression = LicenceExpression::parse(text);
        if (!expression || expression->licences().size() != 1) {
            table.problem_at("denied_licences", printable(text) + " is not one licence");
            continue;
        }
        rule.denied_licences.push_back(expression->licences().front());
    }
}

// What an external parameter, or a part of it, must be: specs/policy.md#provenance.
ExpectedValue read_expected(PolicyNode& node, const std::string& name, PolicyReading& reading) {
    auto* members = node.as<PolicyNode::Table>();
    if (!members) return {node.to_json()};
    const bool is_matcher = members->size() == 1 &&
                            (members->front().first == kGlob || members->front().first == kRegex ||
                             members->front().first == kAny);
    PolicyTable table(node, name, reading);
    if (!is_matcher) {
        auto expected = std::make_shared<ExpectedValue::Members>();
        for (auto& [member, value] : *members) {
            table.know(member);
            (*expected)[member] = read_expected(value, name, reading);
        }
        return {std::shared_ptr<const ExpectedValue::Members>(std::move(expected))};
    }
    if (table.has(kAny)) {
        table.flag(kAny);
        return {ExpectedValue::Anything{}};
    }
    return {table.self_pattern()};
}

std::optional<Operator> read_operator(PolicyTable& table) {
    struct Name {
        std::string text;
        Operator op;
    };
    static const std::vector<Name> kNames = {
        {"==", Operator::Equal},  {"!=", Operator::NotEqual},     {"<", Operator::Less},
        {"<=", Operator::AtMost}, {">", Operator::Greater},       {">=", Operator::AtLeast},
        {"in", Operator::In},     {"matches", Operator::Matches}, {"exists", Operator::Exists}};
    std::vector<std::string> allowed;
    for (const Name& name : kNames) allowed.push_back(name.text);
    const std::string text = table.choice("op", allowed);
    for (const Name& name : kNames) {
        if (name.text == text) return name.op;
    }
    return std::nullopt;
}

bool is_json_number(const Json& json) {
    return json.as_int() || json.as_uint() || json.as_double();
}

// The value that the operator can compare with.
void read_operand(PolicyTable& table, AssertRule& rule) {
    if (rule.op == Operator::Exists) return;
    if (rule.op == Operator::Matches) {
        rule.pattern = table.pattern("value");
        return;
    }
    rule.value = table.value("value").value_or(Json());
    if (!table.has("value")) return;
    const bool ordered = rule.op == Operator::Less || rule.op == Operator::AtMost ||
                         rule.op == Operator::Greater || rule.op == Operator::AtLeast;
    if (ordered && !is_json_number(rule.value)) {
        table.problem_at("value", "'value' must be a number: nothing else is ordered");
    }
    if (rule.op == Operator::In && (!rule.value.as_array() || rule.value.as_array()->empty())) {
        table.problem_at("value", "'value' must be a list that is not empty");
    }
}

}  // namespace

SbomRule read_sbom_rule(PolicyNode& node, const AttestationIds& attestations) {
    PolicyReading& reading = attestations.reading();
    const std::size_t before = reading.problems.size();
    PolicyTable table(node, "[policy.sbom]", reading);
    SbomRule rule;
    if (const AttestationRule* source = attestations.read(table, "attestation")) {
        rule.attestation = source->id;
        if (!sbom_format(source->predicate_type)) {
            table.problem_at("attestation", "attestation '" + source->id + "' is no SBOM");
        }
    }
    std::vector<std::string> systems;
    for (PolicyNode* item : table.tables("forbid_os")) {
        rule.forbidden_os.push_back(read_forbidden_os(*item, reading, systems));
    }
    std::vector<std::string> packages;
    for (PolicyNode* item : table.tables("forbid_package")) {
        rule.forbidden_packages.push_back(read_forbidden_package(*item, reading, packages));
    }
    read_licences(table, rule);
    if (table.has("allowed_bases")) rule.allowed_bases = table.patterns("allowed_bases");
    const bool asks = !rule.forbidden_os.empty() || !rule.forbidden_packages.empty() ||
                      rule.names_licences() || !rule.allowed_bases.empty();
    if (!asks && reading.problems.size() == before) {
        table.problem("[policy.sbom] asks for nothing");
    }
    return rule;
}

ProvenanceRule read_provenance_rule(PolicyNode& node, const AttestationIds& attestations) {
    PolicyTable table(node, "[policy.provenance]", attestations.reading());
    ProvenanceRule rule;
    if (const AttestationRule* source = attestations.read(table, "attestation")) {
        rule.attestation = source->id;
        if (!is_provenance(source->predicate_type)) {
            table.problem_at("attestation", "attestation '" + source->id + "' is no provenance");
        }
    }
    // Who built it decides what everything else is worth.
    rule.builders = table.patterns("builders");
    if (table.has("build_types")) rule.build_types = table.patterns("build_types");
    if (table.has("source")) rule.source = table.pattern("source");
    if (table.has("refs")) rule.refs = table.patterns("refs");
    if (table.has("materials_include")) {
        rule.materials_include = table.patterns("materials_include");
    }
    if (table.has("materials_only")) rule.materials_only = table.patterns("materials_only");
    if (PolicyNode* parameters = table.table("parameters")) {
        rule.parameters.emplace();
        for (auto& [name, value] : *parameters->as<PolicyNode::Table>()) {
            (*rule.parameters)[name] =
                read_expected(value, printable(name), attestations.reading());
        }
    }
    return rule;
}

AssertRule read_assert_rule(PolicyNode& node, const AttestationIds& attestations) {
    PolicyTable table(node, "[[policy.assert]]", attestations.reading());
    AssertRule rule;
    std::vector<std::string> none;  // the caller knows the others
    rule.id = read_rule_id(table, "id", none);
    if (const AttestationRule* source = attestations.read(table, "on")) {
        rule.attestation = source->id;
    }
    const std::string text = table.text("pointer");
    auto pointer = JsonPointer::parse(text);
    if (pointer) {
        rule.pointer = *std::move(pointer);
    } else {
        table.problem_at("pointer", "'pointer': " + pointer.error().message());
    }
    const auto op = read_operator(table);
    rule.op = op.value_or(Operator::Equal);
    if (op) {
        read_operand(table, rule);
    } else {
        table.know("value");
    }
    if (!rule.pointer.has_wildcard()) return rule;
    const std::string quantifier = table.choice("quantifier", {"all", "any", "none"});
    if (quantifier == "any") rule.quantifier = Quantifier::Any;
    if (quantifier == "none") rule.quantifier = Quantifier::None;
    return rule;
}

}  // namespace boltseal
