#include "verify/provenance.h"

#include "verify/optional_member.h"

namespace boltseal {

namespace {

constexpr std::string_view kProvenanceV1 = "https://slsa.dev/provenance/v1";
constexpr std::string_view kTypeV02 = "https://slsa.dev/provenance/v0.2";
constexpr std::size_t kMaxMaterials = 10'000;

Error bad_provenance(const std::string& place, const std::string& why) {
    return Error(Fault::Malformed, place + ": " + why);
}

Result<std::vector<Material>> read_materials(const Json& parent, std::string_view name,
                                             const std::string& place) {
    std::vector<Material> materials;
    BOLTSEAL_TRY(const Json::Array* items, optional_array(parent, name));
    if (items->size() > kMaxMaterials) return bad_provenance(place, "more than 10000 materials");
    for (std::size_t i = 0; i < items->size(); ++i) {
        BOLTSEAL_TRY(Material material,
                     at_place(place + '/' + std::to_string(i), read_material((*items)[i])));
        materials.push_back(std::move(material));
    }
    return materials;
}

Result<std::optional<Timestamp>> read_time(const Json& metadata, std::string_view name) {
    std::optional<Timestamp> time;
    BOLTSEAL_TRY(const std::string text, optional_string(metadata, name));
    if (text.empty()) return time;
    BOLTSEAL_TRY(time, at_place("'" + std::string(name) + "'", parse_rfc3339(text)));
    return time;
}

Result<Provenance> read_v1(const Json& predicate) {
    Provenance provenance;
    provenance.version = "v1";
    BOLTSEAL_TRY(const Json* definition, predicate.object_at("buildDefinition"));
    BOLTSEAL_TRY(const std::string* type,
                 at_place("/buildDefinition", definition->string_at("buildType")));
    provenance.build_type = *type;
    BOLTSEAL_TRY(const Json* parameters,
                 at_place("/buildDefinition", definition->object_at("externalParameters")));
    provenance.external_parameters = *parameters;
    BOLTSEAL_TRY(provenance.materials, read_materials(*definition, "resolvedDependencies",
                                                      "/buildDefinition/resolvedDependencies"));
    BOLTSEAL_TRY(provenance.source, at_place("/buildDefinition/externalParameters",
                                             find_source_v1(provenance.build_type, *parameters,
                                                            provenance.materials)));

    BOLTSEAL_TRY(const Json* details, predicate.object_at("runDetails"));
    BOLTSEAL_TRY(const Json* builder, at_place("/runDetails", details->object_at("builder")));
    BOLTSEAL_TRY(const std::string* id, at_place("/runDetails/builder", builder->string_at("id")));
    provenance.builder_id = *id;
    BOLTSEAL_TRY(const Json* metadata,
                 at_place("/runDetails", optional_object(*details, "metadata")));
    if (!metadata) return provenance;
    const std::string place = "/runDetails/metadata";
    BOLTSEAL_TRY(provenance.invocation_id,
                 at_place(place, optional_string(*metadata, "invocationId")));
    BOLTSEAL_TRY(provenance.started, at_place(place, read_time(*metadata, "startedOn")));
    BOLTSEAL_TRY(provenance.finished, at_place(place, read_time(*metadata, "finishedOn")));
    return provenance;
}

Result<void> read_invocation_v02(const Json& predicate, Provenance& provenance) {
    const Json none = Json::object({});
    BOLTSEAL_TRY(const Json* given, optional_object(predicate, "invocation"));
    const Json& invocation = given ? *given : none;
    if (const Json* parameters = invocation.find("parameters")) {
        provenance.external_parameters = *parameters;
    }
    BOLTSEAL_TRY(provenance.source,
                 at_place("/invocation", find_source_v02(invocation, provenance.materials)));
    return {};
}

// The specification spells it "Id", its Go library "ID".
Result<std::string> read_invocation_id_v02(const Json& metadata) {
    BOLTSEAL_TRY(std::string one, optional_string(metadata, "buildInvocationId"));
    BOLTSEAL_TRY(std::string other, optional_string(metadata, "buildInvocationID"));
    if (!one.empty() && !other.empty() && one != other) {
        return Error(Fault::Malformed, "two invocation ids");
    }
    return one.empty() ? other : one;
}

Result<Provenance> read_v02(const Json& predicate) {
    Provenance provenance;
    provenance.version = "v0.2";
    BOLTSEAL_TRY(const Json* builder, predicate.object_at("builder"));
    BOLTSEAL_TRY(const std::string* id, at_place("/builder", builder->string_at("id")));
    provenance.builder_id = *id;
    BOLTSEAL_TRY(const std::string* type, predicate.string_at("buildType"));
    provenance.build_type = *type;
    BOLTSEAL_TRY(provenance.materials, read_materials(predicate, "materials", "/materials"));
    BOLTSEAL_CHECK(read_invocation_v02(predicate, provenance));
    BOLTSEAL_TRY(const Json* metadata, optional_object(predicate, "metadata"));
    if (!metadata) return provenance;
    BOLTSEAL_TRY(provenance.invocation_id,
                 at_place("/metadata", read_invocation_id_v02(*metadata)));
    BOLTSEAL_TRY(provenance.started, at_place("/metadata", read_time(*metadata, "buildStartedOn")));
    BOLTSEAL_TRY(provenance.finished,
                 at_place("/metadata", read_time(*metadata, "buildFinishedOn")));
    return provenance;
}

Result<Provenance> read(std::string_view predicate_type, const Json& predicate) {
    if (!is_provenance(predicate_type)) {
        return Error(Fault::Malformed,
                     "predicate type " + printable(predicate_type) + " is no provenance");
    }
    if (!predicate.is_object()) return Error(Fault::Malformed, "not an object");
    return predicate_type == kProvenanceV1 ? read_v1(predicate) : read_v02(predicate);
}

}  // namespace

bool is_provenance(std::string_view predicate_type) {
    return predicate_type == kProvenanceV1 || predicate_type == kTypeV02;
}

Result<Provenance> read_provenance(std::string_view predicate_type, const Json& predicate) {
    auto provenance = read(predicate_type, predicate);
    if (!provenance) return std::move(provenance).error().context("provenance");
    return provenance;
}

}  // namespace boltseal
