#include "cli/openssl_start.h"

#include "tests/check.h"
#include "verify/curve.h"
#include "verify/openssl_ptr.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>

using namespace boltseal;

namespace {

// Whether OpenSSL finds an algorithm of that name.
template <auto Fetch, auto Free>
bool has(const char* name) {
    auto* const found = Fetch(nullptr, name, nullptr);
    Free(found);
    return found != nullptr;
}
constexpr auto has_digest = has<EVP_MD_fetch, EVP_MD_free>;
constexpr auto has_keys = has<EVP_KEYMGMT_fetch, EVP_KEYMGMT_free>;
constexpr auto has_signature = has<EVP_SIGNATURE_fetch, EVP_SIGNATURE_free>;
constexpr auto has_cipher = has<EVP_CIPHER_fetch, EVP_CIPHER_free>;
constexpr auto has_decoder = has<OSSL_DECODER_fetch, OSSL_DECODER_free>;

using Group = std::unique_ptr<EC_GROUP, OpensslFree<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, OpensslFree<EC_POINT_free>>;
using KeyFrame = std::unique_ptr<X509_PUBKEY, OpensslFree<X509_PUBKEY_free>>;

Buffer encode(const EC_GROUP* group, const EC_POINT* point, point_conversion_form_t form) {
    Buffer bytes(EC_POINT_point2oct(group, point, form, nullptr, 0, nullptr));
    EC_POINT_point2oct(group, point, form, bytes.data(), bytes.size(), nullptr);
    return bytes;
}

// The generator, and its double.
Buffer point_on(const Curve& curve, point_conversion_form_t form = POINT_CONVERSION_UNCOMPRESSED) {
    const Group group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(curve.group)));
    return encode(group.get(), EC_GROUP_get0_generator(group.get()), form);
}
Buffer other_point_on(const Curve& curve) {
    const Group group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(curve.group)));
    const Point twice(EC_POINT_new(group.get()));
    REQUIRE(EC_POINT_dbl(group.get(), twice.get(), EC_GROUP_get0_generator(group.get()), nullptr));
    return encode(group.get(), twice.get(), POINT_CONVERSION_UNCOMPRESSED);
}

// SubjectPublicKeyInfo.
Buffer frame(const Curve& curve, Bytes point) {
    const KeyFrame key(X509_PUBKEY_new());
    auto* const bytes = static_cast<unsigned char*>(OPENSSL_memdup(point.data(), point.size()));
    REQUIRE(X509_PUBKEY_set0_param(key.get(), OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
                                   OBJ_nid2obj(OBJ_sn2nid(curve.group)), bytes,
                                   static_cast<int>(point.size())) == 1);
    Buffer der(static_cast<std::size_t>(i2d_X509_PUBKEY(key.get(), nullptr)));
    unsigned char* next = der.data();
    i2d_X509_PUBKEY(key.get(), &next);
    return der;
}

// As OpenSSL decodes the key of a certificate.
EvpKey decode(Bytes der) {
    const unsigned char* next = der.data();
    return EvpKey(d2i_PUBKEY(nullptr, &next, static_cast<long>(der.size())));
}

// The group and the point of a key.
std::string group_name(const EvpKey& key) {
    char name[32] = {};
    REQUIRE(EVP_PKEY_get_group_name(key.get(), name, sizeof name, nullptr) == 1);
    return name;
}
Buffer point_of(const EvpKey& key) {
    Buffer point(256);
    std::size_t size = 0;
    REQUIRE(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size(), &size) == 1);
    point.resize(size);
    return point;
}

// A process starts OpenSSL once.
void start() {
    static const auto started = start_openssl_to_verify();
    REQUIRE_OK(started);
}

}  // namespace

TEST_CASE("a verifier's OpenSSL decodes keys on the allowed curves, each on its own",
          "[openssl_start]") {
    start();
    for (const Curve& curve : allowed_curves()) {
        CAPTURE(curve.group);
        const EvpKey key = decode(frame(curve, point_on(curve)));
        const EvpKey other = decode(frame(curve, other_point_on(curve)));
        REQUIRE(key);
        REQUIRE(other);
        REQUIRE(group_name(key) == curve.group);
        REQUIRE(point_of(key) == point_on(curve));
        REQUIRE(point_of(other) == other_point_on(curve));
    }
}

TEST_CASE("a verifier's OpenSSL decodes no point off its curve, and no other form",
          "[openssl_start]") {
    start();
    for (const Curve& curve : allowed_curves()) {
        CAPTURE(curve.group);
        Buffer off = point_on(curve);
        off.back() ^= 1;
        REQUIRE_FALSE(decode(frame(curve, off)));
        REQUIRE_FALSE(decode(frame(curve, point_on(curve, POINT_CONVERSION_COMPRESSED))));
        REQUIRE_FALSE(decode(frame(curve, point_on(curve, POINT_CONVERSION_HYBRID))));
        REQUIRE_FALSE(decode(frame(curve, Buffer{0})));  // the point at infinity
    }
    const Curve& p256 = allowed_curves().front();
    const Curve& p384 = allowed_curves()[1];
    REQUIRE_FALSE(decode(frame(p384, point_on(p256))));
}

TEST_CASE("a verifier's OpenSSL has what is allowed, and nothing else", "[openssl_start]") {
    start();
    for (const char* name : {"SHA1", "SHA256", "SHA384", "SHA512"}) {
        CAPTURE(name);
        REQUIRE(has_digest(name));
    }
    for (const char* name : {"MD5", "SM3", "SHA3-256", "RIPEMD160", "BLAKE2B-512"}) {
        CAPTURE(name);
        REQUIRE_FALSE(has_digest(name));
    }
    for (const char* name : {"EC", "RSA", "ED25519"}) {
        CAPTURE(name);
        REQUIRE(has_keys(name));
        REQUIRE(has_decoder(name));
    }
    for (const char* name : {"DSA", "SM2", "RSA-PSS", "X25519", "ED448", "DH"}) {
        CAPTURE(name);
        REQUIRE_FALSE(has_keys(name));
        REQUIRE_FALSE(has_decoder(name));
    }
    REQUIRE(has_signature("ECDSA"));
    REQUIRE(has_signature("RSA"));
    REQUIRE_FALSE(has_signature("DSA"));
    REQUIRE_FALSE(has_signature("SM2"));
    REQUIRE_FALSE(has_cipher("AES-256-GCM"));
    REQUIRE_FALSE(has_cipher("NULL"));
    std::array<unsigned char, 32> one{};
    std::array<unsigned char, 32> other{};
    REQUIRE(RAND_priv_bytes(one.data(), 32) == 1);
    REQUIRE(RAND_bytes(other.data(), 32) == 1);
    REQUIRE(one != other);
    REQUIRE(one != std::array<unsigned char, 32>{});
    ERR_clear_error();
}
