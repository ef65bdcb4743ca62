// What an SBOM says of an image: its packages, operating system and bases. CycloneDX 1.4 to 1.7 and
// SPDX 2.2 and 2.3, both as JSON. An SBOM lists what its writer found; that nothing is missing is
// not claimed by anything in it.
#pragma once

#include "core/digest.h"
#include "core/json.h"
#include "verify/purl.h"

namespace boltseal {

enum class SbomFormat { CycloneDx, Spdx };
std::string_view to_string(SbomFormat format);  // "CycloneDX", "SPDX"

struct OsRelease {
    std::string id;          // "debian", as the SBOM has it, in lower case
    std::string version_id;  // "12.8"; may be empty, or no number ("edge")
    bool operator==(const OsRelease&) const = default;
};

// What is said of a package's licence. Several statements all hold.
struct LicenceClaim {
    enum class Kind { Expression, Id, Name };  // a Name is free text, which no list can allow
    Kind kind = Kind::Expression;
    std::string text;
    bool operator==(const LicenceClaim&) const = default;
};

struct SbomPackage {
    std::string name;
    std::string version;  // with rpm's epoch; empty if not said
    std::optional<Purl> purl;
    std::optional<VersionScheme> scheme;  // by the purl's type; none if we cannot order versions
    std::vector<LicenceClaim> licences;   // empty if nothing is asserted
    std::string place;                    // "/components/3", for messages
};

struct BaseImage {
    std::string name;          // as written
    std::optional<Purl> purl;  // pkg:oci has the registry in its qualifier repository_url
    std::optional<BlobDigest> digest;
};

struct Sbom {
    SbomFormat format = SbomFormat::CycloneDx;
    std::string version;  // of the format: "1.6", "2.3"
    // Of CycloneDX the components of type operating-system, of SPDX the packages of purpose
    // OPERATING-SYSTEM; where there is none, what the qualifiers 'distro' of deb, apk and rpm purls
    // name. Each once, in their order: a policy looks at all of them.
    std::vector<OsRelease> os;
    // All components or packages but operating systems, containers and files, and what the SBOM is
    // about; those inside others follow the one they are in.
    std::vector<SbomPackage> packages;
    // CycloneDX: the ancestors in the pedigree of what the SBOM is about, and components of type
    // container. SPDX: what the described packages and containers are DESCENDANT_OF, or has them
    // as ANCESTOR_OF. Most tools name no base at all.
    std::vector<BaseImage> bases;
};

// The format that a predicate type stands for: "https://cyclonedx.org/bom" and
// "https://spdx.dev/Document", alone or followed by a version as in "/v1.4".
std::optional<SbomFormat> sbom_format(std::string_view predicate_type);

// Limits: 200,000 packages, 64 components in one another. Unknown members are ignored, as both
// formats ask. Malformed with the place as JSON pointer for a known member of the wrong type, a
// purl that does not parse, another version of the format, or another predicate type.
Result<Sbom> read_sbom(std::string_view predicate_type, const Json& predicate);

}  // namespace boltseal
