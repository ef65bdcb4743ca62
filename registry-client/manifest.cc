#include "registry-client/manifest.h"

#include "registry-client/reference.h"

#include <algorithm>
#include <limits>

namespace boltseal {

namespace {

constexpr std::size_t kMaxDescriptors = 4096;  // in one list
constexpr std::size_t kMaxAnnotations = 1024;
constexpr std::size_t kMaxMediaType = 255;

Error bad_manifest(const std::string& why) {
    return Error(Fault::Malformed, why);
}

bool is_media_type(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == text.size()) return false;
    if (text.size() > kMaxMediaType) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != ',' && c != ';';
    });
}

std::string_view without_parameters(std::string_view media_type) {
    media_type = media_type.substr(0, media_type.find(';'));
    while (media_type.ends_with(' ') || media_type.ends_with('\t')) media_type.remove_suffix(1);
    return media_type;
}

Result<std::string> optional_string(const Json& json, std::string_view name) {
    if (json.find(name) == nullptr) return std::string();
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    return *text;
}

Result<std::string> optional_media_type(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(std::string text, optional_string(json, name));
    if (!text.empty() && !is_media_type(text)) {
        return bad_manifest("member '" + std::string(name) + "' is no media type");
    }
    return text;
}

Result<Annotations> parse_annotations(const Json& json) {
    Annotations out;
    const Json* member = json.find("annotations");
    if (member == nullptr || member->is_null()) return out;  // null: as several builders write it
    const Json::Object* object = member->as_object();
    if (object == nullptr) return bad_manifest("member 'annotations' is no object");
    if (object->size() > kMaxAnnotations) {
        return bad_manifest("there are more than 1024 annotations");
    }
    for (const auto& [name, value] : *object) {
        if (!value.is_string()) {
            return bad_manifest("annotation " + printable(name) + " is no string");
        }
        out.emplace(name, *value.as_string());
    }
    return out;
}

Result<std::optional<Platform>> read_platform(const Json& json) {
    if (json.find("platform") == nullptr) return std::optional<Platform>();
    BOLTSEAL_TRY(const Json* member, json.object_at("platform"));
    Platform out;
    BOLTSEAL_TRY(out.os, optional_string(*member, "os"));
    BOLTSEAL_TRY(out.architecture, optional_string(*member, "architecture"));
    BOLTSEAL_TRY(out.variant, optional_string(*member, "variant"));
    BOLTSEAL_TRY(out.os_version, optional_string(*member, "os.version"));
    return std::optional<Platform>(std::move(out));
}

Result<Descriptor> descriptor_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const Json* member, json.object_at(name));
    auto descriptor = parse_descriptor(*member);
    if (!descriptor) return std::move(descriptor).error().context(std::string(name));
    return descriptor;
}

Result<std::vector<Descriptor>> descriptors_at(const Json& json, std::string_view name) {
    std::vector<Descriptor> out;
    const Json* member = json.find(name);
    if (member != nullptr && member->is_null()) return out;  // as Go prints an empty list
    BOLTSEAL_TRY(const Json::Array* array, json.array_at(name));
    if (array->size() > kMaxDescriptors) {
        return bad_manifest("member '" + std::string(name) + "' has more than 4096 entries");
    }
    for (const Json& item : *array) {
        auto descriptor = parse_descriptor(item);
        if (!descriptor) {
            return std::move(descriptor)
                .error()
                .context(std::string(name) + "[" + std::to_string(out.size()) + "]");
        }
        out.push_back(std::move(descriptor).value());
    }
    return out;
}

bool has(const Json& json, std::string_view name) {
    return json.find(name) != nullptr;
}

// The type under which everything else is read: two sources, and they must agree.
Result<std::string> agreed_media_type(const Json& json, std::string_view claimed) {
    BOLTSEAL_TRY(std::string inside, optional_string(json, "mediaType"));
    const std::string outside(without_parameters(claimed));
    if (!inside.empty() && !outside.empty() && inside != outside) {
        return bad_manifest("mediaType " + printable(inside) + " came under the type " +
                            printable(outside));
    }
    std::string type = inside.empty() ? outside : inside;
    if (type.empty()) type = has(json, "manifests") ? kOciIndex : kOciManifest;
    if (!is_manifest_type(type)) return bad_manifest("unknown manifest type " + printable(type));
    return type;
}

Result<void> check_shape(const Json& json, std::string_view media_type) {
    const auto version = json.uint_at("schemaVersion");
    if (!version) return version.error();
    if (version.value() != 2) return bad_manifest("schemaVersion is not 2");
    const bool image = has(json, "config") || has(json, "layers");
    if (has(json, "fsLayers") || (image && has(json, "manifests"))) {
        return bad_manifest("manifest has members of two types");
    }
    if (is_index(media_type) && image) {
        return bad_manifest("index has the members of an image manifest");
    }
    if (!is_index(media_type) && has(json, "manifests")) {
        return bad_manifest("image manifest has the members of an index");
    }
    return {};
}

Json to_json_value(const Annotations& annotations) {
    Json::Object out;
    for (const auto& [name, value] : annotations) out.emplace_back(name, value);
    return out;
}

Json to_json_value(const Platform& platform) {
    Json out = Json::object({{"architecture", platform.architecture}, {"os", platform.os}});
    if (!platform.os_version.empty()) out.set("os.version", platform.os_version);
    if (!platform.variant.empty()) out.set("variant", platform.variant);
    return out;
}

Json to_json_value(const std::vector<Descriptor>& descriptors) {
    Json::Array out;
    for (const Descriptor& descriptor : descriptors) {
        out.push_back(boltseal::to_json_value(descriptor));
    }
    return out;
}

}  // namespace

Result<Platform> parse_platform(std::string_view text) {
    Platform out;
    std::string* const parts[] = {&out.os, &out.architecture, &out.variant};
    std::size_t used = 0;
    for (std::string_view rest = text;; ++used) {
        const std::size_t slash = rest.find('/');
        if (used == 3 || slash == 0 || rest.empty()) {
            return Error(Fault::Config, "platform " + printable(text) + " is not os/architecture");
        }
        *parts[used] = rest.substr(0, slash);
        if (slash == std::string_view::npos) break;
        rest.remove_prefix(slash + 1);
    }
    if (used == 0) {
        return Error(Fault::Config, "platform " + printable(text) + " is not os/architecture");
    }
    return out;
}

std::string to_string(const Platform& platform) {
    std::string out = platform.os + "/" + platform.architecture;
    if (!platform.variant.empty()) out += "/" + platform.variant;
    return out;
}

bool is_index(std::string_view media_type) {
    return media_type == kOciIndex || media_type == kDockerList;
}

bool is_manifest_type(std::string_view media_type) {
    return is_index(media_type) || media_type == kOciManifest || media_type == kDockerManifest;
}

std::string artifact_type_of(const Manifest& manifest) {
    if (!manifest.artifact_type.empty() || !manifest.config) return manifest.artifact_type;
    return manifest.config->media_type;
}

Result<Descriptor> parse_descriptor(const Json& json) {
    if (!json.is_object()) return bad_manifest("descriptor is no object");
    Descriptor out;
    BOLTSEAL_TRY(const std::string* media_type, json.string_at("mediaType"));
    if (!is_media_type(*media_type)) return bad_manifest("member 'mediaType' is no media type");
    out.media_type = *media_type;
    BOLTSEAL_TRY(const std::string* digest, json.string_at("digest"));
    BOLTSEAL_TRY(out.digest, parse_oci_digest(*digest));
    BOLTSEAL_TRY(out.size, json.uint_at("size"));
    if (out.size > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        return bad_manifest("member 'size' is no size");
    }
    BOLTSEAL_TRY(out.artifact_type, optional_media_type(json, "artifactType"));
    BOLTSEAL_TRY(out.annotations, parse_annotations(json));
    BOLTSEAL_TRY(out.platform, read_platform(json));
    return out;
}

Json to_json_value(const Descriptor& descriptor) {
    Json out = Json::object({{"mediaType", descriptor.media_type},
                             {"digest", to_string(descriptor.digest)},
                             {"size", descriptor.size}});
    if (!descriptor.annotations.empty()) {
        out.set("annotations", to_json_value(descriptor.annotations));
    }
    if (descriptor.platform) out.set("platform", to_json_value(*descriptor.platform));
    if (!descriptor.artifact_type.empty()) out.set("artifactType", descriptor.artifact_type);
    return out;
}

Result<Manifest> parse_manifest(Bytes bytes, std::string_view media_type) {
    if (bytes.size() > kMaxManifest) return bad_manifest("manifest is larger than 4 MiB");
    BOLTSEAL_TRY(const Json json, parse_json(bytes));
    if (!json.is_object()) return bad_manifest("manifest is no object");
    Manifest out;
    BOLTSEAL_TRY(out.media_type, agreed_media_type(json, media_type));
    BOLTSEAL_CHECK(check_shape(json, out.media_type));
    BOLTSEAL_TRY(out.artifact_type, optional_media_type(json, "artifactType"));
    if (is_index(out.media_type)) {
        BOLTSEAL_TRY(out.manifests, descriptors_at(json, "manifests"));
    } else {
        BOLTSEAL_TRY(out.config, descriptor_at(json, "config"));
        BOLTSEAL_TRY(out.layers, descriptors_at(json, "layers"));
    }
    if (has(json, "subject")) {
        BOLTSEAL_TRY(out.subject, descriptor_at(json, "subject"));
    }
    BOLTSEAL_TRY(out.annotations, parse_annotations(json));
    return out;
}

Result<Descriptor> select_platform(const Manifest& index, const Platform& platform) {
    const Descriptor* found = nullptr;
    for (const Descriptor& child : index.manifests) {
        if (!child.platform || child.platform->os != platform.os ||
            child.platform->architecture != platform.architecture) {
            continue;
        }
        if (!platform.variant.empty() && child.platform->variant != platform.variant) continue;
        if (found != nullptr && found->digest != child.digest) {
            return bad_manifest("index has several manifests for " +
                                printable(to_string(platform)));
        }
        found = &child;
    }
    if (found != nullptr) return *found;
    return Error(Fault::Missing, "index has no manifest for " + printable(to_string(platform)));
}

std::string to_json(const Manifest& manifest) {
    Json out = Json::object({{"schemaVersion", 2}, {"mediaType", manifest.media_type}});
    if (!manifest.artifact_type.empty()) out.set("artifactType", manifest.artifact_type);
    if (is_index(manifest.media_type)) {
        out.set("manifests", to_json_value(manifest.manifests));
    } else {
        if (manifest.config) out.set("config", to_json_value(*manifest.config));
        out.set("layers", to_json_value(manifest.layers));
    }
    if (manifest.subject) out.set("subject", to_json_value(*manifest.subject));
    if (!manifest.annotations.empty()) {
        out.set("annotations", to_json_value(manifest.annotations));
    }
    return to_json(out);
}

Descriptor describe(Bytes blob, std::string_view media_type) {
    Descriptor out;
    out.media_type = media_type;
    out.digest = digest_of(blob);
    out.size = blob.size();
    return out;
}

Descriptor empty_config() {
    return describe(as_bytes("{}"), kOciEmpty);
}

Result<void> check_content(Bytes bytes, const BlobDigest& digest) {
    const BlobDigest found = digest_of(bytes, digest.algorithm());
    if (found == digest) return {};
    return Error(Fault::Integrity, "'" + to_string(digest) + "' was asked for, the bytes are '" +
                                       to_string(found) + "'");
}

Result<void> check_content(Bytes bytes, const Descriptor& descriptor) {
    if (bytes.size() != descriptor.size) {
        return Error(Fault::Integrity, "'" + to_string(descriptor.digest) + "' has " +
                                           std::to_string(bytes.size()) + " bytes instead of " +
                                           std::to_string(descriptor.size));
    }
    return check_content(bytes, descriptor.digest);
}

}  // namespace boltseal
