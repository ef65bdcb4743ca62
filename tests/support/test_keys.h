// Keys for tests: of every kind that signs, RSA and old hashes included, which sign/ does not make,
// and of kinds that must be refused. All are fresh; OpenSSL and sign/ make them.
#pragma once

#include "sign/signer.h"

#include <memory>
#include <string>

namespace boltseal::test {

// A key of this type that signs with every algorithm that fits it; RSA of 2048 bits. One of each is
// kept, because some are slow to make. Not for use from two threads at once.
Signer& signer_of(KeyType type);

std::unique_ptr<Signer> new_signer(KeyType type);  // another one

std::unique_ptr<Signer> ed25519_signer(Bytes seed);
std::unique_ptr<Signer> rsa_signer(unsigned bits);

// The SubjectPublicKeyInfo of a fresh key: `form` is "uncompressed", "compressed" or "hybrid", and
// `encoding` "named_curve" or "explicit".
Buffer ec_spki(const std::string& group, const std::string& form = "uncompressed",
               const std::string& encoding = "named_curve");

// One of an RSA key that nobody can sign with: only its sizes are right.
Buffer rsa_spki(std::size_t bits, std::uint64_t exponent);

// The SubjectPublicKeyInfo of a fresh key of another type: "X25519", "ED448", "RSA-PSS".
Buffer other_spki(const std::string& type);

// By a fresh RSA key of 2048 bits: PSS with SHA-256 and a salt of this many bytes.
struct PssSignature {
    PublicKey key;
    Buffer signature;
};
PssSignature pss_signature(Bytes message, int salt);

struct TestCertificate {
    Buffer der;
    Buffer spki;
};
TestCertificate new_certificate();  // of a P-256 key, signed by itself

}  // namespace boltseal::test
