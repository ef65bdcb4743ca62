#include "verify/public_key.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"

#include <algorithm>

using namespace boltseal;
using test::ec_spki;
using test::rsa_spki;

namespace {

constexpr auto kTypes = {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                         KeyType::Ed25519, KeyType::Rsa};

Buffer joined(Bytes a, Bytes b) {
    Buffer all = to_buffer(a);
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

// The DER of one key as text between lines that one chooses.
std::string pem_with(std::string_view label, Bytes der) {
    const std::string name(label);
    return "-----BEGIN " + name + "-----\n" + to_base64(der) + "\n-----END " + name + "-----\n";
}

Result<PublicKey> parse_pem(const std::string& text) {
    return parse_public_key_pem(as_bytes(text));
}

}  // namespace

TEST_CASE("keys of every allowed kind print back as they were", "[public_key]") {
    const KeyType type = GENERATE(values(kTypes));
    const PublicKey key = test::signer_of(type).public_key();
    CAPTURE(to_string(type));
    REQUIRE(key.type() == type);
    const auto der = parse_public_key_der(key.spki());
    REQUIRE_OK(der);
    REQUIRE(*der == key);
    REQUIRE(der->type() == type);
    REQUIRE(der->bits() == key.bits());
    const auto pem = parse_pem(to_pem(key));
    REQUIRE_OK(pem);
    REQUIRE(to_pem(*pem) == to_pem(key));
    REQUIRE(key_hint(*pem) == to_base64(digest_of(key.spki()).bytes()));
    REQUIRE_FALSE(test::signer_of(type).public_key() ==
                  test::new_signer(KeyType::Ed25519)->public_key());
}

TEST_CASE("key types have the names that messages use, and their sizes", "[public_key]") {
    struct Row {
        KeyType type;
        const char* name;
        std::size_t bits;
    };
    const auto row = GENERATE(values<Row>({{KeyType::EcdsaP256, "ECDSA P-256", 256},
                                           {KeyType::EcdsaP384, "ECDSA P-384", 384},
                                           {KeyType::EcdsaP521, "ECDSA P-521", 521},
                                           {KeyType::Ed25519, "Ed25519", 256},
                                           {KeyType::Rsa, "RSA", 2048}}));
    REQUIRE(to_string(row.type) == row.name);
    REQUIRE(test::signer_of(row.type).public_key().bits() == row.bits);
}

TEST_CASE("the key of RFC 8410 section 10.1 is its 32 bytes", "[public_key]") {
    const std::string pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
        "-----END PUBLIC KEY-----\n";
    const auto key = parse_pem(pem);
    REQUIRE_OK(key);
    REQUIRE(to_hex(key->ed25519()) ==
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
    REQUIRE(to_pem(*key) == pem);
    const auto raw = ed25519_public_key(key->ed25519());
    REQUIRE_OK(raw);
    REQUIRE(*raw == *key);
}

TEST_CASE("keys of other kinds and in other forms are refused by name", "[public_key]") {
    struct Row {
        const char* why;
        Buffer der;
    };
    const Buffer p256 = ec_spki("prime256v1");
    const auto row = GENERATE_COPY(values<Row>({
        {"elliptic curve is not P-256, P-384 or P-521", ec_spki("secp224r1")},
        {"elliptic curve is not P-256, P-384 or P-521", ec_spki("secp256k1")},
        {"elliptic curve is not P-256, P-384 or P-521", ec_spki("brainpoolP256r1")},
        {"elliptic curve key is not in its plain form", ec_spki("prime256v1", "compressed")},
        {"elliptic curve key is not in its plain form", ec_spki("secp384r1", "compressed")},
        {"elliptic curve key is not in its plain form", ec_spki("secp521r1", "compressed")},
        {"elliptic curve key is not in its plain form", ec_spki("prime256v1", "hybrid")},
        {"elliptic curve key is not in its plain form", ec_spki("secp384r1", "hybrid")},
        {"key type is not ECDSA, Ed25519 or RSA", test::other_spki("X25519")},
        {"key type is not ECDSA, Ed25519 or RSA", test::other_spki("ED448")},
        {"key type is not ECDSA, Ed25519 or RSA", test::other_spki("RSA-PSS")},
        {"public key has bytes after its end", joined(p256, Buffer{0})},
        {"public key has bytes after its end", joined(p256, p256)},
        {"not a public key in SubjectPublicKeyInfo form", to_buffer(Bytes(p256).first(90))},
        {"not a public key in SubjectPublicKeyInfo form", {}},
        {"not a public key in SubjectPublicKeyInfo form", to_buffer("junk")},
        {"public key is too large", Buffer(2049)},
    }));
    CAPTURE(row.why, to_hex(row.der));
    const auto key = parse_public_key_der(row.der);
    REQUIRE_REFUSED(key, row.why);
    REQUIRE_FAULT(key, Fault::Malformed);
}

// CVE-2020-0601: a known curve with a generator of the attacker's choice.
TEST_CASE("a curve with explicit parameters is refused, its own or changed ones", "[public_key]") {
    Buffer der = ec_spki("prime256v1", "uncompressed", "explicit");
    REQUIRE_REFUSED(parse_public_key_der(der), "elliptic curve is not named");
    constexpr std::ptrdiff_t kPoint = 65;
    const std::uint8_t generator[] = {0x04, 0x6B, 0x17, 0xD1, 0xF2};
    const auto at = std::search(der.begin(), der.end(), std::begin(generator), std::end(generator));
    REQUIRE(at != der.end());
    std::copy(der.end() - kPoint, der.end(), at);
    REQUIRE_REFUSED(parse_public_key_der(der), "elliptic curve is not named");
}

TEST_CASE("a point off its curve is refused", "[public_key]") {
    Buffer der = ec_spki("prime256v1");
    der.back() ^= 1;
    REQUIRE_REFUSED(parse_public_key_der(der), "not a public key in SubjectPublicKeyInfo form");
}

TEST_CASE("a key that is decoded later is the same key", "[public_key]") {
    const KeyType type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                                  KeyType::Ed25519, KeyType::Rsa);
    const Buffer der = type == KeyType::Rsa ? rsa_spki(2048, 65537)
                                            : to_buffer(test::signer_of(type).public_key().spki());
    const PublicKey now = parse_public_key_der(der).value();
    const auto later = parse_public_key_later(der);
    REQUIRE_OK(later);
    REQUIRE(*later == now);
    REQUIRE(later->type() == now.type());
    REQUIRE(later->bits() == now.bits());
    const PublicKey copy = *later;
    REQUIRE(later->is_sound());
    REQUIRE(copy.openssl() == later->openssl());
    REQUIRE((later->openssl() == nullptr) == (type == KeyType::Ed25519));
}

TEST_CASE("a key that is decoded later is found to be no point when it is used", "[public_key]") {
    Buffer der = GENERATE(ec_spki("prime256v1"), ec_spki("secp384r1"), ec_spki("secp521r1"));
    der.back() ^= 1;
    const auto key = parse_public_key_later(der);
    REQUIRE_OK(key);
    REQUIRE_FALSE(key->is_sound());
    REQUIRE(key->openssl() == nullptr);
    REQUIRE_FALSE(PublicKey(*key).is_sound());
}

TEST_CASE("a key in another form is not left for later", "[public_key]") {
    REQUIRE_REFUSED(parse_public_key_later(ec_spki("prime256v1", "compressed")),
                    "elliptic curve key is not in its plain form");
    REQUIRE_REFUSED(parse_public_key_later(rsa_spki(1024, 65537)),
                    "RSA key is not of 2048 to 8192 bits");
    REQUIRE_REFUSED(parse_public_key_later(to_buffer("junk")),
                    "not a public key in SubjectPublicKeyInfo form");
    REQUIRE_REFUSED(parse_public_key_later(Buffer(2049)), "public key is too large");
}

TEST_CASE("a second DER spelling of the same RSA key is refused", "[public_key]") {
    // The lengths of the two outer structures in one byte more than they need.
    const Buffer der = rsa_spki(2048, 65537);
    Buffer longer = der;
    REQUIRE(longer[1] == 0x82);
    longer[1] = 0x83;
    longer.insert(longer.begin() + 2, 0);
    REQUIRE_REFUSED(parse_public_key_der(longer), "public key is not in its plain DER form");
}

TEST_CASE("RSA keys are bounded on both sides", "[public_key]") {
    const std::size_t bits = GENERATE(as<std::size_t>{}, 2048, 2049, 3072, 4096, 8192);
    const auto key = parse_public_key_der(rsa_spki(bits, 65537));
    REQUIRE_OK(key);
    REQUIRE(key->bits() == bits);
    REQUIRE(key->type() == KeyType::Rsa);
    REQUIRE_OK(parse_public_key_der(rsa_spki(bits, 3)));
    const std::size_t outside = GENERATE(as<std::size_t>{}, 1024, 2047, 8193);
    REQUIRE_REFUSED(parse_public_key_der(rsa_spki(outside, 65537)),
                    "RSA key is not of 2048 to 8192 bits");
}

TEST_CASE("RSA exponents are odd and at least 3", "[public_key]") {
    const std::uint64_t exponent = GENERATE(as<std::uint64_t>{}, 0, 1, 2, 65536);
    CAPTURE(exponent);
    REQUIRE_REFUSED(parse_public_key_der(rsa_spki(2048, exponent)),
                    "RSA exponent is not an odd number of at least 3");
}

// C2SP/CCTV ed25519 and RFC 8032 section 5.1.3: what is no point, or none that may sign.
TEST_CASE("Ed25519 keys of small order, off the curve or not canonical are refused",
          "[public_key]") {
    const auto* const raw = GENERATE(
        "0000000000000000000000000000000000000000000000000000000000000000",   // order 4
        "0100000000000000000000000000000000000000000000000000000000000000",   // identity
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // order 2
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",   // order 8
        "0100000000000000000000000000000000000000000000000000000000000080",   // -0
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // p + 1
        "0200000000000000000000000000000000000000000000000000000000000000",   // off the curve
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");  // beyond p
    CAPTURE(raw);
    REQUIRE_REFUSED(ed25519_public_key(parse_hex(raw).value()), "Ed25519 key is no valid point");
}

TEST_CASE("Ed25519 keys have 32 bytes and nothing behind them", "[public_key]") {
    const Bytes raw = test::signer_of(KeyType::Ed25519).public_key().ed25519();
    REQUIRE_REFUSED(ed25519_public_key(raw.first(31)), "Ed25519 key is not 32 bytes long");
    REQUIRE_REFUSED(ed25519_public_key(joined(raw, Buffer{0})), "Ed25519 key is not 32 bytes long");
    REQUIRE_REFUSED(ed25519_public_key({}), "Ed25519 key is not 32 bytes long");
    // With NULL parameters, which RFC 8410 section 3 forbids, it is a second spelling.
    Writer with_null;
    const std::uint8_t head[] = {0x30, 0x2C, 0x30, 0x07, 0x06, 0x03, 0x2B,
                                 0x65, 0x70, 0x05, 0x00, 0x03, 0x21, 0x00};
    with_null.put(Bytes(head)).put(raw);
    REQUIRE_FAULT(parse_public_key_der(with_null.bytes()), Fault::Malformed);
}

TEST_CASE("white space around one PEM block is all that is tolerated", "[public_key]") {
    const std::string pem = to_pem(test::signer_of(KeyType::EcdsaP256).public_key());
    std::string crlf;
    for (const char c : pem) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    REQUIRE_OK(parse_pem("\n \t" + pem + "\n\n"));
    REQUIRE_OK(parse_pem(crlf));
    REQUIRE_OK(parse_pem(pem.substr(0, pem.size() - 1)));
}

TEST_CASE("PEM files that are not one public key are refused for the right reason",
          "[public_key]") {
    const PublicKey key = test::signer_of(KeyType::EcdsaP256).public_key();
    const std::string pem = to_pem(key);
    const char* const not_one = "not one PEM block of type PUBLIC KEY";
    struct Row {
        const char* why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {not_one, ""},
        {not_one, "-----BEGIN PUBLIC KEY-----"},
        {not_one, "-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----"},
        {not_one, "junk\n" + pem},
        {not_one, pem + "junk"},
        {not_one, pem_with("RSA PUBLIC KEY", key.spki())},
        {not_one, to_base64(key.spki())},
        {not_one, pem.substr(1)},
        {"this is a private key, a public key is needed", pem_with("PRIVATE KEY", key.spki())},
        {"this is a private key, a public key is needed",
         pem_with("ENCRYPTED SIGSTORE PRIVATE KEY", key.spki())},
        {"this is a private key, a public key is needed", pem + pem_with("PRIVATE KEY", {})},
        {"this is a certificate, a public key is needed",
         pem_with("CERTIFICATE", test::new_certificate().der)},
        {"not a public key in SubjectPublicKeyInfo form",
         pem_with("PUBLIC KEY", test::new_certificate().der)},
        {"not a public key in SubjectPublicKeyInfo form", pem_with("PUBLIC KEY", {})},
        {"public key has bytes after its end",
         pem_with("PUBLIC KEY", joined(key.spki(), Buffer{0}))},
        {"public key file is too large", pem + std::string(4096, '\n')},
        {"base64 is not padded", pem + pem},
        {"base64 has a character outside its alphabet",
         "-----BEGIN PUBLIC KEY-----\nProc-Type: 4\n\n" + pem.substr(27)},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_pem(row.text), row.why);
}
