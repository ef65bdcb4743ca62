#include "cli/registries.h"

#include "cli/network.h"
#include "registry-client/credentials.h"
#include "registry-client/registries_conf.h"

namespace boltseal {

namespace {

Result<ImagePlaces> places_of(const Reference& image, const RegistryFlags& flags) {
    BOLTSEAL_TRY(const RegistriesConf conf,
                 load_registries_conf(settings_folders_from_environment()));
    BOLTSEAL_TRY(ImagePlaces places, find_places(conf, image));
    if (flags.use == RegistryUse::Read) return places;
    places.registry.registry = image.registry;
    places.registry.repository = image.repository;
    places.mirrors.clear();
    return places;
}

}  // namespace

void add_registry_flags(Command command, RegistryFlags& flags, RegistryUse use) {
    command
        .add_option("--insecure-registry", flags.insecure,
                    "Speak to this registry (host or host:port) without TLS; may be repeated")
        .allow_extra_args(false)
        .type_name("HOST");
    flags.use = use;
    if (use == RegistryUse::Write) return;
    command.add_flag("--mirror-tags", flags.mirror_tags,
                     "Let mirrors of registries.conf say what a tag is, where that file lets them");
}

Result<std::unique_ptr<RegistryClient>> open_registry(const RegistryPlace& place,
                                                      const RegistryFlags& flags,
                                                      Transport& transport) {
    RegistryOptions options;
    options.insecure_hosts = flags.insecure;
    if (place.plain) options.insecure_hosts.push_back(place.registry);
    options.patience = real_patience();
    BOLTSEAL_TRY(options.credential,
                 load_credential(credential_files(credential_folders_from_environment()),
                                 place.registry, place.repository));
    return std::make_unique<RegistryClient>(transport, place.registry, place.repository,
                                            std::move(options));
}

Result<OpenRegistry> open_with_mirrors(const Reference& image, const RegistryFlags& flags,
                                       Transport& transport) {
    BOLTSEAL_TRY(const ImagePlaces places, places_of(image, flags));
    OpenRegistry out;
    BOLTSEAL_TRY(out.client, open_registry(places.registry, flags, transport));
    for (const RegistryPlace& place : places.mirrors) {
        OpenMirror mirror{nullptr, place.digests, place.tags && flags.mirror_tags};
        BOLTSEAL_TRY(mirror.client, open_registry(place, flags, transport));
        out.mirrors.push_back(std::move(mirror));
    }
    return out;
}

}  // namespace boltseal
