#include "sign/key_file.h"

#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vectors.h"

#include <sodium.h>

#include <array>

using namespace boltseal;

namespace {

constexpr std::string_view kLabel = "ENCRYPTED SIGSTORE PRIVATE KEY";

Secret secret(std::string_view text) {
    return Secret::copy_of(as_bytes(text));
}

std::string pem(std::string_view label, std::string_view text) {
    return "-----BEGIN " + std::string(label) + "-----\n" + to_base64(as_bytes(text)) +
           "\n-----END " + std::string(label) + "-----\n";
}

// The format once more, by hand and with the cheapest scrypt there is; passphrase "p".
std::string seal_json(Bytes plain) {
    start_sodium();
    const Buffer salt(32, 1);
    const Buffer nonce(24, 2);
    std::array<std::uint8_t, 32> key;
    const std::array<std::uint8_t, 1> passphrase = {'p'};
    REQUIRE(crypto_pwhash_scryptsalsa208sha256_ll(passphrase.data(), passphrase.size(), salt.data(),
                                                  salt.size(), 2, 8, 1, key.data(),
                                                  key.size()) == 0);
    Buffer sealed(plain.size() + crypto_secretbox_MACBYTES);
    crypto_secretbox_easy(sealed.data(), plain.data(), plain.size(), nonce.data(), key.data());
    return R"({"kdf":{"name":"scrypt","params":{"N":2,"r":8,"p":1},"salt":")" + to_base64(salt) +
           R"("},"cipher":{"name":"nacl/secretbox","nonce":")" + to_base64(nonce) +
           R"("},"ciphertext":")" + to_base64(sealed) + R"("})";
}

Secret pkcs8() {
    return generate_key(KeyType::EcdsaP256).value()->to_pkcs8().value();
}

std::string good_json() {
    return seal_json(pkcs8().bytes());
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Result<std::unique_ptr<PrivateKey>> parse(std::string_view text,
                                          PlainKeys plain = PlainKeys::Refuse) {
    return parse_key_file(as_bytes(text), secret("p"), plain);
}

}  // namespace

TEST_CASE("a key file opens with its passphrase and no other", "[key_file]") {
    const KeyType type = GENERATE(KeyType::EcdsaP256, KeyType::Ed25519);
    const auto key = generate_key(type);
    REQUIRE_OK(key);
    const auto file = encode_key_file(**key, secret("hunter2"));
    REQUIRE_OK(file);
    REQUIRE(wants_passphrase(as_bytes(*file)));
    const auto again = parse_key_file(as_bytes(*file), secret("hunter2"));
    REQUIRE_OK(again);
    REQUIRE((*again)->public_key() == (*key)->public_key());
    REQUIRE(equal((*again)->to_pkcs8().value().bytes(), (*key)->to_pkcs8().value().bytes()));

    const auto wrong = parse_key_file(as_bytes(*file), secret("hunter3"));
    REQUIRE_FAULT(wrong, Fault::Config);
    REQUIRE_REFUSED(wrong, "wrong passphrase, or the key file is damaged");
    REQUIRE_REFUSED(parse_key_file(as_bytes(*file), secret("")),
                    "wrong passphrase, or the key file is damaged");
}

TEST_CASE("an empty passphrase is legal", "[key_file]") {
    const auto key = generate_key(KeyType::Ed25519);
    REQUIRE_OK(key);
    const auto file = encode_key_file(**key, Secret(0));
    REQUIRE_OK(file);
    REQUIRE_OK(parse_key_file(as_bytes(*file), Secret(0)));
}

TEST_CASE("key files look as cosign writes them", "[key_file]") {
    const auto key = generate_key(KeyType::EcdsaP256);
    REQUIRE_OK(key);
    const std::string file = encode_key_file(**key, secret("p")).value();
    REQUIRE(file.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    REQUIRE(file.ends_with("\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    std::string body;
    for (std::size_t at = file.find('\n') + 1; file[at] != '-';) {
        const std::size_t end = file.find('\n', at);
        REQUIRE(end - at <= 64);
        REQUIRE((end - at == 64 || file[end + 1] == '-'));
        body += file.substr(at, end - at);
        at = end + 1;
    }
    const Buffer bytes = parse_base64(body).value();
    const std::string_view json = as_text(bytes);
    REQUIRE(
        json.starts_with(R"({"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":")"));
    REQUIRE(parse_base64(*parse_json(json)->find("ciphertext")->as_string())->size() == 138 + 16);
}

TEST_CASE("every key file has its own salt and nonce", "[key_file]") {
    const auto key = generate_key(KeyType::Ed25519);
    REQUIRE_OK(key);
    const auto random_parts = [&] {
        const std::string file = encode_key_file(**key, secret("p")).value();
        std::string body = file.substr(kLabel.size() + 17, file.size() - 2 * kLabel.size() - 32);
        std::erase(body, '\n');
        const Json json = parse_json(Bytes(parse_base64(body).value())).value();
        return std::pair(*json.find("kdf")->find("salt")->as_string(),
                         *json.find("cipher")->find("nonce")->as_string());
    };
    const auto first = random_parts();
    const auto second = random_parts();
    REQUIRE(first.first != second.first);
    REQUIRE(first.second != second.second);
}

TEST_CASE("cosign's own key opens and has cosign's public key", "[key_file]") {
    const auto folder = test::require_vectors("cosign");
    const auto key = load_signer(folder / "cosign.key", secret("boltseal"));
    REQUIRE_OK(key);
    const Buffer expected = read_file(folder / "cosign.pub", 4096).value();
    REQUIRE(to_pem((*key)->public_key()) == as_text(expected));
    REQUIRE_REFUSED(load_signer(folder / "cosign.key", secret("Boltseal")),
                    "key file '" + (folder / "cosign.key").string() +
                        "': wrong passphrase, or the key file is damaged");
}

TEST_CASE("both labels of cosign are read, and white space around a block", "[key_file]") {
    const std::string json = good_json();
    REQUIRE_OK(parse(pem(kLabel, json)));
    REQUIRE_OK(parse(pem("ENCRYPTED COSIGN PRIVATE KEY", json)));
    REQUIRE(wants_passphrase(as_bytes(pem("ENCRYPTED COSIGN PRIVATE KEY", json))));
    REQUIRE_OK(parse("\n " + pem(kLabel, json) + "\r\n\n"));
}

TEST_CASE("key files are refused for the right reason", "[key_file]") {
    const std::string json = good_json();
    const std::string good = pem(kLabel, json);
    REQUIRE_OK(parse(good));
    const auto edited = [&](std::string_view from, std::string_view to) {
        return pem(kLabel, replaced(json, from, to));
    };
    const std::string ciphertext = *parse_json(json)->find("ciphertext")->as_string();
    struct Row {
        const char* why;
        std::string file;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"larger than 65536 bytes", good + std::string(65536, '\n')},
        {"not a PEM file", ""},
        {"not a PEM file", "x" + good},
        {"not a PEM file", replaced(good, "-----BEGIN ENC", "-----BEGIN enc")},
        {"not a PEM file", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY"},
        {"PEM block has no end", replaced(good, "-----END ENC", "-----END DEC")},
        {"PEM block has no end", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----"},
        {"bytes after the PEM block", good + "x"},
        {"bytes after the PEM block", good + good},
        {"base64 has a character outside its alphabet", replaced(good, "\n", "\n!!!!")},
        {"a PEM block 'PUBLIC KEY' is no private key that can be read", pem("PUBLIC KEY", json)},
        {"a PEM block 'ENCRYPTED PRIVATE KEY' is no private key that can be read",
         pem("ENCRYPTED PRIVATE KEY", json)},
        {"private key is in SEC1 form, not PKCS#8", pem("EC PRIVATE KEY", json)},
        {"private key is not encrypted", pem("PRIVATE KEY", as_text(pkcs8().bytes()))},
        {"not valid JSON: key appears twice", edited("{\"name\"", "{\"name\":\"x\",\"name\"")},
        {"unknown member 'extra'", edited("{\"kdf\"", "{\"extra\":1,\"kdf\"")},
        {"unknown member 'extra'", edited("\"salt\"", "\"extra\":1,\"salt\"")},
        {"unknown member 'extra'", edited("\"nonce\"", "\"extra\":1,\"nonce\"")},
        {"unknown member 'extra'", edited("\"N\"", "\"extra\":1,\"N\"")},
        {"'N' is missing", edited("\"N\":2,", "")},
        {"key derivation is not scrypt", edited("\"scrypt\"", "\"argon2id\"")},
        {"cipher is not nacl/secretbox", edited("nacl/secretbox", "nacl/box")},
        {"scrypt N is not a power of two", edited("\"N\":2", "\"N\":0")},
        {"scrypt N is not a power of two", edited("\"N\":2", "\"N\":1")},
        {"scrypt N is not a power of two", edited("\"N\":2", "\"N\":65537")},
        {"scrypt r is not between 1 and 64", edited("\"r\":8", "\"r\":0")},
        {"scrypt r is not between 1 and 64", edited("\"r\":8", "\"r\":65")},
        {"scrypt p is not between 1 and 16", edited("\"p\":1", "\"p\":0")},
        {"scrypt p is not between 1 and 16", edited("\"p\":1", "\"p\":17")},
        {"scrypt would need more than 256 MiB", edited("\"N\":2", "\"N\":524288")},
        {"scrypt would need more than 256 MiB", edited("\"N\":2", "\"N\":9223372036854775808")},
        {"scrypt would need more than 256 MiB", edited("\"N\":2,\"r\":8", "\"N\":65536,\"r\":33")},
        {"'salt' is not 32 bytes long", edited("\"salt\":\"AQEB", "\"salt\":\"")},
        {"'nonce' is not 24 bytes long", edited("\"nonce\":\"AgIC", "\"nonce\":\"")},
        {"'salt': base64 has a character outside its alphabet",
         edited("\"salt\":\"A", "\"salt\":\"!")},
        {"ciphertext is cut off", edited(ciphertext, "")},
        {"ciphertext is cut off", edited(ciphertext, to_base64(Buffer(16)))},
        {"wrong passphrase, or the key file is damaged",
         edited(ciphertext, ciphertext.substr(0, ciphertext.size() - 4))},
        {"wrong passphrase, or the key file is damaged", edited("\"N\":2", "\"N\":4")},
    }));
    CAPTURE(row.why, row.file);
    const auto key = parse(row.file);
    REQUIRE_FAULT(key, Fault::Config);
    REQUIRE_REFUSED(key, row.why);
}

TEST_CASE("what is inside a key file is a PKCS#8 key and nothing else", "[key_file]") {
    const Buffer good = to_buffer(pkcs8().bytes());
    Buffer longer = good;
    longer.push_back(0);
    struct Row {
        const char* why;
        Buffer plain;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"private key is in SEC1 form, not PKCS#8", Buffer(good.begin() + 29, good.end())},
        {"private key has bytes after its end", longer},
        {"private key is not PKCS#8", to_buffer("nonsense")},
        {"private key is neither ECDSA nor Ed25519",
         parse_hex("3014020100300d06092a864886f70d01010105000400").value()},
    }));
    CAPTURE(row.why);
    const auto key = parse(pem(kLabel, seal_json(row.plain)));
    REQUIRE_FAULT(key, Fault::Config);
    REQUIRE_REFUSED(key, row.why);
}

TEST_CASE("unencrypted keys are read only when that is asked for", "[key_file]") {
    const auto key = generate_key(KeyType::Ed25519);
    REQUIRE_OK(key);
    const Secret der = (*key)->to_pkcs8().value();
    const std::string file = pem("PRIVATE KEY", as_text(der.bytes()));
    REQUIRE_FALSE(wants_passphrase(as_bytes(file)));
    REQUIRE_REFUSED(parse(file), "private key is not encrypted");
    const auto read = parse(file, PlainKeys::Allow);
    REQUIRE_OK(read);
    REQUIRE((*read)->public_key() == (*key)->public_key());
    REQUIRE_REFUSED(parse(replaced(file, "\n", "\n!"), PlainKeys::Allow), "not valid base64");
    REQUIRE_REFUSED(parse(pem("EC PRIVATE KEY", "x"), PlainKeys::Allow),
                    "private key is in SEC1 form, not PKCS#8");
}

TEST_CASE("a saved key is its owner's, and is never written over", "[key_file]") {
    using std::filesystem::perms;
    const test::TempFolder folder;
    const auto path = folder / "signer.key";
    const auto key = generate_key(KeyType::Ed25519);
    REQUIRE_OK(key);
    REQUIRE_OK(save_signer(path, **key, secret("p")));
    REQUIRE(std::filesystem::status(path).permissions() ==
            (perms::owner_read | perms::owner_write));
    REQUIRE_OK(check_key_file_mode(path));
    const auto loaded = load_signer(path, secret("p"));
    REQUIRE_OK(loaded);
    REQUIRE((*loaded)->public_key() == (*key)->public_key());

    const auto again = save_signer(path, **generate_key(KeyType::Ed25519), secret("p"));
    REQUIRE_FAULT(again, Fault::Declined);
    REQUIRE((*load_signer(path, secret("p")))->public_key() == (*key)->public_key());
}

TEST_CASE("a key file that others can read or write is named", "[key_file]") {
    using std::filesystem::perms;
    const test::TempFolder folder;
    const auto path = folder / "signer.key";
    REQUIRE_FAULT(check_key_file_mode(path), Fault::Missing);
    REQUIRE_OK(write_file(path, {}, FileMode::Private));
    const perms open =
        GENERATE(perms::group_read, perms::group_write, perms::others_read, perms::others_write);
    std::filesystem::permissions(path, open, std::filesystem::perm_options::add);
    const auto checked = check_key_file_mode(path);
    REQUIRE_FAULT(checked, Fault::Config);
    REQUIRE_REFUSED(checked, "key file '" + path.string() + "' is open to others than its owner");
    REQUIRE(checked.error().hint() == "chmod 600 '" + path.string() + "'");
}

TEST_CASE("a key file that is not there is missing", "[key_file]") {
    const test::TempFolder folder;
    REQUIRE_FAULT(load_signer(folder / "none", secret("p")), Fault::Missing);
}
