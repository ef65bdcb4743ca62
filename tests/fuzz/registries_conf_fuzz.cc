// Whatever is read leads an image only to names that are names, and a blocked one nowhere.
#include "registry-client/registries_conf.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace boltseal;

namespace {

bool is_name(const RegistryPlace& place) {
    const std::string name = place.registry + "/" + place.repository;
    const auto reference = parse_reference(name);
    return reference && reference->registry + "/" + reference->repository == name;
}

}  // namespace

FUZZ(input) {
    const auto conf = parse_registries_conf(input);
    if (!conf) {
        LAW(conf.error().fault() == Fault::Config);
        return;
    }
    for (const ConfiguredRegistry& one : conf->registries) {
        const bool wild = one.prefix.starts_with("*.");
        const auto image =
            parse_reference((wild ? "a" + one.prefix.substr(1) : one.prefix) + "/team/app");
        LAW(image.has_value());
        const auto places = find_places(*conf, *image);
        if (!wild) LAW(!one.blocked || !places);
        if (!places) continue;
        LAW(is_name(places->registry) && places->mirrors.size() <= 64);
        LAW(std::ranges::all_of(places->mirrors, is_name));
    }
}
