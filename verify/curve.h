// The curves of ECDSA that are allowed, and the one form in which their keys are accepted.
#pragma once

#include "verify/public_key.h"

#include <span>

namespace boltseal {

struct Curve {
    const char* group;  // OpenSSL's name of it
    KeyType type;
    std::size_t bits;
    Bytes prefix;  // of the plain form: all of it but the two coordinates

    std::size_t spki_size() const { return prefix.size() + 2 * ((bits + 7) / 8); }
    // SEC 1 section 2.3.3. REQUIRES: plain_curve(spki) is this curve
    Bytes point_of(Bytes spki) const { return spki.subspan(prefix.size() - 1); }
};

std::span<const Curve> allowed_curves();

// The curve of a SubjectPublicKeyInfo in plain form: named as in RFC 5480 section 2, the point
// uncompressed. Null for every other. Whether the point is on the curve is not looked at.
const Curve* plain_curve(Bytes spki);

}  // namespace boltseal
