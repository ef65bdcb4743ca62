#include "cli/openssl_start.h"

#include "tests/check.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

using namespace boltseal;

namespace {

bool has_digest(const char* name) {
    EVP_MD* const md = EVP_MD_fetch(nullptr, name, nullptr);
    EVP_MD_free(md);
    return md != nullptr;
}

bool has_keys(const char* name) {
    EVP_KEYMGMT* const keys = EVP_KEYMGMT_fetch(nullptr, name, nullptr);
    EVP_KEYMGMT_free(keys);
    return keys != nullptr;
}

bool has_signature(const char* name) {
    EVP_SIGNATURE* const signature = EVP_SIGNATURE_fetch(nullptr, name, nullptr);
    EVP_SIGNATURE_free(signature);
    return signature != nullptr;
}

bool has_cipher(const char* name) {
    EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    EVP_CIPHER_free(cipher);
    return cipher != nullptr;
}

bool has_decoder(const char* name) {
    OSSL_DECODER* const decoder = OSSL_DECODER_fetch(nullptr, name, nullptr);
    OSSL_DECODER_free(decoder);
    return decoder != nullptr;
}

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
