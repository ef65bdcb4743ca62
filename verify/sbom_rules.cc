// What [policy.sbom] asks of an SBOM: specs/policy.md#sbom
#include "verify/content_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

Finding unknown(std::string why) {
    return {Outcome::Unknown, std::move(why)};
}

Finding fail(std::string why) {
    return {Outcome::Fail, std::move(why)};
}

// A rule about an SBOM, on what can be read as one.
ContentRule sbom_rule(const SbomRule& rule, std::string id, std::string expected,
                      std::function<Finding(const Sbom&)> judge) {
    return {std::move(id), rule.attestation, std::move(expected),
            [judge = std::move(judge)](const Content& content) {
                return content.sbom ? judge(*content.sbom) : unknown(content.unreadable);
            }};
}

// os-release(5): ID is lower case letters, digits, '.', '_' and '-'.
bool is_os_id(std::string_view id) {
    return !id.empty() && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

std::string describe(const OsRelease& os) {
    return printable(os.version_id.empty() ? os.id : os.id + " " + os.version_id);
}

Finding judge_os(const ForbiddenOs& rule, const Sbom& sbom) {
    if (sbom.os.empty()) return unknown("the SBOM names no operating system");
    std::string names;
    for (const OsRelease& os : sbom.os) {
        // A name that is spelled in another way must not slip through.
        if (!is_os_id(os.id)) return unknown(describe(os) + " is not named as in os-release");
        names += (names.empty() ? "" : ", ") + describe(os);
        if (os.id != rule.os) continue;
        if (!rule.versions) return fail(describe(os));
        const auto inside = rule.versions->contains(os.version_id);
        if (!inside) return unknown(describe(os) + ": " + inside.error().message());
        if (*inside) return fail(describe(os));
    }
    return {Outcome::Pass, names};
}

std::string describe(const SbomPackage& package) {
    return printable(package.purl ? to_string(*package.purl) : package.name) + " at " +
           printable(package.place);
}

// The vendor is part of these purls' names, and some tools leave it out.
bool may_be(const Purl& package, const Purl& named) {
    const bool by_vendor = named.type == "deb" || named.type == "apk" || named.type == "rpm";
    return by_vendor && package.type == named.type && package.name == named.name &&
           package.name_space.empty();
}

// What one package says about the rule, or nothing if it is another one.
std::optional<Finding> judge_package(const ForbiddenPackage& rule, const SbomPackage& package) {
    if (!package.purl) {
        if (package.name != rule.package.name) return std::nullopt;
        return unknown(describe(package) + " has no package URL");
    }
    if (!same_package(*package.purl, rule.package)) {
        if (!may_be(*package.purl, rule.package)) return std::nullopt;
        return unknown(describe(package) + " does not say whose package it is");
    }
    if (!rule.versions) return fail(describe(package));
    const auto inside = rule.versions->contains(package.version);
    if (!inside) return unknown(describe(package) + ": " + inside.error().message());
    if (*inside) return fail(describe(package));
    return std::nullopt;
}

Finding judge_packages(const Sbom& sbom, const std::string& all_well,
                       const std::function<std::optional<Finding>(const SbomPackage&)>& judge) {
    if (sbom.packages.empty()) return unknown("the SBOM lists no packages");
    std::optional<Finding> worst;
    for (const SbomPackage& package : sbom.packages) {
        auto finding = judge(package);
        if (!finding) continue;
        if (finding->outcome == Outcome::Fail) return *std::move(finding);
        if (!worst) worst = std::move(finding);
    }
    if (worst) return *std::move(worst);
    return {Outcome::Pass, all_well + " of " + std::to_string(sbom.packages.size()) + " packages"};
}

// All of a package's licence claims hold at once; each is judged as an expression.
std::optional<Finding> judge_licences(
    const SbomPackage& package, const std::function<bool(const LicenceExpression&)>& allowed) {
    if (package.licences.empty()) return unknown(describe(package) + " states no licence");
    std::optional<Finding> worst;
    for (const LicenceClaim& claim : package.licences) {
        const std::string what = describe(package) + ": " + printable(claim.text);
        const auto expression =
            claim.kind == LicenceClaim::Kind::Name
                ? Result<LicenceExpression>(Error(Fault::Malformed, "is free text"))
                : LicenceExpression::parse(claim.text);
        if (!expression) {
            worst = unknown(what + " is no licence expression");
        } else if (!allowed(*expression)) {
            return fail(what);
        }
    }
    return worst;
}

// "GPL-3.0-only" denies it with every exception as well; one with an exception only itself.
bool is_denied(const Licence& licence, const std::vector<Licence>& denied) {
    return std::ranges::any_of(denied, [&](const Licence& other) {
        return to_lower(licence.id) == to_lower(other.id) &&
               (other.exception.empty() ||
                to_lower(licence.exception) == to_lower(other.exception));
    });
}

// True if the expression can be met without any of these.
bool avoids(const LicenceExpression& expression, const std::vector<Licence>& denied) {
    std::vector<std::string> others;
    for (const Licence& licence : expression.licences()) {
        if (!is_denied(licence, denied)) others.push_back(to_string(licence));
    }
    const auto allowed = AllowedLicences::from(others);
    return allowed && allowed->allow(expression);
}

Finding judge_bases(const std::vector<Pattern>& allowed, const Sbom& sbom) {
    if (sbom.bases.empty()) return unknown("the SBOM names no base image");
    std::string names;
    for (const BaseImage& base : sbom.bases) {
        const std::string digest = base.digest ? to_string(*base.digest) : "";
        names += (names.empty() ? "" : ", ") + printable(base.name);
        if (any_matches(allowed, base.name) || (base.digest && any_matches(allowed, digest))) {
            continue;
        }
        return fail(printable(base.name) + (digest.empty() ? "" : " " + digest));
    }
    return {Outcome::Pass, names};
}

std::string versions_of(const std::optional<VersionRange>& versions) {
    return versions ? " " + to_string(*versions) : "";
}

void add_licence_rules(const SbomRule& rule, std::vector<ContentRule>& rules) {
    if (rule.allowed_licences) {
        rules.push_back(sbom_rule(
            rule, "sbom/allowed-licences", "only licences that the policy allows",
            [&rule](const Sbom& sbom) {
                return judge_packages(sbom, "allowed licences", [&](const SbomPackage& package) {
                    return judge_licences(package, [&](const LicenceExpression& expression) {
                        return rule.allowed_licences->allow(expression);
                    });
                });
            }));
    }
    if (rule.denied_licences.empty()) return;
    std::vector<std::string> names;
    for (const Licence& licence : rule.denied_licences) names.push_back(to_string(licence));
    rules.push_back(sbom_rule(
        rule, "sbom/denied-licences", "no licence " + list_of(names), [&rule](const Sbom& sbom) {
            return judge_packages(sbom, "no denied licence", [&](const SbomPackage& package) {
                return judge_licences(package, [&](const LicenceExpression& expression) {
                    return avoids(expression, rule.denied_licences);
                });
            });
        }));
}

}  // namespace

void add_sbom_rules(const SbomRule& rule, std::vector<ContentRule>& rules) {
    for (const ForbiddenOs& os : rule.forbidden_os) {
        rules.push_back(sbom_rule(rule, "sbom/os/" + os.id,
                                  "no operating system " + os.os + versions_of(os.versions),
                                  [&os](const Sbom& sbom) { return judge_os(os, sbom); }));
    }
    for (const ForbiddenPackage& package : rule.forbidden_packages) {
        rules.push_back(
            sbom_rule(rule, "sbom/package/" + package.id,
                      "no package " + to_string(package.package) + versions_of(package.versions),
                      [&package](const Sbom& sbom) {
                          return judge_packages(sbom, "none", [&](const SbomPackage& found) {
                              return judge_package(package, found);
                          });
                      }));
    }
    add_licence_rules(rule, rules);
    if (rule.allowed_bases.empty()) return;
    rules.push_back(
        sbom_rule(rule, "sbom/bases", "base images like " + list_of(rule.allowed_bases),
                  [&rule](const Sbom& sbom) { return judge_bases(rule.allowed_bases, sbom); }));
}

}  // namespace boltseal
