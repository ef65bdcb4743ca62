#include "sign/private_key.h"

#include "sign/ecdsa_key.h"
#include "sign/ed25519_key.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509.h>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPkcs8 = 8192;

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;

Error malformed(std::string message) {
    return {Fault::Malformed, std::move(message)};
}

// Why something is not PKCS#8. All three forms begin with SEQUENCE, INTEGER version; what follows
// is an OCTET STRING in SEC1 (RFC 5915) and an INTEGER in PKCS#1 (RFC 8017 appendix A.1.2).
Error explain_not_pkcs8(Bytes der) {
    std::size_t at = 1;  // past the tag; then past the length, whose long form says how long it is
    if (der.size() > at) at += (der[at] & 0x80) != 0 ? 1 + (der[at] & 0x7fU) : 1;
    if (der.size() > at + 3 && der[0] == 0x30 && der[at] == 0x02 && der[at + 1] == 1) {
        if (der[at + 3] == 0x04) return malformed("private key is in SEC1 form, not PKCS#8");
        if (der[at + 3] == 0x02) return malformed("private key is in PKCS#1 form, not PKCS#8");
    }
    return malformed("private key is not PKCS#8");
}

// The algorithm that the key says it is of.
Result<int> find_algorithm(Bytes der) {
    if (der.size() > kMaxPkcs8) return malformed("private key is larger than 8192 bytes");
    const OpensslErrorScope errors;
    const std::uint8_t* at = der.data();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    const ASN1_OBJECT* algorithm = nullptr;
    if (!info || PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info.get()) != 1) {
        return explain_not_pkcs8(der);
    }
    if (at != der.data() + der.size()) return malformed("private key has bytes after its end");
    return OBJ_obj2nid(algorithm);
}

}  // namespace

Result<std::unique_ptr<PrivateKey>> generate_key(KeyType type) {
    switch (type) {
        case KeyType::EcdsaP256:
        case KeyType::EcdsaP384:
        case KeyType::EcdsaP521:
            return generate_ecdsa_key(type);
        case KeyType::Ed25519:
            return generate_ed25519_key();
        case KeyType::Rsa:
            break;
    }
    return Error(Fault::Config, "RSA keys are verified but not made");
}

Result<std::unique_ptr<PrivateKey>> parse_pkcs8(Bytes der) {
    BOLTSEAL_TRY(const int algorithm, find_algorithm(der));
    if (algorithm == NID_X9_62_id_ecPublicKey) return parse_ecdsa_pkcs8(der);
    if (algorithm == NID_ED25519) return parse_ed25519_pkcs8(der);
    return malformed("private key is neither ECDSA nor Ed25519");
}

}  // namespace boltseal
