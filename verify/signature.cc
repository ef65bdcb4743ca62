#include "verify/signature.h"

#include "verify/check_algorithm.h"

#include <stdexcept>

namespace boltseal {

namespace {

// PublicKeyDetails of github.com/sigstore/protobuf-specs, sigstore_common.proto.
struct Details {
    std::string_view name;
    KeyType type;
    std::size_t bits;
    SignatureAlgorithm algorithm;
};
using enum SignatureAlgorithm;
constexpr Details kDetails[] = {
    {"PKIX_ECDSA_P256_SHA_256", KeyType::EcdsaP256, 256, EcdsaP256Sha256},
    {"PKIX_ECDSA_P384_SHA_384", KeyType::EcdsaP384, 384, EcdsaP384Sha384},
    {"PKIX_ECDSA_P521_SHA_512", KeyType::EcdsaP521, 521, EcdsaP521Sha512},
    {"PKIX_ECDSA_P384_SHA_256", KeyType::EcdsaP384, 384, EcdsaP384Sha256},
    {"PKIX_ECDSA_P521_SHA_256", KeyType::EcdsaP521, 521, EcdsaP521Sha256},
    {"PKIX_ED25519", KeyType::Ed25519, 256, SignatureAlgorithm::Ed25519},
    {"PKIX_ED25519_PH", KeyType::Ed25519, 256, Ed25519ph},
    {"PKIX_RSA_PKCS1V15_2048_SHA256", KeyType::Rsa, 2048, RsaPkcs1Sha256},
    {"PKIX_RSA_PKCS1V15_3072_SHA256", KeyType::Rsa, 3072, RsaPkcs1Sha256},
    {"PKIX_RSA_PKCS1V15_4096_SHA256", KeyType::Rsa, 4096, RsaPkcs1Sha256},
    {"PKIX_RSA_PSS_2048_SHA256", KeyType::Rsa, 2048, RsaPssSha256},
    {"PKIX_RSA_PSS_3072_SHA256", KeyType::Rsa, 3072, RsaPssSha256},
    {"PKIX_RSA_PSS_4096_SHA256", KeyType::Rsa, 4096, RsaPssSha256},
};

KeyType key_type_of(SignatureAlgorithm algorithm) {
    for (const Details& details : kDetails) {
        if (details.algorithm == algorithm) return details.type;
    }
    return KeyType::Rsa;
}

Result<void> check_fits(const PublicKey& key, SignatureAlgorithm algorithm) {
    if (key.type() != key_type_of(algorithm)) {
        return Error(Fault::Untrusted, "signature algorithm does not fit the key");
    }
    if (!key.is_sound()) return Error(Fault::Untrusted, "key is no point of its curve");
    return {};
}

}  // namespace

SignatureAlgorithm default_algorithm(const PublicKey& key) {
    switch (key.type()) {
        case KeyType::EcdsaP256:
            return EcdsaP256Sha256;
        case KeyType::EcdsaP384:
            return EcdsaP384Sha384;
        case KeyType::EcdsaP521:
            return EcdsaP521Sha512;
        case KeyType::Ed25519:
            return SignatureAlgorithm::Ed25519;
        case KeyType::Rsa:
            break;
    }
    return RsaPkcs1Sha256;
}

std::vector<SignatureAlgorithm> accepted_algorithms(const PublicKey& key) {
    if (key.type() == KeyType::EcdsaP384) return {EcdsaP384Sha384, EcdsaP384Sha256};
    if (key.type() == KeyType::EcdsaP521) return {EcdsaP521Sha512, EcdsaP521Sha256};
    return {default_algorithm(key)};
}

HashAlgorithm hash_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case EcdsaP256Sha256:
        case EcdsaP384Sha256:
        case EcdsaP521Sha256:
        case RsaPkcs1Sha256:
        case RsaPssSha256:
            return HashAlgorithm::Sha256;
        case EcdsaP384Sha384:
            return HashAlgorithm::Sha384;
        case EcdsaP521Sha512:
        case Ed25519ph:
            return HashAlgorithm::Sha512;
        case SignatureAlgorithm::Ed25519:
            break;
    }
    throw std::logic_error("Ed25519 signs the message itself");
}

Result<std::string> key_details(const PublicKey& key, SignatureAlgorithm algorithm) {
    for (const Details& details : kDetails) {
        if (details.algorithm == algorithm && details.type == key.type() &&
            details.bits == key.bits()) {
            return std::string(details.name);
        }
    }
    return Error(Fault::Malformed, "key and signature algorithm have no common name");
}

Result<SignatureAlgorithm> parse_key_details(std::string_view name, const PublicKey& key) {
    for (const Details& details : kDetails) {
        if (details.name != name) continue;
        if (details.type == key.type() && details.bits == key.bits()) return details.algorithm;
        return Error(Fault::Malformed, "key details " + printable(name) + " do not fit the key");
    }
    return Error(Fault::Malformed, "unknown key details " + printable(name));
}

std::string_view sigstore_name(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::Sha256:
            return "SHA2_256";
        case HashAlgorithm::Sha384:
            return "SHA2_384";
        case HashAlgorithm::Sha512:
            break;
    }
    return "SHA2_512";
}

Result<HashAlgorithm> parse_sigstore_hash(std::string_view name) {
    for (const auto algorithm :
         {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        if (name == sigstore_name(algorithm)) return algorithm;
    }
    return Error(Fault::Malformed, "unknown hash algorithm " + printable(name));
}

Result<void> check_ecdsa_or_pkcs1(const PublicKey& key, const BlobDigest& digest, Bytes signature) {
    if (key.type() == KeyType::Rsa) return check_rsa_pkcs1(key, digest, signature);
    return check_ecdsa(key, digest, signature);
}

Result<void> check_signature(const PublicKey& key, SignatureAlgorithm algorithm, Bytes message,
                             Bytes signature) {
    if (algorithm != SignatureAlgorithm::Ed25519) {
        const BlobDigest digest = digest_of(message, hash_of(algorithm));
        return check_signature_over_digest(key, algorithm, digest, signature);
    }
    BOLTSEAL_CHECK(check_fits(key, algorithm));
    return check_ed25519(key, message, signature);
}

Result<void> check_signature_over_digest(const PublicKey& key, SignatureAlgorithm algorithm,
                                         const BlobDigest& digest, Bytes signature) {
    BOLTSEAL_CHECK(check_fits(key, algorithm));
    if (algorithm == SignatureAlgorithm::Ed25519) {
        return Error(Fault::Untrusted,
                     "a plain Ed25519 signature needs the message, not its digest");
    }
    if (digest.algorithm() != hash_of(algorithm)) {
        return Error(Fault::Untrusted, "signature is over another kind of digest");
    }
    switch (algorithm) {
        case Ed25519ph:
            return check_ed25519ph(key, digest, signature);
        case RsaPkcs1Sha256:
            return check_rsa_pkcs1(key, digest, signature);
        case RsaPssSha256:
            return check_rsa_pss(key, digest, signature);
        default:
            return check_ecdsa(key, digest, signature);
    }
}

}  // namespace boltseal
