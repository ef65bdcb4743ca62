// Entries that a log will take: numbered, each signed.
#pragma once

#include "sign/private_key.h"
#include "verify/log_entry.h"

#include <memory>
#include <string>

namespace boltseal::test {

// The same key in one process, and the same entry for the same text but for ECDSA's randomness.
HashedRekord signed_entry(const std::string& text, KeyType type = KeyType::EcdsaP256);

}  // namespace boltseal::test
