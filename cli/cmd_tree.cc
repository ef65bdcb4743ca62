#include "cli/command.h"
#include "cli/target.h"
#include "core/json.h"
#include "net/http_client.h"
#include "registry-client/referrers.h"
#include "verify/sigstore_bundle.h"
#include "verify/statement.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct TreeArguments {
    RegistryFlags registry;
    std::string image;
    bool json = false;
};

// What a bundle says of itself. Nothing of it is verified.
Json describe_bundle(ImageStore& store, const Referrer& referrer) {
    Json json = Json::object({});
    if (referrer.manifest.layers.size() != 1) return json;
    const auto bytes = get_small_blob(store, referrer.manifest.layers.front(), kMaxBundle);
    if (!bytes) return json.set("problem", bytes.error().message());
    const auto bundle = parse_bundle(*bytes);
    if (!bundle) return json.set("problem", bundle.error().message());
    if (const auto* envelope = std::get_if<Envelope>(&bundle->content)) {
        if (const auto statement = parse_statement(envelope->payload)) {
            json.set("predicateType", statement->predicate_type);
        }
    }
    if (!bundle->key_hint.empty()) json.set("keyHint", bundle->key_hint);
    Json::Array entries;
    for (const LogEntry& entry : bundle->log_entries) entries.push_back(entry.index);
    return json.set("logIndexes", std::move(entries));
}

Json describe_referrer(ImageStore& store, const Referrer& referrer) {
    const std::string type = artifact_type_of(referrer.manifest);
    Json json =
        Json::object({{"digest", to_string(referrer.descriptor.digest)}, {"artifactType", type}});
    if (type == kBundleMediaType) json.set("bundle", describe_bundle(store, referrer));
    return json;
}

// Older cosign tags that stand beside the manifest.
Result<Json::Array> find_legacy(ImageStore& store, const BlobDigest& digest) {
    Json::Array found;
    for (const char* suffix : {"sig", "att", "sbom"}) {
        const std::string tag = legacy_tag(digest, suffix);
        const auto manifest = store.resolve(tag);
        if (manifest) {
            found.push_back(
                Json::object({{"tag", tag}, {"digest", to_string(manifest->descriptor.digest)}}));
        } else if (manifest.error().fault() != Fault::Missing) {
            return manifest.error();
        }
    }
    return found;
}

Result<Json> describe_manifest(ImageStore& store, const ResolvedManifest& resolved) {
    const BlobDigest& digest = resolved.descriptor.digest;
    Json json = Json::object(
        {{"digest", to_string(digest)}, {"mediaType", resolved.descriptor.media_type}});
    if (resolved.descriptor.platform) {
        json.set("platform", to_string(*resolved.descriptor.platform));
    }
    BOLTSEAL_TRY(const ReferrerList referrers, store.referrers(digest));
    Json::Array attached;
    for (const Referrer& referrer : referrers.found) {
        attached.push_back(describe_referrer(store, referrer));
    }
    json.set("referrers", std::move(attached));
    if (!referrers.ignored.empty()) {
        Json::Array ignored(referrers.ignored.begin(), referrers.ignored.end());
        json.set("ignored", std::move(ignored));
    }
    BOLTSEAL_TRY(Json::Array legacy, find_legacy(store, digest));
    if (!legacy.empty()) json.set("legacyTags", std::move(legacy));
    return json;
}

Result<Json> describe_image(ImageStore& store, const ResolvedManifest& root) {
    BOLTSEAL_TRY(Json json, describe_manifest(store, root));
    if (!is_index(root.descriptor.media_type)) return json;
    BOLTSEAL_TRY(const Manifest index, parse_manifest(root.bytes, root.descriptor.media_type));
    Json::Array children;
    for (const Descriptor& child : index.manifests) {
        BOLTSEAL_TRY(ResolvedManifest manifest, store.get_manifest(child.digest));
        manifest.descriptor.platform = child.platform;
        BOLTSEAL_TRY(Json described, describe_manifest(store, manifest));
        children.push_back(std::move(described));
    }
    return json.set("manifests", std::move(children));
}

// A line of the tree: the branch in front, and what the lines below it start with.
struct Branch {
    std::string first;
    std::string rest;
};

Branch branch(bool last) {
    return last ? Branch{"└── ", "    "} : Branch{"├── ", "│   "};
}

std::string text_of(const Json& json, std::string_view name) {
    const Json* member = json.find(name);
    if (!member) return "";
    if (const std::string* text = member->as_string()) return *text;
    return to_json(*member);
}

std::string referrer_line(const Json& referrer) {
    const Json* bundle = referrer.find("bundle");
    if (!bundle) return text_of(referrer, "artifactType") + " " + text_of(referrer, "digest");
    if (bundle->find("problem")) return "unreadable bundle: " + text_of(*bundle, "problem");
    const std::string type = text_of(*bundle, "predicateType");
    std::string line = type == kSignPredicateType ? "signature" : "attestation " + type;
    line += "  by key " + text_of(*bundle, "keyHint");
    const std::string entries = text_of(*bundle, "logIndexes");
    line += entries == "[]" ? "  not logged" : "  log entry " + entries;
    return line;
}

void print_manifest(const Json& manifest, const std::string& name, const Branch& at,
                    const std::string& indent, std::ostream& out) {
    const std::string platform = text_of(manifest, "platform");
    out << indent << at.first << (name.empty() ? text_of(manifest, "digest") : name)
        << (platform.empty() ? "" : "  " + platform) << '\n';
    std::vector<std::string> lines;
    for (const Json& referrer : *manifest.find("referrers")->as_array()) {
        lines.push_back(referrer_line(referrer));
    }
    if (const Json* legacy = manifest.find("legacyTags")) {
        for (const Json& tag : *legacy->as_array()) {
            lines.push_back("older tag " + text_of(tag, "tag"));
        }
    }
    const Json* children = manifest.find("manifests");
    const std::string below = indent + at.rest;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        out << below << branch(i + 1 == lines.size() && !children).first << lines[i] << '\n';
    }
    if (!children) return;
    const Json::Array& items = *children->as_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
        print_manifest(items[i], "", branch(i + 1 == items.size()), below, out);
    }
}

Result<void> run(const TreeArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    BOLTSEAL_TRY(ImageTarget image, open_image(options.image, options.registry, http));
    BOLTSEAL_TRY(const ResolvedManifest root, image.store->resolve(image.selector));
    BOLTSEAL_TRY(const Json tree, describe_image(*image.store, root));
    const std::string name = pinned_name(image, root.descriptor.digest);
    if (options.json) {
        Json json = Json::object({{"schema", "https://boltseal.dev/schema/tree/v1"},
                                  {"image", name},
                                  {"verified", false},
                                  {"tree", tree}});
        streams.out << to_pretty_json(json);
        return {};
    }
    print_manifest(tree, name, {"", ""}, "", streams.out);
    streams.err << "what is attached is listed, not verified\n";
    return {};
}

}  // namespace

Action add_tree(Command app) {
    auto options = std::make_shared<TreeArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("tree", "Show what is attached to an image");
    add_registry_flags(cmd, options->registry);
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.add_option("image", options->image, "Image reference, OCI layout or archive").required();
    cmd.footer("Nothing is verified. Exit status: 0 shown; 2 usage; 3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
