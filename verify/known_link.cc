#include "verify/known_link.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

// tests/verify/known_link_test.cc verifies each of them, with the certificates.
constexpr KnownLink kKnownLinks[] = {
    // fulcio.sigstore.dev
    {"15d795348226b4649f750f5802592c393bee7cc53c3b86982175b7ad087efe47",
     "3ba7b6cc4e95469d4d334b49cb257ad8537076fa84b0ca87ff4ecfe6a54680c1"},
    // timestamp.sigstore.dev
    {"85f927bc07ab62cac3b44356c10efc81b2c6883fda7ab9e6d870d9d13acd05b7",
     "2aca8fea5d3ce48b01cc77076293c280e6c23ffe44034757ee7833ca9f45d633"},
    // fulcio.sigstage.dev
    {"66e08b3881fc311194779aeaad11b70677c316985bf847b6ca2c83d8c5700565",
     "bca21d3cc62c9d6a52be9989e6a705f99e91a39d9114890990789ef75d382b39"},
    // timestamp.sigstage.dev
    {"06f4ffe047feb35999b733b0d7a323501cfc18e4c03366a845d77536e74b2744",
     "81d9ef485ec4572a6511d2d99aca787e0e9b331383454c94f8d678c246a35acc"},
};

std::string fingerprint(const Certificate& certificate) {
    return to_hex(certificate.hash().bytes());
}

}  // namespace

std::span<const KnownLink> known_links() {
    return kKnownLinks;
}

bool is_known_link(const Certificate& certificate, const Certificate& issuer) {
    const auto* link =
        std::ranges::find(kKnownLinks, fingerprint(certificate), &KnownLink::certificate);
    return link != std::end(kKnownLinks) && link->issuer == fingerprint(issuer);
}

}  // namespace boltseal
