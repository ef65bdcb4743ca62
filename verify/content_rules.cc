#include "verify/content_rules.h"

#include <algorithm>

namespace boltseal {

Content read_content(const std::string& predicate_type, const Json& predicate) {
    Content content{&predicate, {}, {}, {}};
    if (sbom_format(predicate_type)) {
        auto sbom = read_sbom(predicate_type, predicate);
        if (sbom) {
            content.sbom = *std::move(sbom);
        } else {
            content.unreadable = sbom.error().message();
        }
    } else if (is_provenance(predicate_type)) {
        auto provenance = read_provenance(predicate_type, predicate);
        if (provenance) {
            content.provenance = *std::move(provenance);
        } else {
            content.unreadable = provenance.error().message();
        }
    }
    return content;
}

std::vector<ContentRule> content_rules(const ImagePolicy& policy) {
    std::vector<ContentRule> rules;
    if (policy.sbom) add_sbom_rules(*policy.sbom, rules);
    if (policy.provenance) add_provenance_rules(*policy.provenance, rules);
    for (const AssertRule& rule : policy.asserts) add_assert_rule(rule, rules);
    return rules;
}

std::vector<std::string> waivable_rules(const ImagePolicy& policy) {
    std::vector<std::string> ids;
    for (const AttestationRule& rule : policy.attestations) {
        ids.push_back("attestation/" + rule.id);
    }
    for (const ContentRule& rule : content_rules(policy)) ids.push_back(rule.id);
    return ids;
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += printable(names[i]);
    }
    return text;
}

std::string list_of(const std::vector<Pattern>& patterns) {
    std::vector<std::string> texts;
    for (const Pattern& pattern : patterns) texts.push_back(pattern.text());
    return list_of(texts);
}

bool any_matches(const std::vector<Pattern>& patterns, std::string_view text) {
    return std::ranges::any_of(patterns,
                               [&](const Pattern& pattern) { return pattern.matches(text); });
}

}  // namespace boltseal
