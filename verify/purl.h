// Package URLs: github.com/package-url/purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst.
#pragma once

#include "verify/package_version.h"

#include <map>
#include <optional>

namespace boltseal {

// In canonical form, so that two spellings of one package compare equal: percent-decoded, the type
// and what its rules fold in lower case, npm's "@scope%2Fname" split into namespace and name.
struct Purl {
    std::string type;
    std::string name_space;  // segments with '/' between; may be empty
    std::string name;
    std::string version;  // may be empty
    std::map<std::string, std::string> qualifiers;
    std::string subpath;  // may be empty
    bool operator==(const Purl&) const = default;
};

// Malformed if it is longer than 4096 bytes, has bytes that are not printable ASCII, a '%' without
// two hex digits, decoded text that is not UTF-8 or has control characters, no type or name, an
// empty segment, a '/' that is escaped in one, an '@' within one, or a qualifier without value,
// twice or with other characters in its name than the specification has. Empty qualifiers are
// dropped, as it asks.
Result<Purl> parse_purl(std::string_view text);
std::string to_string(const Purl& purl);  // canonical

// The same type, namespace and name: one package in any version, built for anything.
bool same_package(const Purl& a, const Purl& b);

// How the versions of this type are ordered: deb, apk, rpm, and semver for cargo, golang and npm.
// For every other type we cannot tell.
std::optional<VersionScheme> version_scheme(const Purl& purl);

// The version as its scheme compares it: for deb and rpm with the epoch, where it is a qualifier.
std::string full_version(const Purl& purl);

}  // namespace boltseal
