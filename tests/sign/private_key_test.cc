#include "sign/private_key.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <cstdio>

using namespace boltseal;

namespace {

constexpr auto kTypes = {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                         KeyType::Ed25519};

Buffer pkcs8_of(KeyType type) {
    return to_buffer(generate_key(type).value()->to_pkcs8().value().bytes());
}

struct Answer {
    int status;
    std::string text;
};

// Runs a command line of fixed words, a path of ours among them.
Answer run(const std::string& command) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
    return {::pclose(pipe), text};
}

}  // namespace

TEST_CASE("keys of every type come back from PKCS#8", "[private_key]") {
    const KeyType type = GENERATE(values(kTypes));
    const auto key = generate_key(type);
    REQUIRE_OK(key);
    REQUIRE((*key)->public_key().type() == type);
    const auto again = parse_pkcs8((*key)->to_pkcs8().value().bytes());
    REQUIRE_OK(again);
    REQUIRE((*again)->public_key() == (*key)->public_key());
}

TEST_CASE("RSA keys are not made", "[private_key]") {
    const auto key = generate_key(KeyType::Rsa);
    REQUIRE_FAULT(key, Fault::Config);
    REQUIRE_REFUSED(key, "RSA keys are verified but not made");
}

TEST_CASE("what is no PKCS#8 key of ours is refused by name", "[private_key]") {
    const Buffer good = pkcs8_of(KeyType::EcdsaP256);
    Buffer longer = good;
    longer.push_back(0);
    const Buffer sec1(good.begin() + 29, good.end());  // what the octet string of PKCS#8 holds
    REQUIRE_OK(parse_pkcs8(good));

    struct Row {
        const char* why;
        Buffer der;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"private key has bytes after its end", longer},
        {"private key is not PKCS#8", {}},
        {"private key is not PKCS#8", Buffer(good.begin(), good.end() - 1)},
        {"private key is not PKCS#8", {0x30, 0x80}},
        {"private key is not PKCS#8", {0x30, 0xff, 0x02, 0x01}},
        {"private key is larger than 8192 bytes", Buffer(8193)},
        {"private key is in SEC1 form, not PKCS#8", sec1},
        {"private key is in PKCS#1 form, not PKCS#8",
         parse_hex("301b020100020211a302030100010201050201030201050201010201020000").value()},
        {"private key is neither ECDSA nor Ed25519",  // RSA, and what is inside is not looked at
         parse_hex("3014020100300d06092a864886f70d01010105000400").value()},
        {"Ed25519 private key is not in the form of RFC 8410",
         parse_hex("300d020100300506032b6570040100").value()},
    }));
    CAPTURE(row.why, to_hex(row.der));
    REQUIRE_FAULT(parse_pkcs8(row.der), Fault::Malformed);
    REQUIRE_REFUSED(parse_pkcs8(row.der), row.why);
}

TEST_CASE("openssl reads our keys and verifies what they sign", "[private_key]") {
    if (run("openssl version").status != 0) SKIP("no openssl command");
    const KeyType type = GENERATE(values(kTypes));
    const test::TempFolder folder;
    const auto key = generate_key(type);
    REQUIRE_OK(key);
    const PublicKey& by = (*key)->public_key();
    const Buffer message = to_buffer("hello world");
    REQUIRE_OK(write_file(folder / "key", (*key)->to_pkcs8().value().bytes(), FileMode::Private));
    REQUIRE_OK(write_file(folder / "pub", as_bytes(to_pem(by))));
    REQUIRE_OK(write_file(folder / "message", message));
    REQUIRE_OK(write_file(folder / "sig", (*key)->sign(message).value()));

    const std::string in = folder.path().string() + "/";
    const Answer read = run("openssl pkey -inform DER -in " + in + "key -pubout");
    REQUIRE(read.text == to_pem(by));
    const Answer verified =
        type == KeyType::Ed25519
            ? run("openssl pkeyutl -verify -rawin -pubin -inkey " + in + "pub -in " + in +
                  "message -sigfile " + in + "sig")
            : run("openssl dgst -" + std::string(to_string(hash_of(default_algorithm(by)))) +
                  " -verify " + in + "pub -signature " + in + "sig " + in + "message");
    CAPTURE(verified.text);
    REQUIRE(verified.status == 0);
}
