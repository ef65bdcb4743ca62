// A key by the SHA-256 of its SubjectPublicKeyInfo, as lists and look-ups name it.
#pragma once

#include "core/digest.h"
#include "verify/public_key.h"

namespace boltseal {

using KeyHash = Hash256<struct KeyTag>;

inline KeyHash key_hash(const PublicKey& key) {
    return KeyHash(sha256({key.spki()}));
}

}  // namespace boltseal
