// Links between certificates of public authorities, of which it was proved beforehand that one
// certificate's key has signed the other. Every keyless signature of Sigstore's public instances
// leads over one of them, or two, and with P-384 each costs a millisecond. ADR 0025.
#pragma once

#include "verify/certificate.h"

#include <span>
#include <string_view>

namespace boltseal {

// SHA-256 of the DER of both, in lower-case hex.
struct KnownLink {
    std::string_view certificate;
    std::string_view issuer;
};
std::span<const KnownLink> known_links();

// True only for certificates that are, byte for byte, a pair on the list: a verification of the one
// with the other's key would succeed, today as ever, since nothing else plays a part in it. Says
// nothing of trust, time or use. False says nothing at all.
bool is_known_link(const Certificate& certificate, const Certificate& issuer);

}  // namespace boltseal
