// Which of two versions is the newer, as the package manager that wrote them would say.
#pragma once

#include "core/result.h"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

enum class VersionScheme {
    Deb,      // deb-version(7): [epoch:]upstream[-revision], '~' before everything
    Apk,      // apk-tools 3, apk-package(5): 1.2.3c_rc1~0a1b-r4
    Rpm,      // rpm-version(7): [epoch:]version[-release], '~' and '^'
    Semver,   // semver.org 2.0.0, with or without a leading 'v'; build metadata is not compared
    Numeric,  // releases of operating systems: numbers with '.' between, so 3.9 < 3.12; 12 == 12.0
};
std::string_view to_string(VersionScheme scheme);  // "deb", "apk", "rpm", "semver", "numeric"

// A total order over the versions of one scheme. Equal means "neither is newer", not "same text":
// 1.0 and 1.00 are equal to dpkg. Where one version of rpm has no release, it is the older one.
// Malformed if one is empty, longer than 1024 bytes, or no version of this scheme.
Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a,
                                              std::string_view b);

// Malformed as above.
Result<void> check_version(VersionScheme scheme, std::string_view version);

struct VersionBound {
    enum class Relation { Less, AtMost, Equal, AtLeast, Greater };
    Relation relation = Relation::Equal;
    std::string version;
    bool operator==(const VersionBound&) const = default;
};

// Versions that satisfy all bounds. Made by parse_version_range.
struct VersionRange {
    VersionScheme scheme = VersionScheme::Numeric;
    std::vector<VersionBound> bounds;

    // Malformed if that is no version of this scheme, or if there are no bounds: no answer, which
    // is neither yes nor no.
    Result<bool> contains(std::string_view version) const;
    bool operator==(const VersionRange&) const = default;
};

// "<3.12", ">=1.2.3-4", "1.0" for that one, ">=1.0 <2.0": one to four bounds with one space
// between, all of which hold. Config if it is none, a version is not of the scheme, or nothing can
// be in it.
Result<VersionRange> parse_version_range(VersionScheme scheme, std::string_view text);
std::string to_string(const VersionRange& range);  // the text it was read from

}  // namespace boltseal
