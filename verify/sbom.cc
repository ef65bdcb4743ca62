#include "verify/sbom_reader.h"
#include "verify/version_scheme.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxPackages = 200'000;
constexpr std::size_t kMaxOs = 16;
constexpr std::size_t kMaxBases = 1024;
constexpr std::string_view kCycloneDxType = "https://cyclonedx.org/bom";
constexpr std::string_view kSpdxType = "https://spdx.dev/Document";

// "/v1.4", "/1.4" or nothing.
bool is_version_suffix(std::string_view text) {
    if (text.empty()) return true;
    if (!text.starts_with('/')) return false;
    text.remove_prefix(text.starts_with("/v") ? 2 : 1);
    if (text.ends_with('.')) return false;
    do {
        if (!is_number(take_until(text, '.'))) return false;
    } while (!text.empty());
    return true;
}

bool is_type(std::string_view text, std::string_view type) {
    return text.starts_with(type) && is_version_suffix(text.substr(type.size()));
}

// "sha256:..." alone or after the last '@'.
std::optional<BlobDigest> digest_in(std::string_view text) {
    auto digest = parse_digest(text.substr(text.rfind('@') + 1));
    return digest ? std::optional(*std::move(digest)) : std::nullopt;
}

// The qualifier 'distro' is "debian-12.8", or "3.10.2" with the name as the purl's namespace, or a
// release name as "jessie" or "opensuse-tumbleweed", which is kept for a version.
std::optional<OsRelease> os_of(const Purl& purl) {
    if (purl.type != "deb" && purl.type != "apk" && purl.type != "rpm") return std::nullopt;
    const auto qualifier = purl.qualifiers.find("distro");
    if (qualifier == purl.qualifiers.end()) return std::nullopt;
    const std::string& distro = qualifier->second;
    const std::size_t hyphen = distro.rfind('-');
    const bool is_split = hyphen != std::string::npos && hyphen > 0 && hyphen + 1 < distro.size() &&
                          is_digit(distro[hyphen + 1]);
    if (!is_split) return make_os(purl.name_space, distro);
    return make_os(distro.substr(0, hyphen), distro.substr(hyphen + 1));
}

Result<void> add_os_of_purls(Sbom& sbom) {
    for (const SbomPackage& package : sbom.packages) {
        const auto os = package.purl ? os_of(*package.purl) : std::nullopt;
        if (os) BOLTSEAL_CHECK(add_os(sbom, *os));
    }
    return {};
}

Result<Sbom> read_known_sbom(std::string_view predicate_type, const Json& predicate) {
    const auto format = sbom_format(predicate_type);
    if (!format)
        return Error(Fault::Malformed,
                     "predicate type " + printable(predicate_type) + " is no SBOM");
    if (!predicate.is_object()) return Error(Fault::Malformed, "not an object");
    BOLTSEAL_TRY(Sbom sbom, *format == SbomFormat::CycloneDx ? read_cyclonedx(predicate)
                                                             : read_spdx(predicate));
    if (sbom.os.empty()) BOLTSEAL_CHECK(add_os_of_purls(sbom));
    return sbom;
}

}  // namespace

std::string_view to_string(SbomFormat format) {
    return format == SbomFormat::CycloneDx ? "CycloneDX" : "SPDX";
}

std::optional<SbomFormat> sbom_format(std::string_view predicate_type) {
    if (is_type(predicate_type, kCycloneDxType)) return SbomFormat::CycloneDx;
    if (is_type(predicate_type, kSpdxType)) return SbomFormat::Spdx;
    return std::nullopt;
}

Result<Sbom> read_sbom(std::string_view predicate_type, const Json& predicate) {
    auto sbom = read_known_sbom(predicate_type, predicate);
    if (!sbom) return std::move(sbom).error().context("sbom");
    return sbom;
}

Error bad_sbom(const std::string& place, const std::string& why) {
    return Error(Fault::Malformed, place + ": " + why);
}

std::string item_place(const std::string& array, std::size_t index) {
    return array + '/' + std::to_string(index);
}

Result<void> add_package(Sbom& sbom, SbomPackage package) {
    if (sbom.packages.size() == kMaxPackages)
        return bad_sbom(package.place, "more than 200000 packages");
    sbom.packages.push_back(std::move(package));
    return {};
}

Result<void> add_os(Sbom& sbom, OsRelease os) {
    if (std::ranges::find(sbom.os, os) != sbom.os.end()) return {};
    if (sbom.os.size() == kMaxOs) return Error(Fault::Malformed, "more than 16 operating systems");
    sbom.os.push_back(std::move(os));
    return {};
}

Result<void> add_base(Sbom& sbom, BaseImage base) {
    if (sbom.bases.size() == kMaxBases)
        return Error(Fault::Malformed, "more than 1024 base images");
    sbom.bases.push_back(std::move(base));
    return {};
}

SbomPackage make_package(std::string name, std::string version, std::optional<Purl> purl) {
    SbomPackage package;
    package.name = std::move(name);
    package.version = purl && !purl->version.empty() ? full_version(*purl) : std::move(version);
    package.scheme = purl ? version_scheme(*purl) : std::nullopt;
    package.purl = std::move(purl);
    return package;
}

OsRelease make_os(std::string name, std::string version) {
    return {to_lower(name), std::move(version)};
}

BaseImage make_base(std::string name, std::optional<Purl> purl) {
    BaseImage base;
    if (purl) base.digest = digest_in(purl->version);
    if (!base.digest) base.digest = digest_in(name);
    base.name = std::move(name);
    base.purl = std::move(purl);
    return base;
}

bool is_image(const std::optional<Purl>& purl) {
    return purl && (purl->type == "oci" || purl->type == "docker");
}

}  // namespace boltseal
