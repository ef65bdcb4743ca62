#include "verify/predicate_types.h"

#include "core/bytes.h"

namespace boltseal {

namespace {

struct TypeName {
    std::string_view name;
    std::string_view predicate_type;
};
constexpr TypeName kTypeNames[] = {
    {"chunks", "https://boltseal.dev/chunk-list/v1"},
    {"cyclonedx", "https://cyclonedx.org/bom"},
    {"openvex", "https://openvex.dev/ns"},
    {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance1", "https://slsa.dev/provenance/v1"},
    {"spdxjson", "https://spdx.dev/Document"},
    {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
    {"custom", "https://cosign.sigstore.dev/attestation/v1"},
};

}  // namespace

Result<std::string> parse_predicate_type(const std::string& name) {
    for (const TypeName& known : kTypeNames) {
        if (name == known.name) return std::string(known.predicate_type);
    }
    if (name.find("://") != std::string::npos) return name;
    return Error(Fault::Config, "unknown predicate type " + printable(name))
        .with_hint(
            "known names: cyclonedx, spdxjson, slsaprovenance, slsaprovenance1, openvex, "
            "vuln, custom, chunks; or give the URI");
}

}  // namespace boltseal
