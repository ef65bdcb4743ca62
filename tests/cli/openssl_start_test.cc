#include "cli/openssl_start.h"

#include "tests/check.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

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

}  // namespace

// One test: a process starts OpenSSL once.
TEST_CASE("a verifier's OpenSSL has what is allowed, and nothing else", "[openssl_start]") {
    REQUIRE_OK(start_openssl_to_verify());
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
