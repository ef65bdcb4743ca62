#include "registry-client/docker_archive.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxEntries = 1024;

Error bad_docker_manifest(const std::string& why) {
    return Error(Fault::Malformed, why);
}

Result<std::vector<std::string>> strings_of(const Json* member, const std::string& name) {
    std::vector<std::string> out;
    if (member == nullptr || member->is_null()) return out;  // as Go prints an empty list
    const Json::Array* array = member->as_array();
    if (array == nullptr) return bad_docker_manifest("member '" + name + "' is no list");
    if (array->size() > kMaxEntries) {
        return bad_docker_manifest("'" + name + "' has more than 1024 entries");
    }
    for (const Json& item : *array) {
        if (!item.is_string()) {
            return bad_docker_manifest("'" + name + "' has an entry that is no string");
        }
        out.push_back(*item.as_string());
    }
    return out;
}

Json to_array(const std::vector<std::string>& texts) {
    Json::Array out;
    for (const std::string& text : texts) out.emplace_back(text);
    return out;
}

}  // namespace

Result<std::vector<BlobDigest>> parse_diff_ids(Bytes config) {
    BOLTSEAL_TRY(const Json json, parse_json(config, {.max_bytes = kMaxImageConfig}));
    BOLTSEAL_TRY(const Json* rootfs, json.object_at("rootfs"));
    BOLTSEAL_TRY(const auto texts, strings_of(rootfs->find("diff_ids"), "diff_ids"));
    std::vector<BlobDigest> out;
    for (const std::string& text : texts) {
        BOLTSEAL_TRY(const BlobDigest digest, parse_digest(text));
        out.push_back(digest);
    }
    return out;
}

Result<std::vector<DockerImage>> parse_docker_manifest(Bytes text) {
    BOLTSEAL_TRY(const Json json, parse_json(text, {.max_bytes = kMaxManifest}));
    const Json::Array* images = json.as_array();
    if (images == nullptr) return bad_docker_manifest("it is no list of images");
    if (images->size() > kMaxEntries) return bad_docker_manifest("it has more than 1024 images");
    std::vector<DockerImage> out;
    for (const Json& image : *images) {
        DockerImage one;
        BOLTSEAL_TRY(const std::string* config, image.string_at("Config"));
        one.config = *config;
        BOLTSEAL_TRY(one.names, strings_of(image.find("RepoTags"), "RepoTags"));
        BOLTSEAL_TRY(one.layers, strings_of(image.find("Layers"), "Layers"));
        out.push_back(std::move(one));
    }
    return out;
}

std::string to_json(const std::vector<DockerImage>& images) {
    Json::Array out;
    for (const DockerImage& image : images) {
        out.push_back(Json::object({{"Config", image.config},
                                    {"RepoTags", to_array(image.names)},
                                    {"Layers", to_array(image.layers)}}));
    }
    return to_json(Json(std::move(out)));
}

}  // namespace boltseal
