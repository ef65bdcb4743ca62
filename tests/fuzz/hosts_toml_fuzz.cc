// Whatever is read leads to URLs of registries, with at most so many mirrors, and reads no file
// that is not named in it.
#include "net/url.h"
#include "registry-client/hosts_toml.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

namespace {

void check(const RegistryPlace& place) {
    if (place.api.empty()) return;
    const auto url = parse_url(place.api);
    LAW(url && to_string(*url).starts_with(place.api));
    LAW(place.plain == (url->scheme == "http"));
    LAW(!place.api.ends_with('/') && place.api.find('?') == std::string::npos);
}

}  // namespace

FUZZ(input) {
    const auto image = parse_reference("registry.example/team/app").value();
    const auto places = parse_hosts_toml(input, "/nowhere", image);
    if (!places) {
        LAW(places.error().fault() == Fault::Config);
        return;
    }
    check(places->registry);
    LAW(places->registry.digests && places->registry.tags);
    LAW(places->mirrors.size() <= 64);
    for (const RegistryPlace& mirror : places->mirrors) check(mirror);
}
