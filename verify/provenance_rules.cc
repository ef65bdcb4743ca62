// What [policy.provenance] asks of a build: specs/policy.md#provenance
#include "verify/content_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

ContentRule provenance_rule(const ProvenanceRule& rule, std::string id, std::string expected,
                            std::function<Finding(const Provenance&)> judge) {
    return {std::move(id), rule.attestation, std::move(expected),
            [judge = std::move(judge)](const Content& content) {
                return content.provenance ? judge(*content.provenance)
                                          : Finding{Outcome::Unknown, content.unreadable};
            }};
}

Finding compare(const std::vector<Pattern>& allowed, const std::string& text,
                const std::string& missing) {
    if (text.empty()) return {Outcome::Unknown, missing};
    return {any_matches(allowed, text) ? Outcome::Pass : Outcome::Fail, printable(text)};
}

Finding judge_parameters(const ExpectedValue::Members& expected, const Provenance& provenance) {
    const Json none = Json::object({});
    const Json& found =
        provenance.external_parameters.is_null() ? none : provenance.external_parameters;
    const ExpectedValue all{std::make_shared<const ExpectedValue::Members>(expected)};
    if (const auto difference = all.difference(found, "")) return {Outcome::Fail, *difference};
    return {Outcome::Pass, "all " + std::to_string(expected.size()) + " as expected"};
}

Finding judge_include(const std::vector<Pattern>& wanted, const Provenance& provenance) {
    for (const Pattern& pattern : wanted) {
        const bool there = std::ranges::any_of(provenance.materials, [&](const Material& material) {
            return pattern.matches(material.uri);
        });
        if (!there) return {Outcome::Fail, "none is " + printable(pattern.text())};
    }
    return {Outcome::Pass, "all of them"};
}

Finding judge_only(const std::vector<Pattern>& allowed, const Provenance& provenance) {
    if (provenance.materials.empty()) return {Outcome::Unknown, "it names no materials"};
    for (const Material& material : provenance.materials) {
        if (any_matches(allowed, material.uri)) continue;
        return {Outcome::Fail, material.uri.empty() ? "one has no uri" : printable(material.uri)};
    }
    return {Outcome::Pass, std::to_string(provenance.materials.size()) + " materials"};
}

// How an object differs from what each of its members must be.
std::optional<std::string> members_difference(const ExpectedValue::Members& expected,
                                              const Json& found, const std::string& place) {
    const Json::Object* object = found.as_object();
    if (!object) return "'" + place + "' is no object";
    for (const auto& [name, value] : *object) {
        const auto known = expected.find(name);
        if (known == expected.end()) return printable(place + "/" + name) + " is not expected";
        if (auto difference = known->second.difference(value, place + "/" + name)) {
            return difference;
        }
    }
    for (const auto& [name, value] : expected) {
        if (!found.find(name)) return printable(place + "/" + name) + " is missing";
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> ExpectedValue::difference(const Json& found,
                                                     const std::string& place) const {
    if (std::holds_alternative<Anything>(value)) return std::nullopt;
    if (const auto* members = std::get_if<std::shared_ptr<const Members>>(&value)) {
        return members_difference(**members, found, place);
    }
    const std::string is = printable(place) + " is " + printable(to_json(found));
    if (const auto* pattern = std::get_if<Pattern>(&value)) {
        const std::string* text = found.as_string();
        if (text && pattern->matches(*text)) return std::nullopt;
        return is + ", expected " + printable(pattern->text());
    }
    const Json& exact = std::get<Json>(value);
    if (found == exact) return std::nullopt;
    return is + ", expected " + printable(to_json(exact));
}

void add_provenance_rules(const ProvenanceRule& rule, std::vector<ContentRule>& rules) {
    rules.push_back(provenance_rule(
        rule, "provenance/builder", "built by " + list_of(rule.builders),
        [&rule](const Provenance& provenance) {
            return compare(rule.builders, provenance.builder_id, "it names no builder");
        }));
    if (!rule.build_types.empty()) {
        rules.push_back(provenance_rule(
            rule, "provenance/build-type", "build type " + list_of(rule.build_types),
            [&rule](const Provenance& provenance) {
                return compare(rule.build_types, provenance.build_type, "it names no build type");
            }));
    }
    if (rule.source) {
        rules.push_back(provenance_rule(
            rule, "provenance/source", "built from " + printable(rule.source->text()),
            [&rule](const Provenance& provenance) {
                return compare({*rule.source}, provenance.source ? provenance.source->uri : "",
                               "it names no one source");
            }));
    }
    if (!rule.refs.empty()) {
        rules.push_back(provenance_rule(
            rule, "provenance/ref", "built from the ref " + list_of(rule.refs),
            [&rule](const Provenance& provenance) {
                return compare(rule.refs, provenance.source ? provenance.source->ref : "",
                               "it names no ref of its source");
            }));
    }
    if (rule.parameters) {
        rules.push_back(provenance_rule(rule, "provenance/parameters",
                                        "the " + std::to_string(rule.parameters->size()) +
                                            " external parameters of the policy and no others",
                                        [&rule](const Provenance& provenance) {
                                            return judge_parameters(*rule.parameters, provenance);
                                        }));
    }
    if (!rule.materials_include.empty()) {
        rules.push_back(provenance_rule(rule, "provenance/materials-include",
                                        "a material for each of " + list_of(rule.materials_include),
                                        [&rule](const Provenance& provenance) {
                                            return judge_include(rule.materials_include,
                                                                 provenance);
                                        }));
    }
    if (!rule.materials_only.empty()) {
        rules.push_back(provenance_rule(rule, "provenance/materials-only",
                                        "only materials " + list_of(rule.materials_only),
                                        [&rule](const Provenance& provenance) {
                                            return judge_only(rule.materials_only, provenance);
                                        }));
    }
}

}  // namespace boltseal
