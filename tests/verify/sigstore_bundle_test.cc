#include "verify/sigstore_bundle.h"

#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

const Buffer kFile = to_buffer("hello world");

std::string message_bundle() {
    test::SmallLog log;
    return to_string(test::make_message(kFile, test::signer_of(KeyType::EcdsaP256), &log));
}

std::string dsse_bundle() {
    test::SmallLog log;
    return to_string(test::make_dsse(test::statement_about(digest_of(kFile)),
                                     test::signer_of(KeyType::EcdsaP256), &log));
}

Result<SigstoreBundle> parse(const std::string& text) {
    return parse_bundle(as_bytes(text));
}

}  // namespace

TEST_CASE("bundles of both kinds print back", "[sigstore_bundle]") {
    const std::string text = GENERATE(as<std::string>{}, message_bundle(), dsse_bundle());
    CAPTURE(text);
    const auto bundle = parse(text);
    REQUIRE_OK(bundle);
    REQUIRE(bundle->key_hint == key_hint(test::signer_of(KeyType::EcdsaP256).public_key()));
    REQUIRE(bundle->log_entries.size() == 1);
    REQUIRE(to_string(*bundle) == text);
}

TEST_CASE("what a bundle need not have may be absent or empty", "[sigstore_bundle]") {
    std::string text = message_bundle();
    text = without(text, "verificationMaterial.publicKey.hint");
    text = without(text, "verificationMaterial.tlogEntries");
    text = without(text, "messageSignature.messageDigest");
    const auto bundle = parse(text);
    REQUIRE_OK(bundle);
    REQUIRE(bundle->key_hint.empty());
    REQUIRE(bundle->log_entries.empty());
    REQUIRE_FALSE(std::get<MessageSignature>(bundle->content).claimed_digest);
    REQUIRE(to_string(*bundle) == text);
    const std::string timestamps = "verificationMaterial.timestampVerificationData";
    const Json none =
        GENERATE(Json(Json::Object{}), Json::object({{"rfc3161Timestamps", Json::Array{}}}));
    REQUIRE_OK(parse(
        edit(edit(text, timestamps, none), "verificationMaterial.tlogEntries", Json::Array{})));
}

TEST_CASE("the older spelling of version 0.3 is read, and the newer one written",
          "[sigstore_bundle]") {
    const std::string text = message_bundle();
    const auto older =
        parse(edit(text, "mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.3"));
    REQUIRE_OK(older);
    REQUIRE(to_string(*older) == text);
}

TEST_CASE("bundles of other versions are refused by name", "[sigstore_bundle]") {
    const std::string type = GENERATE(values<std::string>(
        {"application/vnd.dev.sigstore.bundle+json;version=0.1",
         "application/vnd.dev.sigstore.bundle+json;version=0.2",
         "application/vnd.dev.sigstore.bundle.v0.4+json",
         "application/vnd.dev.sigstore.bundle+json",
         "Application/vnd.dev.sigstore.bundle.v0.3+json",
         "application/vnd.dev.sigstore.bundle.v0.3+json ", "application/json", ""}));
    REQUIRE_REFUSED(parse(edit(message_bundle(), "mediaType", type)),
                    "bundle: media type '" + type + "' is not read");
}

TEST_CASE("bundles are refused for the right reason", "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::string dsse = dsse_bundle();
    const Json raw = Json::object({{"rawBytes", "AAAA"}});
    const std::string certificate =
        "bundle: is signed with a certificate; only signatures by a key are read yet";
    const std::string material = "verificationMaterial.";
    const Json stamp = Json::object({{"signedTimestamp", "AAAA"}});
    const auto stamped = [&](Json timestamps) {
        return edit(good, material + "timestampVerificationData",
                    Json::object({{"rfc3161Timestamps", std::move(timestamps)}}));
    };
    struct Row {
        std::string why;
        std::string text;
    };
    const std::vector<Row> rows = {
        {"bundle: not valid JSON: syntax error at byte 1", ""},
        {"'mediaType' is missing", "[]"},
        {"'mediaType' is missing", "null"},
        {"'mediaType' is missing", without(good, "mediaType")},
        {"'mediaType' is not a string", edit(good, "mediaType", Json())},
        {"unknown member 'media_type'", edit(good, "media_type", "x")},
        {"unknown member 'message_signature'", edit(good, "message_signature", Json())},
        {"'verificationMaterial' is missing", without(good, "verificationMaterial")},
        {"'verificationMaterial' is not an object", edit(good, "verificationMaterial", Json())},
        {certificate, edit(good, material + "certificate", raw)},
        {certificate, edit(good, material + "certificate", Json())},
        {certificate, edit(good, material + "x509CertificateChain",
                           Json::object({{"certificates", Json::array({raw})}}))},
        {certificate, edit(without(good, material + "publicKey"), material + "certificate", raw)},
        {"unknown member 'tlog_entries'", edit(good, material + "tlog_entries", Json::Array{})},
        {"'publicKey' is missing", without(good, material + "publicKey")},
        {"'publicKey' is not an object", edit(good, material + "publicKey", "x")},
        {"unknown member 'rawBytes'", edit(good, material + "publicKey.rawBytes", "AAAA")},
        {"'hint' is not a string", edit(good, material + "publicKey.hint", Json())},
        {"'tlogEntries' is not an array", edit(good, material + "tlogEntries", Json())},
        {"not an object", edit(good, material + "tlogEntries", Json::array({Json()}))},
        {"bundle: carries RFC 3161 timestamps, which are not read yet",
         stamped(Json::array({stamp}))},
        {"bundle: carries RFC 3161 timestamps, which are not read yet", stamped(Json())},
        {"bundle: carries RFC 3161 timestamps, which are not read yet", stamped(stamp)},
        {"not an object", edit(good, material + "timestampVerificationData", Json())},
        {"unknown member 'x'",
         edit(good, material + "timestampVerificationData", Json::object({{"x", 1}}))},
        {"bundle: has both a message signature and an envelope",
         edit(good, "dsseEnvelope", test::member_at(dsse, "dsseEnvelope"))},
        {"bundle: has both a message signature and an envelope",
         edit(good, "dsseEnvelope", Json())},
        {"'dsseEnvelope' is missing", without(good, "messageSignature")},
        {"'dsseEnvelope' is not an object", edit(dsse, "dsseEnvelope", Json())},
        {"'messageSignature' is not an object", edit(good, "messageSignature", Json())},
        {"unknown member 'x'", edit(good, "messageSignature.x", 1)},
        {"'signature' is missing", without(good, "messageSignature.signature")},
        {"base64 has a character outside its alphabet",
         edit(good, "messageSignature.signature", "AA AAAA=")},
        {"'messageDigest' is not an object", edit(good, "messageSignature.messageDigest", Json())},
        {"unknown member 'x'", edit(good, "messageSignature.messageDigest.x", 1)},
        {"'algorithm' is missing", without(good, "messageSignature.messageDigest.algorithm")},
        {"unknown hash algorithm 'SHA1'",
         edit(good, "messageSignature.messageDigest.algorithm", "SHA1")},
        {"'digest' is missing", without(good, "messageSignature.messageDigest.digest")},
        {"digest has a wrong length", edit(good, "messageSignature.messageDigest.digest", "AAAA")},
        {"base64 has unused bits that are set",
         edit(good, "messageSignature.messageDigest.digest", "AB==")},
        {"unknown member 'x'", edit(dsse, "dsseEnvelope.x", 1)},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why, row.text);
        REQUIRE_REFUSED(parse(row.text), row.why);
        REQUIRE_FAULT(parse(row.text), Fault::Malformed);
    }
}

TEST_CASE("log entries are counted before any is read", "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::string entries = "verificationMaterial.tlogEntries";
    const Json entry = test::member_at(good, entries + ".0");
    REQUIRE_OK(parse(edit(good, entries, Json::Array(32, entry))));
    REQUIRE_REFUSED(parse(edit(good, entries, Json::Array(33, Json()))),
                    "bundle: more than 32 log entries");
}

TEST_CASE("no truncation of a bundle is read", "[sigstore_bundle]") {
    const std::string good = dsse_bundle();
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        REQUIRE_FAULT(parse(good.substr(0, size)), Fault::Malformed);
    }
}

TEST_CASE("a bundle may be 32 MiB large and no more, and more than other JSON",
          "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::size_t limit = std::size_t{32} << 20;
    REQUIRE_OK(parse(good + std::string(std::size_t{5} << 20, ' ')));
    REQUIRE_REFUSED(parse(good + std::string(limit - good.size() + 1, ' ')),
                    "bundle: not valid JSON: larger than 33554432 bytes");
}
