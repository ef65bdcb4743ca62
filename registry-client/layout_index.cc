#include "registry-client/layout_index.h"

#include "registry-client/referrers.h"

namespace boltseal {

namespace {

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

// Takes the tag away from an entry that is about to lose it.
void drop_tag(Json& entry) {
    const Json* annotations = entry.find("annotations");
    Json::Object kept;
    for (const auto& [name, value] : *annotations->as_object()) {
        if (name != kRefName) kept.emplace_back(name, value);
    }
    entry.set("annotations", std::move(kept));
}

bool has_tag(const Json& entry, const std::string& tag) {
    const Json* annotations = entry.find("annotations");
    const Json* name = annotations == nullptr ? nullptr : annotations->find(kRefName);
    return name != nullptr && name->is_string() && *name->as_string() == tag;
}

bool has_digest(const Json& entry, const std::string& digest) {
    const Json* value = entry.find("digest");
    return value != nullptr && value->is_string() && *value->as_string() == digest;
}

// The entries with a new one; the text of the others stays as it is, but for the tag they lose.
Json::Array with_entry(const Json::Array& entries, Descriptor entry, const std::string& tag) {
    const std::string digest = to_string(entry.digest);
    Json::Array out;
    for (Json one : entries) {
        const bool same = has_digest(one, digest);
        const bool tagged = !tag.empty() && has_tag(one, tag);
        if (same && (tagged || tag.empty())) return entries;  // there already
        if (tagged) drop_tag(one);
        out.push_back(std::move(one));
    }
    if (!tag.empty()) entry.annotations[std::string(kRefName)] = tag;
    out.push_back(to_json_value(entry));
    return out;
}

}  // namespace

std::string empty_index() {
    return to_json(Json::object(
        {{"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", Json::array({})}}));
}

Result<void> check_layout_version(Bytes bytes) {
    BOLTSEAL_TRY(const Json json, parse_json(bytes));
    BOLTSEAL_TRY(const std::string* version, json.string_at("imageLayoutVersion"));
    if (*version == "1.0.0") return {};
    return Error(Fault::Malformed, "unknown image layout version " + printable(*version));
}

std::string tag_of(const Descriptor& entry) {
    const auto found = entry.annotations.find(std::string(kRefName));
    return found == entry.annotations.end() ? std::string() : found->second;
}

bool is_attachment(const Descriptor& entry) {
    return !entry.artifact_type.empty() || tag_of(entry).starts_with("sha256-");
}

Result<Descriptor> index_entry(const ResolvedManifest& manifest) {
    const Descriptor& entry = manifest.descriptor;
    BOLTSEAL_TRY(const Manifest parsed, parse_manifest(manifest.bytes, entry.media_type));
    return parsed.subject ? describe_referrer(parsed, entry) : entry;
}

Result<std::string> add_to_index(Bytes index, const Descriptor& entry, const std::string& tag) {
    BOLTSEAL_TRY(Json json, parse_json(index));
    BOLTSEAL_CHECK(parse_manifest(index, kOciIndex));
    const Json::Array* present =
        json.find("manifests") ? json.find("manifests")->as_array() : nullptr;
    Json::Array entries = with_entry(present ? *present : Json::Array(), entry, tag);
    json.set("manifests", std::move(entries));
    return to_json(json);
}

}  // namespace boltseal
