#include "cli/fetch_options.h"

#include "cli/network.h"
#include "registry-client/reference.h"

#include <algorithm>

namespace boltseal {

namespace {

// Less would leave a connection silent for so long that it seems dead.
constexpr std::uint64_t kLeastRate = 20'000;
constexpr std::uint64_t kRateOfOne = 100'000;  // more connections than that leave each too little

std::uint64_t rate_of(const FetchFlags& flags) {
    return flags.rate.empty() ? 0 : parse_size(flags.rate).value();  // it was checked
}

std::string rate_problem(const std::string& text) {
    const auto rate = parse_size(text);
    if (!rate) return rate.error().message();
    return *rate < kLeastRate ? "the rate must be at least 20kB a second" : "";
}

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
    command
        .add_option("--limit-rate", flags.rate,
                    "The most that layers may bring in a second, such as 2MB (default: whatever "
                    "comes)")
        .check(rate_problem)
        .type_name("SIZE");
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
    if (const std::uint64_t rate = rate_of(flags); rate > 0) {
        const auto enough = static_cast<unsigned>(std::min<std::uint64_t>(rate / kRateOfOne, 256));
        out.most_connections = std::clamp(enough, 1U, out.most_connections);
    }
    out.deadline = std::chrono::seconds(flags.deadline);
    out.world = real_patience();
    out.world.sleep = nullptr;
    return out;
}

HttpOptions http_options(const RegistryFlags& registries, const FetchFlags& flags) {
    HttpOptions out = http_options(registries);
    out.most_rate = rate_of(flags);
    return out;
}

}  // namespace boltseal
