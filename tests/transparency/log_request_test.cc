#include "transparency/log_request.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/submissions.h"

using namespace boltseal;
using boltseal::test::signed_entry;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Result<HashedRekord> parse(const std::string& text) {
    return parse_submission(as_bytes(text));
}

}  // namespace

TEST_CASE("submissions print and parse, in camel and in snake case", "[log_request]") {
    const KeyType type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519);
    const HashedRekord entry = signed_entry("an artifact", type);
    std::string text = encode_submission(entry).value();
    if (GENERATE(false, true)) {
        text = replaced(text, "hashedRekordRequestV002", "hashed_rekord_request_v002");
        text = replaced(text, "publicKey", "public_key");
        text = replaced(text, "rawBytes", "raw_bytes");
        text = replaced(text, "keyDetails", "key_details");
    }
    const auto parsed = parse(text);
    REQUIRE_OK(parsed);
    REQUIRE(parsed->digest == entry.digest);
    REQUIRE(parsed->signature == entry.signature);
    REQUIRE(parsed->key == entry.key);
    REQUIRE(parsed->algorithm == entry.algorithm);
    REQUIRE(parsed->certificate.empty());
}

TEST_CASE("the signature algorithm says how long the digest is", "[log_request]") {
    HashedRekord entry = signed_entry("an artifact");
    const std::string good = encode_submission(entry).value();
    const std::string digest = to_base64(entry.digest.bytes());
    REQUIRE_FAULT(parse(replaced(good, digest, to_base64(entry.digest.bytes().first(31)))),
                  Fault::Malformed);
    REQUIRE_FAULT(parse(replaced(good, digest, to_base64(Buffer(48)))), Fault::Malformed);
}

TEST_CASE("submissions that are not understood are refused by name", "[log_request]") {
    const std::string good = encode_submission(signed_entry("an artifact")).value();
    struct Row {
        const char* from;
        const char* to;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"\"publicKey\":", "\"publicKey\":7,\"public_key\":", "'publicKey' is there twice"},
        {"\"rawBytes\":", "\"raw\":", "unknown member 'raw'"},
        {"\"content\":\"", "\"content\":\"*", "'content': "},
        {"\"content\":\"", "\"content\":7,\"x\":\"", "unknown member 'x'"},
        {"\"content\":", "\"kontent\":", "unknown member 'kontent'"},
        {"\"keyDetails\":", "\"version\":1,\"keyDetails\":", "unknown member 'version'"},
        {"{\"hashedRekordRequestV002\":", "{\"hashedRekordRequestV003\":",
         "unknown member 'hashedRekordRequestV003'"},
        {"{\"hashedRekordRequestV002\":", "{\"x509Certificate\":1,\"hashedRekordRequestV002\":",
         "unknown member 'x509Certificate'"},
        {"\"publicKey\":", "\"x509Certificate\":{\"rawBytes\":\"\"},\"publicKey\":",
         "'verifier' has both a public key and a certificate"},
        {"\"publicKey\":{", "\"publicKey\":{\"hint\":1,", "unknown member 'hint'"},
        {"{\"hashedRekordRequestV002\":", "{\"dsseRequestV002\":{},\"hashedRekordRequestV002\":",
         "unknown member 'dsseRequestV002'"},
    }));
    CAPTURE(row.from, row.to);
    const auto refused = parse(replaced(good, row.from, row.to));
    REQUIRE_FAULT(refused, Fault::Malformed);
    INFO(refused.error().message());
    REQUIRE(refused.error().message().find(row.why) != std::string::npos);
}

TEST_CASE("plain Ed25519 signatures are refused: they are not over a digest", "[log_request]") {
    const std::string good =
        encode_submission(signed_entry("an artifact", KeyType::Ed25519)).value();
    REQUIRE_REFUSED(parse(replaced(good, "PKIX_ED25519_PH", "PKIX_ED25519")),
                    "a plain Ed25519 signature cannot be logged, PKIX_ED25519_PH can");
}

TEST_CASE("what is no object, and what is too large, is refused", "[log_request]") {
    for (const char* text : {"", "[]", "null", "7", "{}", "{\"hashedRekordRequestV002\":[]}"}) {
        CAPTURE(text);
        REQUIRE_FAULT(parse(text), Fault::Malformed);
    }
    const std::string good = encode_submission(signed_entry("an artifact")).value();
    REQUIRE_OK(parse(good + std::string(1000, ' ')));
    REQUIRE_FAULT(parse(good + std::string(kMaxSubmission, ' ')), Fault::Malformed);
}
