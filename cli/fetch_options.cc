#include "cli/fetch_options.h"

#include "cli/network.h"
#include "registry-client/reference.h"

namespace boltseal {

namespace {

struct MirrorName {
    std::string text;  // "host[:port][/repository]"
    bool is_plain = false;
};

MirrorName mirror_name(const std::string& text) {
    if (text.starts_with("https://")) return {text.substr(8), false};
    if (text.starts_with("http://")) return {text.substr(7), true};
    return {text, false};
}

// A host alone is given the repository of the image.
Result<Reference> parse_mirror(const MirrorName& name, const std::string& repository) {
    std::string text = name.text;
    while (text.ends_with('/')) text.pop_back();
    if (text.find('/') == std::string::npos) text += "/" + repository;
    auto reference = parse_reference(text);
    if (!reference) return std::move(reference).error().context("mirror " + printable(name.text));
    if (reference->registry + "/" + reference->repository == text) return reference;
    return Error(Fault::Config, "mirror " + printable(name.text) + " is no host and repository");
}

}  // namespace

void add_fetch_options(Command command, FetchFlags& flags) {
    command
        .add_option("--mirror", flags.mirrors,
                    "Fetch layers from this registry as well, which has the same ones; may be "
                    "repeated")
        .allow_extra_args(false)
        .type_name("URL");
    command
        .add_option("--connections", flags.connections,
                    "The most connections at once (default: 128); fewer are used where more bring "
                    "nothing")
        .between(1, 256)
        .type_name("N");
    command
        .add_option("--deadline", flags.deadline,
                    "Give up after so many seconds; without it, as long as anything comes")
        .between(1, 1'000'000)
        .type_name("SECONDS");
    add_cache_options(command, flags.cache);
    command
        .add_option("--reuse", flags.reuse,
                    "An older image, in a layout DIR or oci-archive:FILE: what is in it is not "
                    "fetched; may be repeated")
        .allow_extra_args(false)
        .type_name("OLDER");
}

Result<void> check_mirrors(const FetchFlags& flags, const ImageTarget& image) {
    if (image.registry != nullptr || flags.mirrors.empty()) return {};
    return Error(Fault::Config, "--mirror is for registries: an image layout has no mirrors");
}

Result<ImageSources> ImageSources::open(const ImageTarget& image, const FetchFlags& flags,
                                        const RegistryFlags& registries, Transport& transport) {
    ImageSources out;
    RegistryClient& registry = *image.registry;
    out.sources_.push_back({registry.name(), &registry});
    for (RegistryClient* mirror : image.mirrors) out.sources_.push_back({mirror->name(), mirror});
    for (const std::string& text : flags.mirrors) {
        const MirrorName name = mirror_name(text);
        BOLTSEAL_TRY(const Reference mirror, parse_mirror(name, registry.repository()));
        const RegistryPlace place{mirror.registry, mirror.repository, name.is_plain};
        BOLTSEAL_TRY(auto client, open_registry(place, registries, transport));
        out.sources_.push_back({client->name(), client.get()});
        out.mirrors_.push_back(std::move(client));
    }
    return out;
}

FetchOptions fetch_options(const FetchFlags& flags) {
    FetchOptions out;
    out.most_connections = static_cast<unsigned>(flags.connections);
    out.deadline = std::chrono::seconds(flags.deadline);
    out.world = real_patience();
    out.world.sleep = nullptr;
    return out;
}

}  // namespace boltseal
