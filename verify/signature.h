// One signature over one message by one key. libsodium gives every Ed25519 verdict, OpenSSL all
// others (specs/adr/0005-algorithms.md).
#pragma once

#include "verify/public_key.h"

namespace boltseal {

// Named and paired with hashes as in Sigstore's PublicKeyDetails. The algorithm always follows from
// the key and from what we were told to expect, never from the message.
enum class SignatureAlgorithm {
    EcdsaP256Sha256,
    EcdsaP384Sha384,
    EcdsaP521Sha512,
    EcdsaP384Sha256,  // old clients; verified, never made
    EcdsaP521Sha256,  // old clients; verified, never made
    Ed25519,          // over the message itself
    Ed25519ph,        // over its SHA-512, RFC 8032 section 5.1
    RsaPkcs1Sha256,
    RsaPssSha256,  // MGF1 with SHA-256, salt of 32 bytes
};

// The algorithm that clients use with this key: Ed25519 for Ed25519, PKCS#1 v1.5 for RSA.
SignatureAlgorithm default_algorithm(const PublicKey& key);

// Those that a signature by this key may be of, the default first: old clients signed with SHA-256
// whatever the curve.
std::vector<SignatureAlgorithm> accepted_algorithms(const PublicKey& key);

// What is hashed before signing. Ed25519 hashes for itself and has none; asking is a bug.
HashAlgorithm hash_of(SignatureAlgorithm algorithm);

// "PKIX_ECDSA_P256_SHA_256", "PKIX_RSA_PKCS1V15_2048_SHA256", ...; Malformed for an RSA size that
// has no name. The parser refuses a name that does not fit the key.
Result<std::string> key_details(const PublicKey& key, SignatureAlgorithm algorithm);
Result<SignatureAlgorithm> parse_key_details(std::string_view name, const PublicKey& key);

// "SHA2_256", "SHA2_384", "SHA2_512", as Sigstore's HashAlgorithm names them.
std::string_view sigstore_name(HashAlgorithm algorithm);
Result<HashAlgorithm> parse_sigstore_hash(std::string_view name);

// Untrusted unless `signature` is by `key` over `message`. ECDSA signatures are ASN.1 DER, strictly
// (X9.62, RFC 3279 section 2.2.3); Ed25519 and RSA ones are raw bytes.
Result<void> check_signature(const PublicKey& key, SignatureAlgorithm algorithm, Bytes message,
                             Bytes signature);

// The same where only the digest of the message is at hand. Not possible for SignatureAlgorithm::
// Ed25519; the digest must be of hash_of(algorithm).
Result<void> check_signature_over_digest(const PublicKey& key, SignatureAlgorithm algorithm,
                                         const BlobDigest& digest, Bytes signature);

// Turns r || s, as tokens and JOSE write ECDSA signatures, into DER. Malformed unless the length is
// twice that of the curve.
Result<Buffer> ecdsa_der_from_p1363(KeyType curve, Bytes r_and_s);

}  // namespace boltseal
