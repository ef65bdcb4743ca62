#include "verify/package_version.h"

#include "core/bytes.h"
#include "verify/version_scheme.h"

#include <array>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxVersion = 1024;
constexpr std::size_t kMaxBounds = 4;

// No empty component: "12" and "12.8", but not "12." or ".8".
Result<void> check_numeric(std::string_view text) {
    const auto bad = [] { return Error(Fault::Malformed, "not numbers with '.' between"); };
    if (text.ends_with('.')) return bad();
    while (!text.empty()) {
        if (!is_number(take_until(text, '.'))) return bad();
    }
    return {};
}

std::strong_ordering compare_numeric(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        const auto order = compare_numbers(take_until(a, '.'), take_until(b, '.'));
        if (order != 0) return order;
    }
    return std::strong_ordering::equal;
}

Result<void> check_syntax(VersionScheme scheme, std::string_view version) {
    switch (scheme) {
        case VersionScheme::Deb:
            return check_deb_version(version);
        case VersionScheme::Apk:
            return check_apk_version(version);
        case VersionScheme::Rpm:
            return check_rpm_version(version);
        case VersionScheme::Semver:
            return check_semver(version);
        case VersionScheme::Numeric:
            break;
    }
    return check_numeric(version);
}

// REQUIRES: check_version succeeded for both
std::strong_ordering compare(VersionScheme scheme, std::string_view a, std::string_view b) {
    switch (scheme) {
        case VersionScheme::Deb:
            return compare_deb_versions(a, b);
        case VersionScheme::Apk:
            return compare_apk_versions(a, b);
        case VersionScheme::Rpm:
            return compare_rpm_versions(a, b);
        case VersionScheme::Semver:
            return compare_semvers(a, b);
        case VersionScheme::Numeric:
            break;
    }
    return compare_numeric(a, b);
}

using Relation = VersionBound::Relation;

struct RelationName {
    Relation relation;
    std::string_view text;
};
// Longest first, so that ">=" is not read as ">" and a version "=1".
constexpr std::array<RelationName, 5> kRelations = {{{Relation::AtMost, "<="},
                                                     {Relation::AtLeast, ">="},
                                                     {Relation::Less, "<"},
                                                     {Relation::Greater, ">"},
                                                     {Relation::Equal, ""}}};

bool holds(Relation relation, std::strong_ordering order) {
    switch (relation) {
        case Relation::Less:
            return order < 0;
        case Relation::AtMost:
            return order <= 0;
        case Relation::Equal:
            return order == 0;
        case Relation::AtLeast:
            return order >= 0;
        case Relation::Greater:
            break;
    }
    return order > 0;
}

bool is_lower_bound(Relation relation) {
    return relation != Relation::Less && relation != Relation::AtMost;
}
bool is_upper_bound(Relation relation) {
    return relation != Relation::Greater && relation != Relation::AtLeast;
}
bool includes_itself(Relation relation) {
    return relation != Relation::Less && relation != Relation::Greater;
}

bool exclude_each_other(VersionScheme scheme, const VersionBound& low, const VersionBound& high) {
    if (!is_lower_bound(low.relation) || !is_upper_bound(high.relation)) return false;
    const auto order = compare(scheme, low.version, high.version);
    const bool both_include = includes_itself(low.relation) && includes_itself(high.relation);
    return both_include ? order > 0 : order >= 0;
}

bool is_empty(const VersionRange& range) {
    for (const VersionBound& low : range.bounds) {
        for (const VersionBound& high : range.bounds) {
            if (&low != &high && exclude_each_other(range.scheme, low, high)) return true;
        }
    }
    return false;
}

VersionBound parse_bound(std::string_view text) {
    const auto* found = std::ranges::find_if(
        kRelations, [&](const RelationName& name) { return text.starts_with(name.text); });
    return {found->relation, std::string(text.substr(found->text.size()))};
}

}  // namespace

std::string_view to_string(VersionScheme scheme) {
    switch (scheme) {
        case VersionScheme::Deb:
            return "deb";
        case VersionScheme::Apk:
            return "apk";
        case VersionScheme::Rpm:
            return "rpm";
        case VersionScheme::Semver:
            return "semver";
        case VersionScheme::Numeric:
            break;
    }
    return "numeric";
}

Result<void> check_version(VersionScheme scheme, std::string_view version) {
    const auto bad = [&](const std::string& why) {
        return Error(Fault::Malformed, printable(version) + " is no " +
                                           std::string(to_string(scheme)) + " version: " + why);
    };
    if (version.empty()) return bad("empty");
    if (version.size() > kMaxVersion) return bad("longer than 1024 bytes");
    if (const auto checked = check_syntax(scheme, version); !checked) {
        return bad(checked.error().message());
    }
    return {};
}

Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a,
                                              std::string_view b) {
    BOLTSEAL_CHECK(check_version(scheme, a));
    BOLTSEAL_CHECK(check_version(scheme, b));
    return compare(scheme, a, b);
}

Result<bool> VersionRange::contains(std::string_view version) const {
    if (bounds.empty()) return Error(Fault::Malformed, "version range has no bounds");
    bool all = true;
    for (const VersionBound& bound : bounds) {
        BOLTSEAL_TRY(const auto order, compare_versions(scheme, version, bound.version));
        all = all && holds(bound.relation, order);
    }
    return all;
}

Result<VersionRange> parse_version_range(VersionScheme scheme, std::string_view text) {
    const auto bad = [&](const std::string& why) {
        return Error(Fault::Config, "version range " + printable(text) + ": " + why);
    };
    if (text.ends_with(' ')) return bad("ends in a space");
    VersionRange range{scheme, {}};
    for (std::string_view rest = text; range.bounds.empty() || !rest.empty();) {
        if (range.bounds.size() == kMaxBounds) return bad("more than 4 bounds");
        VersionBound bound = parse_bound(take_until(rest, ' '));
        const auto checked = check_version(scheme, bound.version);
        if (!checked) return bad(checked.error().message());
        range.bounds.push_back(std::move(bound));
    }
    if (is_empty(range)) return bad("no version can be in it");
    return range;
}

std::string to_string(const VersionRange& range) {
    std::string text;
    for (const VersionBound& bound : range.bounds) {
        if (!text.empty()) text += ' ';
        text += std::ranges::find(kRelations, bound.relation, &RelationName::relation)->text;
        text += bound.version;
    }
    return text;
}

}  // namespace boltseal
