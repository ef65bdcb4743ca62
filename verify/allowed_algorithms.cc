#include "verify/allowed_algorithms.h"

#include "verify/openssl_ptr.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>

namespace boltseal {

namespace {

struct KeyName {
    std::string_view name;
    KeyType type;
};
constexpr KeyName kKeyNames[] = {{"ecdsa-p256", KeyType::EcdsaP256},
                                 {"ecdsa-p384", KeyType::EcdsaP384},
                                 {"ecdsa-p521", KeyType::EcdsaP521},
                                 {"ed25519", KeyType::Ed25519},
                                 {"rsa", KeyType::Rsa}};
constexpr HashAlgorithm kHashes[] = {HashAlgorithm::Sha256, HashAlgorithm::Sha384,
                                     HashAlgorithm::Sha512};

using BigNumber = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

// FIPS 186-5 section 5.1 and A.1.1: e is odd and 2^16 < e < 2^256.
Result<void> check_rsa_exponent(const PublicKey& key) {
    const OpensslErrorScope errors;
    const unsigned char* in = key.spki().data();
    const EvpKey parsed(d2i_PUBKEY(nullptr, &in, static_cast<long>(key.spki().size())));
    BIGNUM* raw = nullptr;
    if (!parsed || EVP_PKEY_get_bn_param(parsed.get(), OSSL_PKEY_PARAM_RSA_E, &raw) != 1) {
        return Error(Fault::Untrusted, "RSA key whose exponent cannot be read");
    }
    const BigNumber exponent(raw);
    if (BN_num_bits(exponent.get()) > 16 && BN_num_bits(exponent.get()) <= 256) return {};
    return Error(Fault::Untrusted, "RSA key whose exponent FIPS 186-5 does not approve");
}

}  // namespace

AllowedAlgorithms::AllowedAlgorithms() : hashes_(std::begin(kHashes), std::end(kHashes)) {
    for (const KeyName& known : kKeyNames) keys_.insert(known.type);
}

AllowedAlgorithms AllowedAlgorithms::fips() {
    AllowedAlgorithms allowed;
    allowed.fips_ = true;
    return allowed;
}

Result<AllowedAlgorithms> AllowedAlgorithms::only(const std::vector<std::string>& names) {
    AllowedAlgorithms allowed;
    allowed.keys_.clear();
    allowed.hashes_.clear();
    for (const std::string& name : names) {
        const std::size_t before = allowed.keys_.size() + allowed.hashes_.size();
        for (const KeyName& known : kKeyNames) {
            if (name == known.name) allowed.keys_.insert(known.type);
        }
        for (const HashAlgorithm hash : kHashes) {
            if (name == boltseal::to_string(hash)) allowed.hashes_.insert(hash);
        }
        if (allowed.keys_.size() + allowed.hashes_.size() == before) {
            return Error(Fault::Config, "unknown algorithm " + printable(name));
        }
    }
    if (allowed.keys_.empty()) return Error(Fault::Config, "no kind of key is left");
    if (allowed.hashes_.empty()) return Error(Fault::Config, "no hash is left");
    return allowed;
}

Result<void> AllowedAlgorithms::check(const PublicKey& key) const {
    if (!keys_.contains(key.type())) {
        return Error(Fault::Untrusted, std::string(boltseal::to_string(key.type())) +
                                           " key, expected one of " + to_string());
    }
    if (fips_ && key.type() == KeyType::Rsa) return check_rsa_exponent(key);
    return {};
}

Result<void> AllowedAlgorithms::check(HashAlgorithm hash) const {
    if (hashes_.contains(hash)) return {};
    return Error(Fault::Untrusted, std::string(boltseal::to_string(hash)) +
                                       " digest, expected one of " + to_string());
}

std::string AllowedAlgorithms::to_string() const {
    std::string text;
    for (const KeyType key : keys_) {
        text += std::string(text.empty() ? "" : ", ") + std::string(boltseal::to_string(key));
    }
    for (const HashAlgorithm hash : hashes_) text += ", " + std::string(boltseal::to_string(hash));
    return text;
}

}  // namespace boltseal
