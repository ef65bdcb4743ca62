#include "verify/curve.h"

#include <algorithm>

namespace boltseal {

namespace {

// RFC 5480 section 2: everything but the point is fixed, with a named curve. SEC 1 section 2.3.3:
// 04 in front of it says uncompressed.
constexpr std::uint8_t kP256Prefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                        0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                        0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::uint8_t kP384Prefix[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86,
                                        0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B,
                                        0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};
constexpr std::uint8_t kP521Prefix[] = {0x30, 0x81, 0x9B, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86,
                                        0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81,
                                        0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00, 0x04};

constexpr Curve kCurves[] = {
    {"prime256v1", KeyType::EcdsaP256, 256, kP256Prefix},
    {"secp384r1", KeyType::EcdsaP384, 384, kP384Prefix},
    {"secp521r1", KeyType::EcdsaP521, 521, kP521Prefix},
};

}  // namespace

std::span<const Curve> allowed_curves() {
    return kCurves;
}

const Curve* plain_curve(Bytes spki) {
    const auto found = std::ranges::find_if(kCurves, [spki](const Curve& curve) {
        return spki.size() == curve.spki_size() &&
               equal(spki.first(curve.prefix.size()), curve.prefix);
    });
    return found == std::end(kCurves) ? nullptr : &*found;
}

}  // namespace boltseal
