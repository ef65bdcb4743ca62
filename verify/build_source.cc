#include "verify/build_source.h"

#include "verify/optional_member.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxDigests = 32;
constexpr std::string_view kGit = "git+";

Result<std::map<std::string, std::string>> read_digests(const Json& json) {
    std::map<std::string, std::string> digests;
    BOLTSEAL_TRY(const Json* set, optional_object(json, "digest"));
    if (!set) return digests;
    const Json::Object& members = *set->as_object();
    if (members.size() > kMaxDigests) return Error(Fault::Malformed, "more than 32 digests");
    for (const auto& [algorithm, value] : members) {
        const std::string* text = value.as_string();
        if (!text) return Error(Fault::Malformed, "a digest is not a string");
        digests.emplace(algorithm, *text);
    }
    return digests;
}

// "git+https://host/repo@ref": the '@' of a user name, as in "ssh://git@host/repo", is before the
// first '/' of the path. "https://host/repo.git#ref:folder" is BuildKit's way of saying it.
BuildSource split_uri(std::string_view uri) {
    BuildSource source;
    const bool is_git = uri.starts_with(kGit);
    if (is_git) uri.remove_prefix(kGit.size());
    const std::string_view before_hash = uri.substr(0, uri.find('#'));
    if (before_hash.size() < uri.size() && (is_git || before_hash.ends_with(".git"))) {
        const std::string_view fragment = uri.substr(before_hash.size() + 1);
        source.ref = fragment.substr(0, fragment.find(':'));
        uri = before_hash;
    }
    const std::size_t scheme = uri.find("://");
    const std::size_t path = scheme == uri.npos ? uri.npos : uri.find('/', scheme + 3);
    const std::size_t at = path == uri.npos ? uri.npos : uri.find('@', path);
    if (is_git && source.ref.empty() && at != uri.npos) {
        source.ref = uri.substr(at + 1);
        uri = uri.substr(0, at);
    }
    source.uri = uri;
    return source;
}

BuildSource source_of(const Material& material) {
    BuildSource source = split_uri(material.uri);
    source.digests = material.digests;
    return source;
}

// Several would leave open which one was built.
std::optional<BuildSource> only_git_material(const std::vector<Material>& materials) {
    std::optional<BuildSource> source;
    for (const Material& material : materials) {
        if (!material.uri.starts_with(kGit)) continue;
        if (source) return std::nullopt;
        source = source_of(material);
    }
    return source;
}

// {uri, digest} and where in it the file lies that says how to build.
Result<std::optional<BuildSource>> read_config_source(const Json& parent, std::string_view path) {
    std::optional<BuildSource> source;
    BOLTSEAL_TRY(const Json* config, optional_object(parent, "configSource"));
    if (!config) return source;
    BOLTSEAL_TRY(const Material material, at_place("configSource", read_material(*config)));
    BOLTSEAL_TRY(std::string file, at_place("configSource", optional_string(*config, path)));
    if (material.uri.empty()) return source;  // a local build
    source = source_of(material);
    source->path = std::move(file);
    return source;
}

// {repository, ref, path}; the commit is with the resolved dependency of that repository and ref.
Result<std::optional<BuildSource>> read_repository(const Json& json,
                                                   const std::vector<Material>& materials) {
    BOLTSEAL_TRY(const std::string* repository, json.string_at("repository"));
    BuildSource source;
    source.uri = *repository;
    BOLTSEAL_TRY(source.ref, optional_string(json, "ref"));
    BOLTSEAL_TRY(source.path, optional_string(json, "path"));
    const std::string uri = std::string(kGit) + source.uri + '@' + source.ref;
    const auto found = std::ranges::find(materials, uri, &Material::uri);
    if (found != materials.end()) source.digests = found->digests;
    return std::optional(std::move(source));
}

// A uri or {uri, digest}.
Result<std::optional<BuildSource>> read_source(const Json& source) {
    if (const std::string* uri = source.as_string()) return std::optional(split_uri(*uri));
    BOLTSEAL_TRY(const Material material, at_place("source", read_material(source)));
    if (material.uri.empty()) return Error(Fault::Malformed, "source: 'uri' is missing");
    return std::optional(source_of(material));
}

enum class BuildType { GitHub, CloudBuild, BuildKit, Other };

BuildType parse_build_type(std::string_view text) {
    if (text == "https://actions.github.io/buildtypes/workflow/v1" ||
        text == "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1") {
        return BuildType::GitHub;
    }
    if (text == "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1") {
        return BuildType::CloudBuild;
    }
    if (text ==
        "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md") {
        return BuildType::BuildKit;
    }
    return BuildType::Other;
}

}  // namespace

Result<Material> read_material(const Json& json) {
    if (!json.is_object()) return Error(Fault::Malformed, "not an object");
    Material material;
    BOLTSEAL_TRY(material.uri, optional_string(json, "uri"));
    BOLTSEAL_TRY(material.name, optional_string(json, "name"));
    BOLTSEAL_TRY(material.digests, read_digests(json));
    return material;
}

Result<std::optional<BuildSource>> find_source_v1(std::string_view build_type,
                                                  const Json& external_parameters,
                                                  const std::vector<Material>& dependencies) {
    switch (parse_build_type(build_type)) {
        case BuildType::GitHub: {
            BOLTSEAL_TRY(const Json* workflow, external_parameters.object_at("workflow"));
            return at_place("workflow", read_repository(*workflow, dependencies));
        }
        case BuildType::CloudBuild: {
            BOLTSEAL_TRY(const Json* config, external_parameters.object_at("buildConfigSource"));
            return at_place("buildConfigSource", read_repository(*config, dependencies));
        }
        case BuildType::BuildKit:
            return read_config_source(external_parameters, "path");
        case BuildType::Other:
            break;
    }
    if (const Json* source = external_parameters.find("source")) return read_source(*source);
    return only_git_material(dependencies);
}

Result<std::optional<BuildSource>> find_source_v02(const Json& invocation,
                                                   const std::vector<Material>& materials) {
    BOLTSEAL_TRY(auto source, read_config_source(invocation, "entryPoint"));
    return source ? source : only_git_material(materials);
}

}  // namespace boltseal
