#include "verify/public_key.h"

#include "core/encoding.h"
#include "core/pem.h"
#include "verify/curve.h"
#include "verify/openssl_ptr.h"
#include "verify/rsa_numbers.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace boltseal {

namespace {

constexpr std::size_t kMaxSpki = 2048;  // RSA of 8192 bits takes 1062 bytes

// RFC 8410 section 4: everything but the 32 bytes of the key is fixed.
constexpr std::uint8_t kEd25519Prefix[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03,
                                           0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::size_t kEd25519Size = 32;

using Bignum = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>>;
using KeyFrame = std::unique_ptr<X509_PUBKEY, OpensslFree<X509_PUBKEY_free>>;
using Params = std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>>;

Error bad_key(const char* why) {
    return Error(Fault::Malformed, why);
}

bool starts_with(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

void init_sodium() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
}

bool is_ed25519_point(Bytes raw) {
    init_sodium();
    return crypto_core_ed25519_is_valid_point(raw.data()) == 1;
}

EvpKey share(EVP_PKEY* key) {
    return EvpKey(EVP_PKEY_up_ref(key) == 1 ? key : nullptr);
}

EvpKey key_of(const char* type, OSSL_PARAM* params) {
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return nullptr;
    }
    return EvpKey(key);
}

// OpenSSL's general decoder finds the same, in six times the time.
EvpKey decode_point(const Curve& curve, Bytes spki) {
    Buffer point = to_buffer(curve.point_of(spki));
    std::string group = curve.group;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    return key_of("EC", params);
}

Error why_not_plain(const X509_ALGOR* algorithm) {
    int type = 0;
    const void* name = nullptr;
    X509_ALGOR_get0(nullptr, &type, &name, algorithm);
    if (type != V_ASN1_OBJECT) return bad_key("elliptic curve is not named");
    const int curve = OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(name));
    for (const Curve& allowed : allowed_curves()) {
        if (curve == OBJ_sn2nid(allowed.group)) {
            return bad_key("elliptic curve key is not in its plain form");
        }
    }
    return bad_key("elliptic curve is not P-256, P-384 or P-521");
}

Result<void> check_rsa_numbers(EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < 2048 || bits > 8192) return bad_key("RSA key is not of 2048 to 8192 bits");
    BIGNUM* exponent = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) {
        return bad_key("RSA key has no exponent");
    }
    const Bignum owned(exponent);
    if (BN_is_odd(exponent) != 1 || BN_is_one(exponent) == 1) {
        return bad_key("RSA exponent is not an odd number of at least 3");
    }
    return {};
}

// What is wrong with a key in none of our plain forms. OpenSSL reads the frame of every kind of
// key, and what is in it only of those that it has been given (cli/openssl_start.h).
Error why_not_rsa(Bytes spki) {
    const unsigned char* next = spki.data();
    const KeyFrame frame(d2i_X509_PUBKEY(nullptr, &next, static_cast<long>(spki.size())));
    if (!frame) return bad_key("not a public key in SubjectPublicKeyInfo form");
    if (next != spki.data() + spki.size()) return bad_key("public key has bytes after its end");
    ASN1_OBJECT* type = nullptr;
    X509_ALGOR* algorithm = nullptr;
    X509_PUBKEY_get0_param(&type, nullptr, nullptr, &algorithm, frame.get());
    const int kind = OBJ_obj2nid(type);
    if (kind == NID_X9_62_id_ecPublicKey) return why_not_plain(algorithm);
    if (kind != NID_rsaEncryption) return bad_key("key type is not ECDSA, Ed25519 or RSA");
    EVP_PKEY* key = X509_PUBKEY_get0(frame.get());
    if (!key) return bad_key("not a public key in SubjectPublicKeyInfo form");
    if (auto fine = check_rsa_numbers(key); !fine) return std::move(fine).error();
    return bad_key("public key is not in its plain DER form");
}

Bignum to_bignum(Bytes number) {
    return Bignum(BN_bin2bn(number.data(), static_cast<int>(number.size()), nullptr));
}

EvpKey key_of(const RsaNumbers& numbers) {
    const Bignum modulus = to_bignum(numbers.modulus);
    const Bignum exponent = to_bignum(numbers.exponent);
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    return params ? key_of("RSA", params.get()) : nullptr;
}

// What is left when Ed25519 and the curves have had their look. OpenSSL's general decoder, with its
// encoder to compare, finds the same in fifty times the time.
Result<EvpKey> decode_rsa(Bytes spki) {
    const auto numbers = parse_rsa_numbers(spki);
    if (!numbers) return why_not_rsa(spki);
    EvpKey key = key_of(*numbers);
    if (!key) return bad_key("not a public key in SubjectPublicKeyInfo form");
    BOLTSEAL_CHECK(check_rsa_numbers(key.get()));
    return key;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string_view to_string(KeyType type) {
    switch (type) {
        case KeyType::EcdsaP256:
            return "ECDSA P-256";
        case KeyType::EcdsaP384:
            return "ECDSA P-384";
        case KeyType::EcdsaP521:
            return "ECDSA P-521";
        case KeyType::Ed25519:
            return "Ed25519";
        case KeyType::Rsa:
            break;
    }
    return "RSA";
}

struct PublicKey::Decoded {
    std::once_flag once;  // guards what follows, which never changes afterwards
    EvpKey evp;           // null for Ed25519
    bool is_sound = false;

    void set(EvpKey key) {
        std::call_once(once, [&] {
            is_sound = key != nullptr;
            evp = std::move(key);
        });
    }
};

PublicKey::PublicKey() : decoded_(std::make_shared<Decoded>()) {}

const PublicKey::Decoded& PublicKey::decode() const {
    std::call_once(decoded_->once, [this] {
        if (type_ == KeyType::Ed25519) {
            decoded_->is_sound = is_ed25519_point(ed25519());
            return;
        }
        const OpensslErrorScope errors;
        decoded_->evp = decode_point(*plain_curve(spki_), spki_);
        decoded_->is_sound = decoded_->evp != nullptr;
    });
    return *decoded_;
}

evp_pkey_st* PublicKey::openssl() const {
    return decode().evp.get();
}

bool PublicKey::is_sound() const {
    return decode().is_sound;
}

Bytes PublicKey::ed25519() const {
    return spki().subspan(sizeof kEd25519Prefix);
}

Result<PublicKey> parse_public_key_later(Bytes spki) {
    if (spki.size() > kMaxSpki) return bad_key("public key is too large");
    PublicKey key;
    key.spki_ = to_buffer(spki);
    if (starts_with(spki, kEd25519Prefix)) {
        if (spki.size() != sizeof kEd25519Prefix + kEd25519Size) {
            return bad_key("Ed25519 key is not 32 bytes long");
        }
        key.type_ = KeyType::Ed25519;
        key.bits_ = 256;
        return key;
    }
    if (const Curve* curve = plain_curve(spki)) {
        key.type_ = curve->type;
        key.bits_ = curve->bits;
        return key;
    }
    const OpensslErrorScope errors;
    BOLTSEAL_TRY(EvpKey rsa, decode_rsa(spki));
    key.type_ = KeyType::Rsa;
    key.bits_ = static_cast<std::size_t>(EVP_PKEY_get_bits(rsa.get()));
    key.decoded_->set(std::move(rsa));
    return key;
}

Result<PublicKey> parse_public_key_der(Bytes spki, evp_pkey_st* decoded) {
    BOLTSEAL_TRY(PublicKey key, parse_public_key_later(spki));
    if (decoded && plain_curve(spki)) key.decoded_->set(share(decoded));
    if (!key.is_sound()) {
        return bad_key(key.type() == KeyType::Ed25519
                           ? "Ed25519 key is no valid point"
                           : "not a public key in SubjectPublicKeyInfo form");
    }
    return key;
}

// RFC 7468 section 13, with one label and nothing around it.
Result<PublicKey> parse_public_key_pem(Bytes pem) {
    constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
    constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
    if (pem.size() > 2 * kMaxSpki) return bad_key("public key file is too large");
    std::string_view text = trimmed(as_text(pem));
    if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
        return bad_key("this is a private key, a public key is needed");
    }
    if (text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
        return bad_key("this is a certificate, a public key is needed");
    }
    if (!text.starts_with(kBegin) || !text.ends_with(kEnd) ||
        text.size() < kBegin.size() + kEnd.size()) {
        return bad_key("not one PEM block of type PUBLIC KEY");
    }
    text.remove_prefix(kBegin.size());
    text.remove_suffix(kEnd.size());
    std::string base64(text);
    std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });
    BOLTSEAL_TRY(const Buffer spki, parse_base64(base64));
    return parse_public_key_der(spki);
}

std::string to_pem(const PublicKey& key) {
    return to_pem("PUBLIC KEY", key.spki());
}

Result<PublicKey> ed25519_public_key(Bytes raw) {
    Writer spki;
    spki.put(Bytes(kEd25519Prefix)).put(raw);
    return parse_public_key_der(spki.bytes());
}

std::string key_hint(const PublicKey& key) {
    return to_base64(sha256({key.spki()}));
}

}  // namespace boltseal
