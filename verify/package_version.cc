#include "verify/package_version.h"

namespace boltseal {

std::string_view to_string(VersionScheme) {
    return "";
}

Result<std::strong_ordering> compare_versions(VersionScheme, std::string_view, std::string_view) {
    return Error(Fault::Malformed, "versions are not there yet");
}

Result<void> check_version(VersionScheme, std::string_view) {
    return Error(Fault::Malformed, "versions are not there yet");
}

Result<bool> VersionRange::contains(std::string_view) const {
    return Error(Fault::Malformed, "versions are not there yet");
}

Result<VersionRange> parse_version_range(VersionScheme, std::string_view) {
    return Error(Fault::Config, "versions are not there yet");
}

std::string to_string(const VersionRange&) {
    return "";
}

}  // namespace boltseal
