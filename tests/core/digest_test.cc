#include "core/digest.h"

#include "core/encoding.h"
#include "tests/check.h"

#include <algorithm>

using namespace boltseal;

namespace {

constexpr HashAlgorithm kAll[] = {HashAlgorithm::Sha256, HashAlgorithm::Sha384,
                                  HashAlgorithm::Sha512};

}  // namespace

TEST_CASE("digests match the examples of FIPS 180-4", "[digest]") {
    struct Row {
        std::string_view message;
        HashAlgorithm algorithm;
        const char* want;
    };
    const auto row = GENERATE(values<Row>({
        {"", HashAlgorithm::Sha256,
         "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", HashAlgorithm::Sha256,
         "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", HashAlgorithm::Sha256,
         "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abc", HashAlgorithm::Sha384,
         "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
         "8086072ba1e7cc2358baeca134c825a7"},
        {"abc", HashAlgorithm::Sha512,
         "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    }));
    REQUIRE(to_string(digest_of(as_bytes(row.message), row.algorithm)) == row.want);
}

TEST_CASE("parse_digest accepts one spelling only", "[digest]") {
    const std::string hex(64, 'a');
    REQUIRE_OK(parse_digest("sha256:" + hex));

    struct Row {
        const char* why;
        std::string text;
        const char* reason;
    };
    const char* kNone = "digest has no algorithm";
    const char* kOther = "digest is not sha256, sha384 or sha512";
    const char* k64 = "digest must have 64 hex digits";
    const char* kHex = "digest is not lower-case hex";
    const auto row = GENERATE_COPY(values<Row>({
        {"empty", "", kNone},
        {"no algorithm", hex, kNone},
        {"empty algorithm", ":" + hex, kOther},
        {"no digits", "sha256:", k64},
        {"no colon", "sha256" + hex, kNone},
        {"two colons", "sha256::" + hex, k64},
        {"unknown algorithm", "sha1:" + std::string(40, 'a'), kOther},
        {"another family", "sha3-256:" + hex, kOther},
        {"the field's other spelling", "sha-256:" + hex, kOther},
        {"sha512 of a sha256's length", "sha512:" + hex, "digest must have 128 hex digits"},
        {"sha384 of a sha256's length", "sha384:" + hex, "digest must have 96 hex digits"},
        {"sha256 of a sha512's length", "sha256:" + hex + hex, k64},
        {"upper-case algorithm", "SHA256:" + hex, kOther},
        {"upper-case digits", "sha256:" + std::string(64, 'A'), kHex},
        {"one upper-case digit", "sha256:" + hex.substr(1) + "A", kHex},
        {"no hex digit", "sha256:" + hex.substr(1) + "g", kHex},
        {"one digit short", "sha256:" + hex.substr(1), k64},
        {"one digit long", "sha256:" + hex + "a", k64},
        {"two digits long", "sha256:" + hex + "aa", k64},
        {"0x", "sha256:0x" + hex.substr(2), kHex},
        {"leading space", " sha256:" + hex, kOther},
        {"inner space", "sha256: " + hex.substr(1), kHex},
        {"trailing newline", "sha256:" + hex + "\n", k64},
        {"trailing NUL", "sha256:" + hex + std::string(1, '\0'), k64},
        {"NUL for a digit", "sha256:" + hex.substr(1) + std::string(1, '\0'), kHex},
        {"high byte for a digit", "sha256:" + hex.substr(1) + "\xe1", kHex},
        {"multihash form", "sha256+b64:" + hex, kOther},
    }));
    INFO(row.why);
    REQUIRE_FAULT(parse_digest(row.text), Fault::Malformed);
    REQUIRE_REFUSED(parse_digest(row.text), row.reason);
}

TEST_CASE("digests print as they parse", "[digest]") {
    for (const HashAlgorithm algorithm : kAll) {
        const auto digest = digest_of(as_bytes("boltseal"), algorithm);
        CAPTURE(to_string(digest));
        REQUIRE(digest.algorithm() == algorithm);
        REQUIRE(digest.bytes().size() == digest_size(algorithm));
        REQUIRE(to_string(digest) == std::string(to_string(algorithm)) + ":" + digest.hex());
        REQUIRE(parse_digest(to_string(digest)).value() == digest);
        REQUIRE(BlobDigest::from(algorithm, digest.bytes()).value() == digest);
    }
}

TEST_CASE("a digest has exactly the length of its algorithm", "[digest]") {
    REQUIRE(digest_size(HashAlgorithm::Sha256) == 32);
    REQUIRE(digest_size(HashAlgorithm::Sha384) == 48);
    REQUIRE(digest_size(HashAlgorithm::Sha512) == 64);
    for (const HashAlgorithm algorithm : kAll) {
        for (const std::size_t size :
             std::initializer_list<std::size_t>{0, 20, 31, 32, 33, 47, 48, 49, 63, 64, 65, 128}) {
            CAPTURE(to_string(algorithm), size);
            const auto digest = BlobDigest::from(algorithm, Buffer(size));
            if (size == digest_size(algorithm)) {
                REQUIRE_OK(digest);
            } else {
                REQUIRE_FAULT(digest, Fault::Malformed);
            }
        }
    }
}

TEST_CASE("a digest of one algorithm never equals one of another", "[digest]") {
    const std::string hex(96, '0');
    REQUIRE(BlobDigest() == parse_digest("sha256:" + hex.substr(32)).value());
    REQUIRE_FALSE(BlobDigest() == parse_digest("sha384:" + hex).value());
    const auto zeros = Buffer(64);
    REQUIRE_FALSE(BlobDigest::from(HashAlgorithm::Sha384, Bytes(zeros).first(48)).value() ==
                  BlobDigest::from(HashAlgorithm::Sha512, zeros).value());
}

TEST_CASE("hash algorithms have one name each", "[digest]") {
    for (const HashAlgorithm algorithm : kAll) {
        REQUIRE(parse_hash_algorithm(to_string(algorithm)).value() == algorithm);
    }
    for (const char* name :
         {"", "SHA256", "sha-256", "sha2_256", "sha1", "md5", "sha256 ", "sha512/256"}) {
        CAPTURE(name);
        REQUIRE_FAULT(parse_hash_algorithm(name), Fault::Malformed);
    }
}

TEST_CASE("a 256-bit hash is made from exactly 32 bytes", "[digest]") {
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 20, 31, 33, 48, 64}) {
        REQUIRE_REFUSED(TreeHash::from(Buffer(size)), "hash is not 32 bytes long");
    }
    const Buffer bytes = to_buffer(Bytes(sha256({})));
    REQUIRE(equal(TreeHash::from(bytes).value().bytes(), bytes));
    REQUIRE(TreeHash::from(Buffer(32)).value() == TreeHash());
}

TEST_CASE("hashing parts is hashing what they make together", "[digest]") {
    const std::string text = "one two three";
    const auto whole = sha256({as_bytes(text)});
    REQUIRE(sha256({as_bytes("one "), {}, as_bytes("two "), as_bytes("three")}) == whole);
    REQUIRE(sha256({as_bytes(text), {}}) == whole);
    REQUIRE(sha256({}) == sha256({{}, {}}));
    REQUIRE(equal(whole, digest_of(as_bytes(text)).bytes()));
}

TEST_CASE("a hasher gives the same digest however the bytes arrive", "[digest]") {
    Buffer bytes(1000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    for (const HashAlgorithm algorithm : kAll) {
        for (const std::size_t step :
             std::initializer_list<std::size_t>{1, 63, 64, 65, 127, 128, 129, 1000}) {
            CAPTURE(to_string(algorithm), step);
            Hasher hasher(algorithm);
            for (std::size_t at = 0; at < bytes.size(); at += step) {
                hasher.update(Bytes(bytes).subspan(at, std::min(step, bytes.size() - at)));
                hasher.update({});
            }
            REQUIRE(hasher.size() == bytes.size());
            REQUIRE(std::move(hasher).finish() == digest_of(bytes, algorithm));
        }
    }
}

TEST_CASE("a hasher can be moved in the middle of its work", "[digest]") {
    Hasher first;
    first.update(as_bytes("a"));
    Hasher second = std::move(first);
    second.update(as_bytes("b"));
    Hasher third(HashAlgorithm::Sha512);
    third = std::move(second);
    third.update(as_bytes("c"));
    REQUIRE(third.size() == 3);
    REQUIRE(std::move(third).finish() == digest_of(as_bytes("abc")));
    REQUIRE(Hasher().finish() == digest_of({}));
}
