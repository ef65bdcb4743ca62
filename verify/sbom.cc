#include "verify/sbom.h"

namespace boltseal {

std::string_view to_string(SbomFormat format) {
    return format == SbomFormat::CycloneDx ? "CycloneDX" : "SPDX";
}

std::optional<SbomFormat> sbom_format(std::string_view) {
    return std::nullopt;
}

Result<Sbom> read_sbom(std::string_view, const Json&) {
    return Error(Fault::Malformed, "sboms are not there yet");
}

}  // namespace boltseal
