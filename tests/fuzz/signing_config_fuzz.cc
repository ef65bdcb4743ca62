// A service that is chosen is open, and none of its kind and version that is open is newer.
#include "sign/signing_config.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    constexpr Timestamp kNow{1'750'000'000};
    const auto config = parse_signing_config(input);
    if (!config) return;
    for (const auto* services : {&config->authorities, &config->logs, &config->stampers}) {
        LAW(services->size() <= 64);
        const SigningService* const chosen = choose_service(*services, 2, kNow);
        for (const SigningService& service : *services) {
            if (service.version != 2 || !service.valid_for.contains(kNow)) continue;
            LAW(chosen != nullptr);
            LAW(service.valid_for.start <= chosen->valid_for.start);
        }
        LAW(!chosen || (chosen->version == 2 && chosen->valid_for.contains(kNow)));
    }
}
