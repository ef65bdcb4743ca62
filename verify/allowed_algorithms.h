// Which of the algorithms that we know a policy lets count. specs/policy.md#algorithms
#pragma once

#include "verify/public_key.h"

#include <set>

namespace boltseal {

class AllowedAlgorithms {
public:
    AllowedAlgorithms();  // all that public_key.h and digest.h accept

    // The approved ones: FIPS 186-5 sections 5, 6 and 7, FIPS 180-4. This is a statement about
    // algorithms, not about the module that computes them.
    static AllowedAlgorithms fips();

    // "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa"; "sha256", "sha384", "sha512".
    // Config for another name, or if no key or no hash is left.
    static Result<AllowedAlgorithms> only(const std::vector<std::string>& names);

    // Untrusted for a key or hash that does not count, with the reason.
    Result<void> check(const PublicKey& key) const;
    Result<void> check(HashAlgorithm hash) const;

    std::string to_string() const;  // for people: "ECDSA P-256, RSA, sha256"

private:
    std::set<KeyType> keys_;
    std::set<HashAlgorithm> hashes_;
    bool fips_ = false;
};

}  // namespace boltseal
