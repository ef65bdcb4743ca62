// The verdicts that verify/signature.cc chooses from: one file for each family of algorithms.
// Included by these .cc files only.
#pragma once

#include "verify/signature.h"

namespace boltseal {

// `digest` is what was hashed before signing. Untrusted unless the signature holds.
Result<void> check_ecdsa(const PublicKey& key, const BlobDigest& digest, Bytes signature);
Result<void> check_rsa_pkcs1(const PublicKey& key, const BlobDigest& digest, Bytes signature);
Result<void> check_rsa_pss(const PublicKey& key, const BlobDigest& digest, Bytes signature);
// As certificates and CMS name them, whatever the hash: PKCS#1 v1.5 for an RSA key, else ECDSA.
Result<void> check_ecdsa_or_pkcs1(const PublicKey& key, const BlobDigest& digest, Bytes signature);
Result<void> check_ed25519(const PublicKey& key, Bytes message, Bytes signature);
Result<void> check_ed25519ph(const PublicKey& key, const BlobDigest& digest, Bytes signature);

}  // namespace boltseal
