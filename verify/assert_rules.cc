// What [[policy.assert]] asks of the values in a predicate: specs/policy.md#assert
#include "verify/content_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

std::string_view to_text(Operator op) {
    switch (op) {
        case Operator::Equal:
            return "==";
        case Operator::NotEqual:
            return "!=";
        case Operator::Less:
            return "<";
        case Operator::AtMost:
            return "<=";
        case Operator::Greater:
            return ">";
        case Operator::AtLeast:
            return ">=";
        case Operator::In:
            return "in";
        case Operator::Matches:
            return "matches";
        case Operator::Exists:
            break;
    }
    return "exists";
}

std::string_view to_text(Quantifier quantifier) {
    switch (quantifier) {
        case Quantifier::All:
            return "all";
        case Quantifier::Any:
            return "any";
        case Quantifier::None:
            break;
    }
    return "none";
}

// Integers of 64 bits and doubles, compared by value; nothing if one is no number.
std::optional<std::partial_ordering> compare_json_numbers(const Json& a, const Json& b) {
    const auto number = [](const Json& json) -> std::optional<long double> {
        if (const auto whole = json.as_uint()) return static_cast<long double>(*whole);
        if (const auto whole = json.as_int()) return static_cast<long double>(*whole);
        if (const double* real = json.as_double()) return static_cast<long double>(*real);
        return std::nullopt;
    };
    const auto left = number(a);
    const auto right = number(b);
    if (!left || !right) return std::nullopt;
    return *left <=> *right;
}

bool same(const Json& a, const Json& b) {
    const auto order = compare_json_numbers(a, b);
    return order ? *order == std::partial_ordering::equivalent : a == b;
}

// Nothing if the value is of a kind that the operator cannot look at.
std::optional<bool> holds(const AssertRule& rule, const Json& found) {
    switch (rule.op) {
        case Operator::Equal:
            return same(found, rule.value);
        case Operator::NotEqual:
            return !same(found, rule.value);
        case Operator::In:
            return std::ranges::any_of(*rule.value.as_array(),
                                       [&](const Json& item) { return same(found, item); });
        case Operator::Matches:
            if (const std::string* text = found.as_string()) return rule.pattern.matches(*text);
            return std::nullopt;
        case Operator::Exists:
            return true;
        case Operator::Less:
        case Operator::AtMost:
        case Operator::Greater:
        case Operator::AtLeast:
            break;
    }
    const auto order = compare_json_numbers(found, rule.value);
    if (!order) return std::nullopt;
    if (rule.op == Operator::Less) return *order < 0;
    if (rule.op == Operator::AtMost) return *order <= 0;
    if (rule.op == Operator::Greater) return *order > 0;
    return *order >= 0;
}

std::string shown(const Json& value) {
    return printable(to_json(value));
}

// How many values there would be if none was missing; nothing if what should hold them is.
std::optional<std::size_t> expected_count(const JsonPointer& pointer, const Json& predicate) {
    if (!pointer.has_wildcard()) return 1;
    const std::string& text = pointer.text();
    std::size_t star = text.find("/*");
    while (star + 2 < text.size() && text[star + 2] != '/') star = text.find("/*", star + 1);
    const auto holder = JsonPointer::parse(std::string_view(text).substr(0, star));
    if (!holder) return std::nullopt;
    const auto found = holder->find_all(predicate);
    if (found.size() != 1) return std::nullopt;
    if (const auto* items = found.front()->as_array()) return items->size();
    if (const auto* members = found.front()->as_object()) return members->size();
    return std::nullopt;
}

Finding judge_exists(const AssertRule& rule, std::size_t found, std::size_t expected) {
    const std::string count = std::to_string(found) + " of " + std::to_string(expected);
    const bool holds = rule.quantifier == Quantifier::All   ? found == expected
                       : rule.quantifier == Quantifier::Any ? found > 0
                                                            : found == 0;
    return {holds ? Outcome::Pass : Outcome::Fail, count};
}

Finding judge(const AssertRule& rule, const Json& predicate) {
    const auto found = rule.pointer.find_all(predicate);
    const auto expected = expected_count(rule.pointer, predicate);
    if (!expected) return {Outcome::Unknown, "there is no list or object before '*'"};
    if (rule.op == Operator::Exists) return judge_exists(rule, found.size(), *expected);
    std::optional<Finding> unknown;
    if (found.size() < *expected) {
        unknown = Finding{Outcome::Unknown, "only " + std::to_string(found.size()) + " of " +
                                                std::to_string(*expected) + " values are there"};
    }
    for (const Json* value : found) {
        const auto held = holds(rule, *value);
        if (!held) {
            unknown = Finding{Outcome::Unknown, shown(*value) + " cannot be compared"};
        } else if (rule.quantifier == Quantifier::Any && *held) {
            return {Outcome::Pass, shown(*value)};
        } else if (rule.quantifier != Quantifier::Any &&
                   *held != (rule.quantifier == Quantifier::All)) {
            return {Outcome::Fail, shown(*value)};
        }
    }
    if (unknown) return *std::move(unknown);
    if (rule.quantifier == Quantifier::Any) {
        return {Outcome::Fail, "none of " + std::to_string(found.size()) + " values"};
    }
    return {Outcome::Pass,
            found.size() == 1 ? shown(*found.front()) : std::to_string(found.size()) + " values"};
}

std::string expectation(const AssertRule& rule) {
    std::string text;
    if (rule.pointer.has_wildcard()) text = std::string(to_text(rule.quantifier)) + " of ";
    text += printable(rule.pointer.text()) + " " + std::string(to_text(rule.op));
    if (rule.op == Operator::Matches) return text + " " + printable(rule.pattern.text());
    if (rule.op == Operator::Exists) return text;
    return text + " " + to_json(rule.value);
}

}  // namespace

void add_assert_rule(const AssertRule& rule, std::vector<ContentRule>& rules) {
    rules.push_back({"assert/" + rule.id, rule.attestation, expectation(rule),
                     [&rule](const Content& content) { return judge(rule, *content.predicate); }});
}

}  // namespace boltseal
