#include "sign/key_file.h"

#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "core/pem.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <system_error>

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 10;
constexpr std::string_view kLabel = "ENCRYPTED SIGSTORE PRIVATE KEY";
constexpr std::string_view kOldLabel = "ENCRYPTED COSIGN PRIVATE KEY";
constexpr std::string_view kPlainLabel = "PRIVATE KEY";
constexpr std::string_view kSec1Label = "EC PRIVATE KEY";
constexpr std::size_t kSaltSize = 32;

// The names and ranges of RFC 7914 section 2. Memory is 128 * r * N, and 128 * r * p.
struct ScryptParameters {
    std::uint64_t N = 65536;  // what cosign writes
    std::uint32_t r = 8;
    std::uint32_t p = 1;
};
constexpr std::uint64_t kMaxMemory = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxParallel = 16;  // each costs as much time as the first
constexpr std::uint64_t kMaxBlock = 64;

Error refused_key_file(std::string message) {
    return {Fault::Config, std::move(message)};
}

struct Pem {
    std::string_view label;
    std::string body;  // base64; a secret in a file that is not encrypted

    Pem() = default;
    Pem(Pem&&) = default;
    Pem& operator=(Pem&&) = default;
    ~Pem() { wipe(body); }
};

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool is_label(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
    });
}

// Exactly one block (RFC 7468 section 3) with nothing but white space around it.
Result<Pem> parse_key_pem(Bytes bytes) {
    constexpr std::string_view kBegin = "-----BEGIN ";
    constexpr std::string_view kDashes = "-----";
    if (bytes.size() > kMaxFile) return refused_key_file("larger than 65536 bytes");
    std::string_view text = trim(as_text(bytes));
    if (!text.starts_with(kBegin)) return refused_key_file("not a PEM file");
    text.remove_prefix(kBegin.size());
    Pem pem;
    pem.label = text.substr(0, std::min(text.find(kDashes), text.size()));
    if (!is_label(pem.label) || pem.label.size() == text.size()) {
        return refused_key_file("not a PEM file");
    }
    text.remove_prefix(pem.label.size() + kDashes.size());

    const std::string end = "-----END " + std::string(pem.label) + "-----";
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return refused_key_file("PEM block has no end");
    if (at + end.size() != text.size()) return refused_key_file("bytes after the PEM block");
    pem.body.reserve(at);  // so that it does not grow and leave copies behind
    for (char c : text.substr(0, at)) {
        if (!is_space(c)) pem.body += c;
    }
    return pem;
}

// Base64 of something secret: parse_base64 into memory that is wiped.
Result<Secret> parse_secret_base64(std::string_view text) {
    Secret out(text.size());
    std::size_t size = 0;
    if (sodium_base642bin(out.writable().data(), out.size(), text.data(), text.size(), nullptr,
                          &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return refused_key_file("not valid base64");
    }
    out.shrink(size);
    return out;
}

Result<Buffer> bytes_at(const Json& json, std::string_view name, std::size_t size) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    auto bytes = parse_base64(*text);
    if (!bytes) return std::move(bytes).error().context("'" + std::string(name) + "'");
    if (size != 0 && bytes->size() != size) {
        return refused_key_file("'" + std::string(name) + "' is not " + std::to_string(size) +
                                " bytes long");
    }
    return bytes;
}

Result<void> check_name(const Json& json, const char* what, std::string_view expected) {
    BOLTSEAL_TRY(const std::string* name, json.string_at("name"));
    if (*name == expected) return {};
    return refused_key_file(std::string(what) + " is not " + std::string(expected));
}

// Bounded before scrypt sees them: the file decides how much memory and time it costs to say no.
Result<ScryptParameters> parse_parameters(const Json& json) {
    BOLTSEAL_CHECK(json.only({"N", "r", "p"}));
    BOLTSEAL_TRY(const std::uint64_t N, json.uint_at("N"));
    BOLTSEAL_TRY(const std::uint64_t r, json.uint_at("r"));
    BOLTSEAL_TRY(const std::uint64_t p, json.uint_at("p"));
    if (N < 2 || !std::has_single_bit(N)) return refused_key_file("scrypt N is not a power of two");
    if (r < 1 || r > kMaxBlock) return refused_key_file("scrypt r is not between 1 and 64");
    if (p < 1 || p > kMaxParallel) return refused_key_file("scrypt p is not between 1 and 16");
    if (N > kMaxMemory / (128 * r)) return refused_key_file("scrypt would need more than 256 MiB");
    return ScryptParameters{N, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(p)};
}

// What the file says but for the ciphertext: all that is needed to open or close it.
struct Box {
    ScryptParameters scrypt;
    Buffer salt;
    Buffer nonce;
    Buffer ciphertext;
};

Result<Box> parse_box(const Json& json) {
    Box box;
    BOLTSEAL_CHECK(json.only({"kdf", "cipher", "ciphertext"}));
    BOLTSEAL_TRY(const Json* kdf, json.object_at("kdf"));
    BOLTSEAL_CHECK(kdf->only({"name", "params", "salt"}));
    BOLTSEAL_CHECK(check_name(*kdf, "key derivation", "scrypt"));
    BOLTSEAL_TRY(const Json* params, kdf->object_at("params"));
    BOLTSEAL_TRY(box.scrypt, parse_parameters(*params));
    BOLTSEAL_TRY(box.salt, bytes_at(*kdf, "salt", kSaltSize));
    BOLTSEAL_TRY(const Json* cipher, json.object_at("cipher"));
    BOLTSEAL_CHECK(cipher->only({"name", "nonce"}));
    BOLTSEAL_CHECK(check_name(*cipher, "cipher", "nacl/secretbox"));
    BOLTSEAL_TRY(box.nonce, bytes_at(*cipher, "nonce", crypto_secretbox_NONCEBYTES));
    BOLTSEAL_TRY(box.ciphertext, bytes_at(json, "ciphertext", 0));
    if (box.ciphertext.size() <= crypto_secretbox_MACBYTES) {
        return refused_key_file("ciphertext is cut off");
    }
    return box;
}

Json to_json(const Box& box) {
    const ScryptParameters& scrypt = box.scrypt;
    const Json params = Json::object(
        {{"N", scrypt.N}, {"r", std::uint64_t{scrypt.r}}, {"p", std::uint64_t{scrypt.p}}});
    return Json::object(
        {{"kdf",
          Json::object({{"name", "scrypt"}, {"params", params}, {"salt", to_base64(box.salt)}})},
         {"cipher", Json::object({{"name", "nacl/secretbox"}, {"nonce", to_base64(box.nonce)}})},
         {"ciphertext", to_base64(box.ciphertext)}});
}

Result<Secret> derive_key(const Box& box, const Secret& passphrase) {
    Secret key(crypto_secretbox_KEYBYTES);
    if (crypto_pwhash_scryptsalsa208sha256_ll(
            passphrase.bytes().data(), passphrase.size(), box.salt.data(), box.salt.size(),
            box.scrypt.N, box.scrypt.r, box.scrypt.p, key.writable().data(), key.size()) != 0) {
        return Error(Fault::Io, "not enough memory for scrypt");
    }
    return key;
}

Result<Secret> open_box(const Box& box, const Secret& passphrase) {
    BOLTSEAL_TRY(const Secret key, derive_key(box, passphrase));
    Secret plain(box.ciphertext.size() - crypto_secretbox_MACBYTES);
    if (crypto_secretbox_open_easy(plain.writable().data(), box.ciphertext.data(),
                                   box.ciphertext.size(), box.nonce.data(),
                                   key.bytes().data()) != 0) {
        return refused_key_file("wrong passphrase, or the key file is damaged");
    }
    return plain;
}

Result<Secret> decrypt(std::string_view body, const Secret& passphrase) {
    BOLTSEAL_TRY(const Buffer text, parse_base64(body));
    BOLTSEAL_TRY(const Json json, parse_json(Bytes(text), {.max_bytes = kMaxFile, .max_depth = 4}));
    BOLTSEAL_TRY(const Box box, parse_box(json));
    return open_box(box, passphrase);
}

Result<Secret> parse_der(const Pem& pem, const Secret& passphrase, PlainKeys plain) {
    if (pem.label == kLabel || pem.label == kOldLabel) return decrypt(pem.body, passphrase);
    if (pem.label == kSec1Label) return refused_key_file("private key is in SEC1 form, not PKCS#8");
    if (pem.label != kPlainLabel) {
        return refused_key_file("a PEM block '" + std::string(pem.label.substr(0, 64)) +
                                "' is no private key that can be read");
    }
    if (plain == PlainKeys::Refuse) return refused_key_file("private key is not encrypted");
    return parse_secret_base64(pem.body);
}

Result<std::unique_ptr<PrivateKey>> parse_block(Bytes bytes, const Secret& passphrase,
                                                PlainKeys plain) {
    BOLTSEAL_TRY(const Pem pem, parse_key_pem(bytes));
    BOLTSEAL_TRY(const Secret der, parse_der(pem, passphrase, plain));
    return parse_pkcs8(der.bytes());
}

}  // namespace

Result<std::unique_ptr<PrivateKey>> parse_key_file(Bytes pem, const Secret& passphrase,
                                                   PlainKeys plain) {
    auto key = parse_block(pem, passphrase, plain);
    if (key || key.error().fault() != Fault::Malformed) return key;
    // A key file is something that a person names and can put right, unlike evidence.
    return std::move(key).error().as(Fault::Config);
}

Result<std::string> encode_key_file(const PrivateKey& key, const Secret& passphrase) {
    BOLTSEAL_TRY(const Secret der, key.to_pkcs8());
    Box box{.scrypt = {},
            .salt = Buffer(kSaltSize),
            .nonce = Buffer(crypto_secretbox_NONCEBYTES),
            .ciphertext = Buffer(crypto_secretbox_MACBYTES + der.size())};
    randombytes_buf(box.salt.data(), box.salt.size());
    randombytes_buf(box.nonce.data(), box.nonce.size());
    BOLTSEAL_TRY(const Secret box_key, derive_key(box, passphrase));
    if (crypto_secretbox_easy(box.ciphertext.data(), der.bytes().data(), der.size(),
                              box.nonce.data(), box_key.bytes().data()) != 0) {
        return Error(Fault::Io, "libsodium cannot encrypt the key");
    }
    return to_pem(kLabel, as_bytes(to_json(to_json(box))));
}

bool wants_passphrase(Bytes pem) {
    const auto parsed = parse_key_pem(pem);
    return parsed && (parsed->label == kLabel || parsed->label == kOldLabel);
}

Result<std::unique_ptr<PrivateKey>> load_signer(const std::filesystem::path& path,
                                                const Secret& passphrase, PlainKeys plain) {
    BOLTSEAL_TRY(Buffer pem, read_file(path, kMaxFile));
    auto key = parse_key_file(pem, passphrase, plain);
    wipe(pem);
    if (key) return key;
    return std::move(key).error().context("key file '" + path.string() + "'");
}

Result<void> save_signer(const std::filesystem::path& path, const PrivateKey& key,
                         const Secret& passphrase) {
    BOLTSEAL_TRY(const std::string pem, encode_key_file(key, passphrase));
    return create_file(path, as_bytes(pem), FileMode::Private);
}

Result<void> check_key_file_mode(const std::filesystem::path& path) {
    using std::filesystem::perms;
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        return Error(Fault::Missing, "'" + path.string() + "' does not exist");
    }
    constexpr perms kOthers =
        perms::group_read | perms::group_write | perms::others_read | perms::others_write;
    if ((status.permissions() & kOthers) == perms::none) return {};
    return refused_key_file("key file '" + path.string() + "' is open to others than its owner")
        .with_hint("chmod 600 '" + path.string() + "'");
}

}  // namespace boltseal
