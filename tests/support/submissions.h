// Entries that a log will take: numbered, each signed.
#pragma once

#include "core/json.h"
#include "sign/private_key.h"
#include "verify/log_entry.h"

#include <memory>
#include <string>

namespace boltseal::test {

// The same key in one process, and the same entry for the same text but for ECDSA's randomness.
HashedRekord signed_entry(const std::string& text, KeyType type = KeyType::EcdsaP256);

// A statement about an image, as clients sign it.
std::string statement_about(const std::string& image);

// DSSERequestV002 for an in-toto payload: signed by so many keys, which are sent as
// "x509Certificate", as @sigstore/sign sends bare keys.
Json envelope_request(const std::string& payload, std::size_t signers = 1);

}  // namespace boltseal::test
