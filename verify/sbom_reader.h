// What the readers of both SBOM formats have in common: limits, places and messages.
#pragma once

#include "verify/sbom.h"

namespace boltseal {

Result<Sbom> read_cyclonedx(const Json& document);
Result<Sbom> read_spdx(const Json& document);

// Malformed: "/components/3: 'name' is missing".
Error bad_sbom(const std::string& place, const std::string& why);
std::string item_place(const std::string& array, std::size_t index);  // "/components/3"

// Each refuses more than an SBOM may have.
Result<void> add_package(Sbom& sbom, SbomPackage package);
Result<void> add_os(Sbom& sbom, OsRelease os);  // unless it is there already
Result<void> add_base(Sbom& sbom, BaseImage base);

// With purl, version and scheme as sbom.h says of them.
SbomPackage make_package(std::string name, std::string version, std::optional<Purl> purl);
OsRelease make_os(std::string name, std::string version);
BaseImage make_base(std::string name, std::optional<Purl> purl);

bool is_image(const std::optional<Purl>& purl);  // pkg:oci or pkg:docker

}  // namespace boltseal
